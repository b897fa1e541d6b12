/* Brings the map to life: Folium has drawn it, here it gets its tiles, its words and its readers' wishes. */

import * as address from './address.js';
import { offerAround } from './around.js';
import { ask, isOvertaken } from './ask.js';
import { layGround } from './basemap.js';
import { fillCounts, offerChoices } from './legend.js';
import { nameRoads } from './labels.js';
import { boundsAsked } from './limits.js';
import { listIn, whenListed } from './list.js';
import { announce } from './markup.js';
import { chart, home, isEmbedded, language, nameIn, say } from './page.js';
import * as panel from './panel.js';
import { offerSearch } from './search.js';
import { showOnly } from './strokes.js';
import { nearest, prepare } from './tiles.js';
import { nextTurn } from './turns.js';
import { offerYears } from './years.js';

const CLOSEST_ZOOM = 16;
const DISSOLVED_TO_ZOOM = 9;
const NEAR_PIXELS = 4;
const FEWEST_PIXELS = 4;
const QUIET_MS = 350;
const TROUBLE = document.getElementById('trouble');
const HIGHLIGHT = [
  { color: '#0aa5d6', weight: 22, opacity: 0.5 }, { color: '#fff', weight: 13, opacity: 1 },
];

const shown = { chosen: {}, layers: [], year: null, segment: null, counts: null };
const tiles = Object.fromEntries(Object.keys(chart.layers).map((name) => [name, globalThis[`vector_grid_protobuf_${name}`]]));

const POINTS = Object.keys(tiles).filter((name) => chart.layers[name].brush === 'clusters');

begin(globalThis[`map_${chart.name}`]);

async function begin(map) {
  const wished = address.read();
  dress(map);
  goTo(map, wished.place);
  const [counts, regions] = await Promise.all([countsOrTrouble(wished.year), layGround(map).catch(() => [])]);
  for (const [name, layer] of Object.entries(tiles)) prepare(name, layer, counts?.edition ?? 'current');
  if (counts) shown.counts = fillCounts(counts);
  if (counts?.years) takeYear(offerYears(counts, wished.year, (year) => turnTo(map, year)));
  const bounds = await boundsAsked(regions);
  if (bounds && !wished.place) map.fitBounds(bounds, { animate: false, maxZoom: CLOSEST_ZOOM, padding: [12, 12] });
  await nextTurn();
  offerChoices(wished, (chosen, layers) => choose(map, chosen, layers));
  await nextTurn();
  const names = new Map(regions.map((region) => [region.kato, region.name[language]]));
  offerSearch(names, (found) => map.fitBounds(found, { maxZoom: CLOSEST_ZOOM, padding: [24, 24] }));
  offerAround(map);
  listen(map);
  if (isEmbedded) map.scrollWheelZoom.disable();
  fitPaper(map);
  showOwnName();
  if (wished.segment) panel.open(wished.segment);
  document.documentElement.dataset.ready = 'yes';
}

/* On paper the map has another size: its middle stays in the middle. */
function fitPaper(map) {
  for (const [event, isPrinting] of [['beforeprint', true], ['afterprint', false]]) {
    addEventListener(event, () => {
      document.body.classList.toggle('printing', isPrinting);
      map.invalidateSize({ animate: false });
    });
  }
}

/* Of the names of the maps, the one of this map is in sight, also where a phone has no room for all. */
function showOwnName() {
  const own = document.querySelector('.maps [aria-current]');
  own.parentElement.scrollLeft = own.offsetLeft - own.parentElement.offsetLeft - (own.parentElement.clientWidth - own.offsetWidth) / 2;
}

async function countsOrTrouble(year) {
  try {
    return await ask(chart.counts, { year: chart.years ? year : null }, 'counts');
  } catch (trouble) {
    if (!isOvertaken(trouble)) TROUBLE.textContent = say('map.no_counts');
    return null;
  }
}

function takeYear(year) {
  shown.year = year;
  for (const layer of Object.values(tiles)) layer.options.year = year;
}

