/* The address of what is shown, so that it can be shared: place, zoom, layers, codes chosen and the open segment.
   It stands behind the `#`, for it concerns nobody but the reader's browser; the language stands in the path. */

import { chart } from './page.js';

const YEAR = /^(19|20)\d\d$/;

export function read() {
  const given = new URLSearchParams(location.hash.slice(1));
  const [zoom, lat, lon] = (given.get('map') ?? '').split('/').map(Number);
  const isPlace = [zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return {
    place: isPlace && given.has('map') ? { zoom, lat, lon } : null,
    layers: given.has('layers') ? given.get('layers').split(',') : null,
    chosen: Object.fromEntries(chart.groups.map(({ code, codes }) =>
      [code, (given.get(code) ?? '').split(',').filter((one) => codes.includes(one))])),
    year: YEAR.test(given.get('year') ?? '') ? Number(given.get('year')) : null,
    segment: /^\d{1,10}$/.test(given.get('segment') ?? '') ? Number(given.get('segment')) : null,
  };
}

export function write({ map, layers, chosen, year, segment }) {
  const { lat, lng } = map.getCenter();
  const digits = Math.max(2, Math.ceil(map.getZoom() / 3));
  const view = `map=${map.getZoom()}/${lat.toFixed(digits)}/${lng.toFixed(digits)}`;
  const parts = [view, `layers=${layers.join(',')}`];
  for (const [group, codes] of Object.entries(chosen)) {
    if (codes.length) parts.push(`${group}=${codes.join(',')}`);
  }
  if (year) parts.push(`year=${year}`);
  if (segment) parts.push(`segment=${segment}`);
  const address = `#${parts.join('&')}`;
  if (address !== location.hash) history.replaceState(null, '', address);
  // Another map shows the same place; the same map in another language shows all of it.
  for (const link of document.querySelectorAll('a[data-keeps-place]')) {
    link.hash = link.dataset.keepsPlace === 'all' ? address : view;
  }
}
