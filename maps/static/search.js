/* Search by road, street or town: any of its names, or a road's reference. */

import { announce, element, named } from './markup.js';
import { ask, isOvertaken } from './ask.js';
import { nameIn, say, sayMany } from './page.js';

const WAIT_MS = 250;
const MOST = 20;
const MOST_TOWNS = 5;
/* So far from the middle of a town, in degrees, its map reaches. */
const AROUND_TOWN = { lon: 0.09, lat: 0.05 };
const field = document.getElementById('search');
const results = document.getElementById('results');

/* Calls `go(bounds)` with the corners of what was chosen. `regions` knows the regions' names. */
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
    const [towns, roads] = await Promise.all([
      ask('/api/v1/towns', { search: words, limit: MOST_TOWNS }, 'search for towns'),
      ask('/api/v1/roads', { search: words, limit: MOST }, 'search'),
    ]);
    show([...towns.items.map(withBox), ...roads.items.filter((road) => road.bbox)], regions, go);
  } catch (trouble) {
    if (!isOvertaken(trouble)) tell(say('map.no_search'));
  }
}

const withBox = (town) => ({
  ...town,
  bbox: [town.lon - AROUND_TOWN.lon, town.lat - AROUND_TOWN.lat, town.lon + AROUND_TOWN.lon, town.lat + AROUND_TOWN.lat],
});

function show(found, regions, go) {
  if (!found.length) {
    tell(say('map.not_found'));
    return;
  }
  results.replaceChildren(...found.map((one) => element('li', {}, choice(one, regions, go))));
  results.hidden = false;
  announce(sayMany('map.found', found.length));
}

function choice(place, regions, go) {
  const name = nameIn(place.names) || place.reference;
  const where = [place.reference === name ? null : place.reference, regions.get((place.kato ?? '').slice(0, 2))];
  const take = () => {
    const [west, south, east, north] = place.bbox;
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