/* Another year is another picture, other figures and another list. */
async function turnTo(map, year) {
  takeYear(year);
  for (const [name, layer] of Object.entries(tiles)) {
    if (name !== chart.base && map.hasLayer(layer)) layer.redraw();
  }
  const counts = await countsOrTrouble(year);
  if (!counts || shown.year !== year) return;
  shown.counts = fillCounts(counts);
  refresh(map);
  panel.again();
}

/* Words for the controls that Folium made, and motion only for those who like it. */
function dress(map) {
  map.attributionControl.setPrefix('Leaflet');
  const { link } = map.fullscreenControl;
  const name = () => {
    const words = say(map._isFullscreen ? 'map.whole_page_off' : 'map.whole_page');
    link.title = words;
    link.setAttribute('aria-label', words);
  };
  map.on('enterFullscreen exitFullscreen', () => setTimeout(name));
  name();
  for (const [sign, key] of [['in', 'map.zoom_in'], ['out', 'map.zoom_out']]) {
    const button = map.zoomControl[sign === 'in' ? '_zoomInButton' : '_zoomOutButton'];
    button.title = say(key);
    button.setAttribute('aria-label', say(key));
  }
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
    Object.assign(map.options, { zoomAnimation: false, markerZoomAnimation: false, inertia: false });
    map._zoomAnimated = false;
  }
}

/* Only the first view and a shared one may lie between two zooms: there the country fills the screen. */
function goTo(map, place) {
  const [west, south, east, north] = home;
  const snap = map.options.zoomSnap;
  map.options.zoomSnap = 0.25;
  if (place) map.setView([place.lat, place.lon], place.zoom, { animate: false });
  else map.fitBounds([[south, west], [north, east]], { animate: false });
  map.options.zoomSnap = snap;
}

async function choose(map, chosen, layers) {
  const changed = new Set(chart.groups.filter(({ code }) => String(chosen[code]) !== String(shown.chosen[code] ?? '')).flatMap(({ layers: of }) => of));
  Object.assign(shown, { chosen, layers });
  showOnly(chosen);
  for (const [name, layer] of Object.entries(tiles)) {
    // By what is chosen now: another choice may have been made in between.
    if (!shown.layers.includes(name) && hasSwitch(name)) layer.remove();
    else if (!map.hasLayer(layer)) layer.addTo(map);
    else if (changed.has(name)) layer.redraw();
    await nextTurn();
  }
  refresh(map);
}

const hasSwitch = (name) => Boolean(document.querySelector(`input[data-layer="${name}"]`));

function refresh(map) {
  address.write({ map, ...shown });
  listIn(map.getBounds(), shown.chosen, shown.counts, { year: shown.year });
}

function listen(map) {
  let waiting = null;
  map.on('moveend', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => refresh(map), QUIET_MS);
  });
  map.on('click', (event) => pick(map, event));
  map.on('mousemove', onceAFrame((event) => {
    map.getContainer().classList.toggle('can-open', Boolean(underPointer(event)));
  }));
  Object.values(tiles).forEach((layer) => layer.on('tilelost', () => { TROUBLE.textContent = say('map.no_tiles'); }));
  whenListed((listed) => nameRoads(map, listed.filter(({ geometry }) => geometry)
    .map(({ names, road, geometry }) => ({ name: nameIn(names) ?? road, geometry })).filter(({ name }) => name)));
  panel.whenShown((segment) => mark(map, segment));
  addEventListener('hashchange', () => follow(map));
  keyboardOn(map);
}

/* Somebody changed the address by hand, or went back. */
function follow(map) {
  const { place, segment } = address.read();
  if (place) goTo(map, place);
  if (segment && segment !== shown.segment) panel.open(segment);
}

/* With the map in focus, Enter opens what lies in its middle. */
function keyboardOn(map) {
  map.getContainer().addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target === map.getContainer()) {
      pick(map, { latlng: map.getCenter(), originalEvent: { pointerType: 'touch' } });
    }
  });
}

/* What lies under a pointer: on the map `status` the segment before its defects, elsewhere the point before the road. */
function underPointer({ latlng, originalEvent }) {
  const pointer = originalEvent?.pointerType || 'mouse';
  const base = nearest(tiles[chart.base], latlng, pointer);
  if (chart.base === 'segments') return base ?? nearest(tiles.defects, latlng, pointer);
  const points = POINTS.map((name) => nearest(tiles[name], latlng, pointer)).find(Boolean);
  return points ?? base;
}

