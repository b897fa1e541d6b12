/* What lies in view as a table: the same facts for the keyboard and for a screen reader, the most urgent first. */

import { announce, element, named, sample } from './markup.js';
import { ask, isOvertaken } from './ask.js';
import { chart, say, sayMany } from './page.js';
import { open, roadName, stretch } from './panel.js';

const ROWS_AT_ONCE = 50;
const rows = document.getElementById('rows');
const more = document.getElementById('more');
const told = document.getElementById('told');
const [first, ...others] = chart.groups;
let place = null;
let afterwards = () => {};

more.addEventListener('click', async () => {
  const before = rows.children.length;
  await turn('more');
  rows.children[before]?.querySelector('button').focus();
});

/* Calls `then(segments)` with the first segments of each new list. */
export function whenListed(then) {
  afterwards = then;
}

/* Lists what lies in a box, of the codes chosen or of all. `known` holds the counts by code: none are asked for in vain. */
export async function listIn(bounds, chosen, known) {
  const bbox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const limits = [-180, -85, 180, 85];
  place = {
    bbox: bbox.map((edge, i) => (i < 2 ? Math.max(edge, limits[i]) : Math.min(edge, limits[i])).toFixed(5)).join(','),
    left: chosen[first.code].length ? [...chosen[first.code]] : first.codes.filter((one) => known?.get(first.code).get(one) !== 0),
    filters: Object.fromEntries(others.map(({ code }) => [code, chosen[code].join(',')])),
    after: 0,
  };
  await turn('list');
}

async function turn(why) {
  const here = place;
  try {
    const found = await nextRows(here);
    if (here !== place) return;
    if (why === 'list') {
      rows.replaceChildren();
      afterwards(found);
    }
    rows.append(...found.map(row));
    tell(here);
  } catch (trouble) {
    if (!isOvertaken(trouble) && here === place) told.textContent = say('map.no_list');
  }
}

async function nextRows(here) {
  const found = [];
  while (here.left.length && found.length < ROWS_AT_ONCE) {
    const page = await ask(chart.places, {
      ...here.filters, bbox: here.bbox, [first.code]: here.left[0], after: here.after || null, limit: ROWS_AT_ONCE - found.length,
    }, 'list');
    found.push(...page.items);
    here.after = page.next ?? 0;
    if (!page.next) here.left.shift();
  }
  return found;
}

function tell(here) {
  const words = rows.children.length ? sayMany('map.listed', rows.children.length) : say('map.none_listed');
  more.hidden = !here.left.length;
  told.textContent = words;
  announce(words);
}

function row(segment) {
  const button = element('button', { type: 'button', class_: 'plain', 'data-segment': segment.id, onclick: () => open(segment.id) },
    named(roadName(segment)));
  return element('tr', {},
    element('td', {}, button, element('span', { class_: 'stretch' }, stretch(segment))),
    element('td', {}, element('span', { class_: 'of' }, sample(segment.status), say(`map.status.${segment.status}`))));
}
