/* Search by road or street: any of its names, or its reference. */

import { announce, element, named } from './markup.js';
import { ask, isOvertaken } from './ask.js';
import { nameIn, say, sayMany } from './page.js';

const WAIT_MS = 250;
const MOST = 20;
const field = document.getElementById('search');
const results = document.getElementById('results');

/* Calls `go(bounds)` with the corners of the road that was chosen. `regions` knows the regions' names. */
export function offerSearch(regions, go) {
  let waiting = null;
  field.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => look(regions, go), WAIT_MS);
  });
  field.form.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    look(regions, go).then(() => results.querySelector('button')?.focus());
  });
  field.form.addEventListener('keydown', walk);
  document.addEventListener('click', (event) => {
    if (!field.form.contains(event.target)) results.hidden = true;
  });
}

async function look(regions, go) {
  const words = field.value.trim();
  if (words.length < 2) {
    results.hidden = true;
    return;
  }
  try {
    const { items } = await ask('/api/v1/roads', { search: words, limit: MOST }, 'search');
    show(items.filter((road) => road.bbox), regions, go);
  } catch (trouble) {
    if (!isOvertaken(trouble)) tell(say('map.no_search'));
  }
}

function show(roads, regions, go) {
  if (!roads.length) {
    tell(say('map.not_found'));
    return;
  }
  results.replaceChildren(...roads.map((road) => element('li', {}, choice(road, regions, go))));
  results.hidden = false;
  announce(sayMany('map.found', roads.length));
}

function choice(road, regions, go) {
  const name = nameIn(road.names) || road.reference;
  const where = [road.reference === name ? null : road.reference, regions.get((road.kato ?? '').slice(0, 2))];
  const take = () => {
    const [west, south, east, north] = road.bbox;
    results.hidden = true;
    field.value = name;
    go([[south, west], [north, east]]);
    announce(say('map.moved_to', { road: name }));
  };
  return element('button', { type: 'button', class_: 'plain', onclick: take }, named(name),
    element('span', { class_: 'where' }, where.filter(Boolean).join(', ')));
}

function tell(words) {
  results.replaceChildren(element('li', { class_: 'none' }, words));
  results.hidden = false;
  announce(words);
}

/* Arrow keys walk through the results, Escape leaves them. */
function walk(event) {
  const stops = [field, ...results.querySelectorAll('button')];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === 'Escape' && !results.hidden) {
    results.hidden = true;
    field.focus();
    event.stopPropagation();
  } else if (step && !results.hidden) {
    event.preventDefault();
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
  }
}
