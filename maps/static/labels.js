/* Names of roads along their lines: those of the segments that are listed, each road once, as there is room. */

import { element, named } from './markup.js';

const NEAREST_TO_NAME = 12;
const LETTER_PIXELS = 7;
const HEIGHT_PIXELS = 22;
const layer = L.layerGroup();

/* `roads`: name, and the line of one of its segments as GeoJSON. */
export function nameRoads(map, roads) {
  layer.clearLayers();
  if (map.getZoom() < NEAREST_TO_NAME) return;
  const pane = map.getPane('roads') ?? map.createPane('roads');
  pane.style.zIndex = 440;
  pane.style.pointerEvents = 'none';
  const [taken, said] = [[], new Set()];
  for (const { name, geometry } of roads) {
    const spot = said.has(name) ? null : longestPiece(map, geometry);
    const room = spot && { ...spot, half: (name.length * LETTER_PIXELS) / 2 };
    if (!room || room.length < room.half || !isInView(map, room) || taken.some((other) => meets(room, other))) continue;
    said.add(name);
    taken.push(room);
    layer.addLayer(label(map, name, room));
  }
  layer.addTo(map);
}

/* The middle of the longest straight piece in view, in pixels, and how it is turned; read from left to right. */
function longestPiece(map, geometry) {
  const lines = geometry.type === 'LineString' ? [geometry.coordinates] : geometry.coordinates;
  const pieces = lines.map((line) => longestOfLine(map, line)).filter(Boolean);
  return pieces.sort((one, other) => other.length - one.length)[0] ?? null;
}

function longestOfLine(map, coordinates) {
  const line = coordinates.map(([lon, lat]) => map.latLngToContainerPoint([lat, lon]));
  const view = L.bounds([0, 0], map.getSize());
  let best = null;
  for (let i = 1; i < line.length; i += 1) {
    const cut = L.LineUtil.clipSegment(line[i - 1], line[i], view);
    if (cut && cut[0].distanceTo(cut[1]) > (best?.length ?? 0)) {
      const [from, to] = cut[0].x <= cut[1].x ? cut : [cut[1], cut[0]];
      best = { at: from.add(to).divideBy(2), length: from.distanceTo(to), turn: Math.atan2(to.y - from.y, to.x - from.x) };
    }
  }
  return best;
}

/* Half the box around a name. */
const wide = (room) => Math.abs(Math.cos(room.turn)) * room.half + HEIGHT_PIXELS / 2;
const high = (room) => Math.abs(Math.sin(room.turn)) * room.half + HEIGHT_PIXELS / 2;

function isInView(map, room) {
  const { x, y } = map.getSize();
  return room.at.x > wide(room) && room.at.x < x - wide(room) && room.at.y > high(room) && room.at.y < y - high(room);
}

function meets(one, other) {
  return Math.abs(one.at.x - other.at.x) < wide(one) + wide(other) && Math.abs(one.at.y - other.at.y) < high(one) + high(other);
}

function label(map, name, { at, turn }) {
  const words = element('span', { class_: 'road-name' }, named(name));
  words.style.transform = `translate(-50%, -50%) rotate(${turn.toFixed(3)}rad) translateY(-.95em)`;
  const icon = L.divIcon({ html: words, className: 'road-mark', iconSize: [0, 0] });
  return L.marker(map.containerPointToLatLng(at), { icon, pane: 'roads', interactive: false, keyboard: false, alt: '' });
}
