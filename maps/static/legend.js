/* The legend: how much of the network is in which state, and what of it the map shows. */

import { figure, dayInWords, say } from './page.js';

const statusButtons = [...document.querySelectorAll('button[data-status]')];
const layerBoxes = [...document.querySelectorAll('input[data-layer]')];

/* Fills in segments and kilometres by status, and the day they were counted on. */
export function fillCounts({ statuses, as_of: asOf }) {
  const known = new Map(statuses.map((one) => [one.status, one]));
  for (const button of statusButtons) {
    const { segments = 0, km = 0 } = known.get(button.dataset.status) ?? {};
    button.querySelector('.count').textContent = figure(segments);
    button.querySelector('.km').textContent = say('map.km', { km: figure(km, km < 10 ? 1 : 0) });
  }
  if (asOf) document.getElementById('as-of').textContent = say('map.as_of', { day: dayInWords(asOf) });
  return new Map([...known].map(([status, one]) => [status, one.segments]));
}

/* Shows which choice holds, and calls `chosen(status, layers)` when a reader makes another. */
export function offerChoices({ status, layers }, chosen) {
  let current = statusButtons.some((button) => button.dataset.status === status) ? status : null;
  const show = () => statusButtons.forEach((button) =>
    button.setAttribute('aria-pressed', String(button.dataset.status === current)));
  const tell = () => chosen(current, layerBoxes.filter((box) => box.checked).map((box) => box.dataset.layer));
  for (const button of statusButtons) {
    button.addEventListener('click', () => {
      current = current === button.dataset.status ? null : button.dataset.status;
      show();
      tell();
    });
  }
  for (const box of layerBoxes) {
    if (layers) box.checked = layers.includes(box.dataset.layer);
    box.addEventListener('change', tell);
  }
  show();
  tell();
}
