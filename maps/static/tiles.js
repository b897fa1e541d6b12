/* Vector tiles that are sharp on every screen, drawn in order of urgency, and know what lies under a finger. */

import { chart } from './page.js';
import { isWanted, lookOf } from './strokes.js';

const NEAR_PIXELS = { mouse: 6, touch: 14, pen: 10 };

/* The map's script asks by this name for what draws one tile: a canvas with a pixel for each pixel of the screen. It gets
   its size with the first line in it: many tiles are empty, and a canvas costs time even when nothing is on it. */
globalThis.sharpTile = (coords, size, options) => {
  const tile = L.canvas.tile(coords, size, options);
  const canvas = tile.getContainer();
  Object.assign(canvas, { width: 0, height: 0 });
  tile._initPath = function sized(layer) {
    delete tile._initPath;
    const ratio = Math.min(globalThis.devicePixelRatio || 1, 3);
    Object.assign(canvas, { width: size.x * ratio, height: size.y * ratio });
    tile._ctx.scale(ratio, ratio);
    tile._initPath(layer);
  };
  const circle = tile._updateCircle;
  tile._updateCircle = function withNumber(layer) {
    circle.call(this, layer);
    if (layer.options.number) write(this._ctx, layer);
  };
  return tile;
};

const NUMBER = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 0 });

function write(context, { _point: at, options: { number, ink } }) {
  context.save();
  Object.assign(context, { fillStyle: ink, globalAlpha: 1, font: '600 12px system-ui, sans-serif', textAlign: 'center', textBaseline: 'middle' });
  context.fillText(NUMBER.format(number), at.x, at.y + 0.5);
  context.restore();
}

/* Takes tiles of one edition; what needs attention is drawn last, and a tile that cannot be had stays empty. */
export function prepare(name, layer, edition) {
  const { order } = chart.layers[name];
  const urgency = (feature) => -order.indexOf(lookOf(name, feature.properties));
  layer.options.edition = edition;
  const load = layer._getVectorTilePromise.bind(layer);
  layer._getVectorTilePromise = async (coords) => {
    let tile;
    try {
      tile = await load(coords);
    } catch {
      layer.fire('tilelost');
      return { layers: {} };
    }
    for (const part of Object.values(tile.layers)) {
      part.features = together(name, part.features, urgency);
      part.features.sort((a, b) => urgency(a) - urgency(b));
    }
    return tile;
  };
}

/* Counts of one square, which lie at one point, as one feature: of the codes that are chosen, looking as the worst. */
function together(name, features, urgency) {
  const squares = new Map();
  const found = [];
  for (const feature of features) {
    if (feature.properties.n === undefined) {
      found.push(feature);
    } else if (isWanted(name, feature.properties)) {
      const [[{ x, y }]] = feature.geometry;
      const place = `${x}:${y}`;
      const known = squares.get(place);
      const n = (known?.properties.n ?? 0) + feature.properties.n;
      const worst = known && urgency(known) > urgency(feature) ? known : feature;
      worst.properties.n = n;
      squares.set(place, worst);
    }
  }
  return [...found, ...squares.values()];
}

/* The codes of the feature nearest to a point of the map, within reach of a finger or a mouse; null for none. */
export function nearest(layer, latlng, pointer = 'mouse') {
  const map = layer._map;
  if (!map || layer._tileZoom === undefined) return null;
  const size = layer.getTileSize();
  const scale = map.getZoomScale(map.getZoom(), layer._tileZoom);
  const at = map.project(latlng, layer._tileZoom);
  const tile = layer._vectorTiles[`${Math.floor(at.x / size.x)}:${Math.floor(at.y / size.y)}:${layer._tileZoom}`];
  if (!tile) return null;
  const inTile = L.point(at.x % size.x, at.y % size.y);
  const reach = (NEAR_PIXELS[pointer] ?? NEAR_PIXELS.mouse) / scale;
  let best = { distance: reach, properties: null };
  for (const feature of Object.values(tile._layers)) {
    const distance = distanceTo(feature, inTile, best.distance);
    if (distance < best.distance) best = { distance, properties: feature.properties };
  }
  return best.properties;
}

function distanceTo(feature, point, atMost) {
  if (feature._point) return feature._point.distanceTo(point) - Math.min(feature._radius ?? 0, atMost);
  if (!isNear(feature, point, atMost)) return Infinity;
  let least = Infinity;
  for (const part of feature._parts) {
    for (let i = 1; i < part.length; i += 1) {
      least = Math.min(least, L.LineUtil.pointToSegmentDistance(point, part[i - 1], part[i]));
    }
  }
  return least;
}

function isNear(feature, point, atMost) {
  feature.around ??= L.bounds(feature._parts.flat());
  const { min, max } = feature.around;
  return point.x >= min.x - atMost && point.x <= max.x + atMost && point.y >= min.y - atMost && point.y <= max.y + atMost;
}