async function pick(map, event) {
  const found = underPointer(event);
  if (!found) return;
  if (found.segment) panel.open(found.segment);
  else if (found.n !== undefined) comeCloser(map, event.latlng);
  else if (found.status && found.id !== undefined) panel.open(found.id);
  else await pickByPlace(map, event.latlng, chart.base === 'segments' ? found.status : null);
}

function comeCloser(map, latlng) {
  map.setView(latlng, map.getZoom() + 2);
  announce(say('map.came_closer'));
}

/* Far out lines are drawn together and have no number of their own; beside a defect the segment is asked for, too. */
async function pickByPlace(map, latlng, status) {
  const at = map.latLngToContainerPoint(latlng);
  const box = L.latLngBounds(
    map.containerPointToLatLng(at.subtract([NEAR_PIXELS, NEAR_PIXELS])),
    map.containerPointToLatLng(at.add([NEAR_PIXELS, NEAR_PIXELS])),
  );
  const { items } = await ask('/api/v1/segments', { bbox: box.toBBoxString(), status, limit: 100 }, 'pick');
  if (items.length) {
    panel.open(closest(items, latlng).id);
  } else if (map.getZoom() <= DISSOLVED_TO_ZOOM) {
    comeCloser(map, latlng);
  }
}

function closest(segments, latlng) {
  const flat = (lon, lat) => L.point(lon * Math.cos((latlng.lat * Math.PI) / 180), lat);
  const at = flat(latlng.lng, latlng.lat);
  const far = ({ geometry }) => {
    const lines = geometry.type === 'LineString' ? [geometry.coordinates] : geometry.coordinates;
    const points = lines.map((line) => line.map(([lon, lat]) => flat(lon, lat)));
    return Math.min(...points.flatMap((line) => line.slice(1).map((end, i) => L.LineUtil.pointToSegmentDistance(at, line[i], end))));
  };
  return segments.map((segment) => [far(segment), segment]).sort(([a], [b]) => a - b)[0][1];
}

/* Shows on the map which segment the panel is about, and moves it out from under the panel. */
let highlight = null;
function mark(map, segment) {
  highlight?.remove();
  highlight = null;
  shown.segment = segment?.id ?? null;
  if (segment) {
    const pane = map.getPane('chosen') ?? map.createPane('chosen');
    pane.style.zIndex = 190;
    highlight = L.layerGroup(HIGHLIGHT.map((style) =>
      L.geoJSON(segment.geometry, { style: { ...style, lineCap: 'round' }, pane: 'chosen', interactive: false }))).addTo(map);
    bringIntoView(map, segment.geometry);
  }
  address.write({ map, ...shown });
}

function bringIntoView(map, geometry) {
  const bounds = L.geoJSON(geometry).getBounds();
  const size = map.getSize();
  const covered = coveredBelow(map);
  const inPixels = (corner) => map.latLngToContainerPoint(corner);
  const at = inPixels(bounds.getCenter());
  const clear = L.bounds([size.x * 0.12, size.y * 0.12], [size.x * 0.88, (size.y - covered) * 0.88]);
  if (inPixels(bounds.getNorthEast()).distanceTo(inPixels(bounds.getSouthWest())) < FEWEST_PIXELS) {
    map.fitBounds(bounds, { maxZoom: 14, paddingBottomRight: [0, covered] });
  } else if (!clear.contains(at)) {
    map.panBy(at.subtract([size.x / 2, (size.y - covered) / 2]));
  }
}

/* How many pixels of the map the panel hides at its lower edge, where it is a sheet over it. */
function coveredBelow(map) {
  const [chart, sheet] = [map.getContainer(), panel.sheet].map((one) => one.getBoundingClientRect());
  return sheet.left < chart.right - 1 ? Math.max(0, Math.min(chart.bottom - sheet.top, chart.height * 0.8)) : 0;
}

function onceAFrame(work) {
  let event = null;
  return (newest) => {
    if (!event) requestAnimationFrame(() => { const last = event; event = null; work(last); });
    event = newest;
  };
}
