/* How a line or dot of the tiles is drawn. The table of colours and patterns comes with the map, from `style.py`;
   here a unit of it gets its size in pixels at each zoom. */

import { chart } from './page.js';

const WIDTHS = [[4, 1.2], [6, 1.5], [8, 1.8], [10, 2.1], [12, 2.7], [14, 3.6], [16, 5], [18, 7]];
const DOTS = [[9, 0.25], [11, 0.36], [12, 0.42], [13, 0.6], [14, 0.85], [16, 1.1], [18, 1.5]];
const FEWEST_DASH_PIXELS = 2;
const DOTS_FROM_ZOOM = 9;
const MOST_PIXELS = 23;
const FEWEST_POINT_UNIT = 0.8;
const OVER_GROUND = 1.35;

let chosen = {};

/* Draws what has one of the codes chosen in each group of the legend; where none is chosen, all of it. */
export function showOnly(codes) {
  chosen = codes;
}

/* Whether a feature has the codes that are chosen. */
export function isWanted(layer, codes) {
  return chart.groups.every(({ code, layers, key }) =>
    !layers.includes(layer) || !chosen[code]?.length || chosen[code].includes(String(codes[key] ?? codes[code])));
}

function between(table, zoom) {
  const after = table.findIndex(([at]) => at >= zoom);
  if (after === 0) return table[0][1];
  if (after === -1) return table.at(-1)[1];
  const [[fromZoom, from], [toZoom, to]] = [table[after - 1], table[after]];
  return from + ((to - from) * (zoom - fromZoom)) / (toZoom - fromZoom);
}

function lineStyles(strokes, zoom, bolder) {
  const unit = between(WIDTHS, zoom) * bolder;
  return strokes.map(({ colour, width, dash, opacity }) => ({
    color: colour,
    weight: width * unit,
    opacity,
    lineCap: dash.length ? 'butt' : 'round',
    dashArray: dash.length ? dash.map((part) => Math.max(part * unit, FEWEST_DASH_PIXELS)) : null,
  }));
}

function dotStyles(dots, zoom, least = 0) {
  const unit = Math.max(between(DOTS, zoom), least);
  return dots.map(({ fill, rim, radius, rimWidth }) => ({
    fill: true, fillColor: fill, fillOpacity: 1, color: rim, weight: rimWidth * Math.min(unit, 1), radius: radius * unit,
  }));
}

/* Under which name the table knows a defect's state: an open one under warranty is drawn as its segment is. */
export function stateOf({ state, outcome }) {
  return state === 'open' && outcome === 'under_warranty' ? 'open_under_warranty' : state;
}

/* The code by which a layer's feature is drawn. */
export function lookOf(layer, codes) {
  const { key } = chart.layers[layer];
  return key === 'state' ? stateOf(codes) : String(codes[key] ?? '');
}

/* Draws points far out: one circle for the many of a square, with their number, as the worst of them is drawn. */
function clusterStyles(look, number) {
  const [{ fill, rim }] = look;
  const isHollow = fill === '#ffffff';
  const radius = Math.min(8 + 2.6 * Math.log(number), MOST_PIXELS);
  return [
    { fill: true, fillColor: isHollow ? rim : fill, fillOpacity: 0.22, stroke: false, radius: radius + 4 },
    { fill: true, fillColor: fill, fillOpacity: 1, color: isHollow ? rim : '#ffffff', weight: 2, radius, number, ink: isHollow ? rim : '#ffffff' },
  ];
}

/* Whether a layer lies over roads that are only its ground: it has to cover them. */
const isOverGround = (layer) => chart.base === 'network' && layer !== chart.base;

const ofTable = (layer, table, codes) => (isWanted(layer, codes) ? table[lookOf(layer, codes)] ?? table.unknown ?? [] : []);

/* The map's script asks by these names for a function from a feature's codes and the zoom to its styles. */
globalThis.strokes = {
  lines: (layer, table) => (codes, zoom) => lineStyles(ofTable(layer, table, codes), zoom, isOverGround(layer) ? OVER_GROUND : 1),
  clusters: (layer, table) => (codes, zoom) => {
    const look = ofTable(layer, table, codes);
    if (!look.length) return [];
    return codes.n === undefined ? dotStyles(look, zoom, FEWEST_POINT_UNIT) : clusterStyles(look, codes.n);
  },
  dots: (layer, table) => (codes, zoom) => (zoom < DOTS_FROM_ZOOM ? [] : dotStyles(ofTable(layer, table, codes), zoom)),
};
