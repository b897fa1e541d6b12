/* The address of what is shown, so that it can be shared: place, zoom, layers, status and the open segment.
   It stands behind the `#`, for it concerns nobody but the reader's browser; the language stands in the path. */

export function read() {
  const given = new URLSearchParams(location.hash.slice(1));
  const [zoom, lat, lon] = (given.get('map') ?? '').split('/').map(Number);
  const isPlace = [zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return {
    place: isPlace && given.has('map') ? { zoom, lat, lon } : null,
    layers: given.has('layers') ? given.get('layers').split(',') : null,
    status: given.get('status'),
    segment: /^\d{1,10}$/.test(given.get('segment') ?? '') ? Number(given.get('segment')) : null,
  };
}

export function write({ map, layers, status, segment }) {
  const { lat, lng } = map.getCenter();
  const digits = Math.max(2, Math.ceil(map.getZoom() / 3));
  const parts = [`map=${map.getZoom()}/${lat.toFixed(digits)}/${lng.toFixed(digits)}`, `layers=${layers.join(',')}`];
  if (status) parts.push(`status=${status}`);
  if (segment) parts.push(`segment=${segment}`);
  const address = `#${parts.join('&')}`;
  if (address !== location.hash) history.replaceState(null, '', address);
  for (const link of document.querySelectorAll('a[data-keeps-place]')) link.hash = address;
}
