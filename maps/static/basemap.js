/* The ground the roads lie on: regions and towns of our own, and another server's pictures if an operator wants them. */

import { element } from './markup.js';
import { ask } from './ask.js';
import { nextTurn } from './turns.js';
import { basemap, chart, language, places } from './page.js';

const ROOM = { width: 92, height: 26 };
const FURTHEST_ZOOM = 10;
const REGION = { color: '#b9b3a3', weight: 1, fillColor: '#fbfaf6', fillOpacity: 1, interactive: false };

/* Puts the ground under the map. Gives the regions: `kato`, names and outlines. */
export async function layGround(map) {
  if (basemap) addPictures(map);
  const known = await ask(places);
  if (!basemap) addRegions(map, known.regions);
  await nextTurn();
  nameTowns(map, known.towns);
  return known.regions;
}

function addPictures(map) {
  L.tileLayer(basemap.url, { maxZoom: map.getMaxZoom(), zIndex: 1, opacity: 0.55, className: 'pictures' }).addTo(map);
  map.attributionControl.getContainer().append(element('span', { class_: 'pictures-by' }, ` ${basemap.attribution}`));
}

function addRegions(map, regions) {
  const pane = map.createPane('ground');
  pane.style.zIndex = 150;
  const renderer = L.svg({ pane: 'ground', padding: 0.5 });
  for (const { rings } of regions) {
    const outline = rings.map((ring) => ring.map(([lon, lat]) => [lat, lon]));
    L.polygon(outline, { ...REGION, renderer, pane: 'ground' }).addTo(map);
  }
  // The outlines are right to some kilometres: nearer than that they would mislead.
  const show = () => map.getContainer().classList.toggle('is-near', map.getZoom() > FURTHEST_ZOOM);
  map.on('zoomend', show);
  show();
}

/* Names appear as there is room for them, the largest towns first. */
function nameTowns(map, towns) {
  const pane = map.createPane('towns');
  // Names lie over the roads, and under circles with numbers.
  pane.style.zIndex = Object.values(chart.layers).some(({ brush }) => brush === 'clusters') ? 195 : 450;
  pane.style.pointerEvents = 'none';
  const marks = towns.map((town, rank) => mark(town, rank));
  const show = () => {
    const taken = [];
    for (const one of marks) {
      const isWanted = hasRoom(map, one, taken);
      if (isWanted !== map.hasLayer(one.marker)) {
        if (isWanted) one.marker.addTo(map);
        else one.marker.remove();
      }
    }
  };
  map.on('zoomend', show);
  show();
}

function mark({ at, name }, rank) {
  const label = element('span', { class_: rank < 3 ? 'town city' : 'town', lang: language }, name[language]);
  const icon = L.divIcon({ html: label, className: 'town-mark', iconSize: [0, 0] });
  const marker = L.marker([at[1], at[0]], { icon, pane: 'towns', interactive: false, keyboard: false, alt: '' });
  return { marker, at, rank };
}

function hasRoom(map, { at, rank }, taken) {
  const zoom = map.getZoom();
  if (zoom > 12 || rank > 6 * 2 ** (zoom - 4)) return false;
  const place = map.project([at[1], at[0]], zoom);
  const isFree = taken.every(
    (other) => Math.abs(other.x - place.x) > ROOM.width || Math.abs(other.y - place.y) > ROOM.height,
  );
  if (isFree) taken.push(place);
  return isFree;
}
