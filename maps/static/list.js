/* What lies in view as a table: the same facts for the keyboard and for a screen reader, the most urgent first. */

import { announce, element, named, sample } from './markup.js';
import { ask, isOvertaken } from './ask.js';
import { chart, dayInWords, limits, millions, nameIn, say, sayMany } from './page.js';
import { open, roadName, stretch } from './panel.js';

const ROWS_AT_ONCE = 50;
const rows = document.getElementById('rows');
const more = document.getElementById('more');
const told = document.getElementById('told');
const [first, ...others] = chart.groups.filter(({ listed }) => listed);
const IS_STATUS = first.code === 'status';
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
export async function listIn(bounds, chosen, known, more = {}) {
  const bbox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const edges = [-180, -85, 180, 85];
  place = {
    bbox: bbox.map((edge, i) => (i < 2 ? Math.max(edge, edges[i]) : Math.min(edge, edges[i])).toFixed(5)).join(','),
    left: chosen[first.code].length ? [...chosen[first.code]] : first.codes.filter((one) => known?.get(first.code).get(one) !== 0),
    filters: { ...limits, ...more, ...Object.fromEntries(others.map(({ code }) => [code, chosen[code].join(',')])) },
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
    rows.append(...found.map(IS_STATUS ? row : placeRow));
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
  const words = rows.children.length ? sayMany(IS_STATUS ? 'map.listed' : 'map.listed_places', rows.children.length) : say(IS_STATUS ? 'map.none_listed' : 'map.no_places');
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

/* A stretch or a defect: what it is or where it lies, which of the legend's signs it has, and what the map is about. */
function placeRow(one) {
  const code = one.codes[first.code];
  const name = one.defect ? nameIn(one.defect) : roadName(one);
  const title = one.segment
    ? element('button', { type: 'button', class_: 'plain', 'data-segment': one.segment, onclick: () => open(one.segment) }, named(name))
    : element('span', {}, named(name));
  return element('tr', {},
    element('td', {}, title, one.defect ? element('span', { class_: 'stretch' }, named(roadName(one))) : null,
      one.chainage_from ? element('span', { class_: 'stretch' }, one.chainage_to ? stretch(one) : say('map.at', { from: one.chainage_from })) : null),
    element('td', {}, element('span', { class_: 'of' }, sample(`${first.code}.${code}`), say(`${first.words}.${code}`)),
      ...aboutPlace(one).map((words) => element('span', { class_: 'stretch' }, words))));
}

/* What is known of a place beside its codes, a line each. */
export function aboutPlace(one) {
  return [
    one.contract ? named(one.contract.contractor.name) : null,
    one.until ? say('map.until', { day: dayInWords(one.until) }) : null,
    one.tenge_per_km ? say('map.per_km', { amount: millions(one.tenge_per_km) }) : null,
    one.planned_on ? say('map.planned_for', { day: dayInWords(one.planned_on) }) : null,
    one.detected_on ? say('map.found_on', { day: dayInWords(one.detected_on) }) : null,
  ].filter(Boolean);
}
