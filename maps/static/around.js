/* "Around me": the reader's place is asked for when the button is pressed, shown on the map, and told to nobody. */

import { announce } from './markup.js';
import { say } from './page.js';

const button = document.getElementById('around');
const told = document.getElementById('around-told');

export function offerAround(map) {
  let here = null;
  button.addEventListener('click', () => {
    if (!navigator.geolocation) return tell('map.no_place');
    button.setAttribute('aria-busy', 'true');
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.removeAttribute('aria-busy');
        const at = [coords.latitude, coords.longitude];
        here?.remove();
        here = L.circleMarker(at, { radius: 8, color: '#fff', weight: 3, fillColor: '#0b5a7c', fillOpacity: 1, interactive: false }).addTo(map);
        map.setView(at, Math.max(map.getZoom(), 15));
        tell('map.here_you_are');
      },
      () => {
        button.removeAttribute('aria-busy');
        tell('map.no_place');
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
    return undefined;
  });
}

function tell(key) {
  told.textContent = key === 'map.no_place' ? say(key) : '';
  announce(say(key));
}
