/* One region or one road alone, as the address asks: the map opens on it, and the list is of it. */

import { ask } from './ask.js';
import { element, named } from './markup.js';
import { chart, isEmbedded, language, limits, nameIn, say } from './page.js';

/* The corners of what the address asks for, or null; says beside the list what it is limited to. */
export async function boundsAsked(regions) {
  if (isEmbedded) embed();
  for (const link of document.querySelectorAll('nav a')) link.search = location.search;
  if (limits.road) return ofRoad();
  return limits.region ? ofRegion(regions) : null;
}

async function ofRoad() {
  tell('map.limited_to_road', limits.road);
  try {
    const { items } = await ask('/api/v1/roads', { reference: limits.road, limit: 1 });
    if (!items.length || !items[0].bbox) return null;
    tell('map.limited_to_road', nameIn(items[0].names) ?? limits.road);
    const [west, south, east, north] = items[0].bbox;
    return [[south, west], [north, east]];
  } catch {
    return null;
  }
}

function ofRegion(regions) {
  const known = regions.find(({ kato }) => limits.region.startsWith(kato));
  tell('map.limited_to_region', known ? nameIn(known.name) : limits.region);
  return known ? L.latLngBounds(known.rings.flat().map(([lon, lat]) => [lat, lon])) : null;
}

function tell(key, what) {
  const [before, after] = say(key, { what: '\u0000' }).split('\u0000');
  document.getElementById('limit').replaceChildren(before, named(what), after ?? '', ' ',
    element('a', { href: `/${language}/map/${chart.name}`, 'data-keeps-place': 'all' }, say('map.clear_limit')));
}

/* In a page of ours the map stands alone; the whole of it opens in the page around. */
function embed() {
  // Only maps may stand in a frame: every other page opens in the page around.
  document.head.append(element('base', { target: '_top' }));
  const link = document.getElementById('whole-map');
  const kept = Object.entries(limits).filter(([, value]) => value);
  link.search = kept.length ? `?${new URLSearchParams(kept)}` : '';
  link.hidden = false;
}
