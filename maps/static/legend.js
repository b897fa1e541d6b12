/* The legend: how much there is of each code, and what of it the map shows. */

import { chart, figure, dayInWords, limits, say } from './page.js';

const groups = chart.groups.map((group) => ({ ...group, buttons: [...document.querySelectorAll(`button[data-${group.code}]`)] }));
const layerBoxes = [...document.querySelectorAll('input[data-layer]')];

/* Fills in numbers and kilometres by code, and the day they were counted on. Gives the numbers by group and code. */
export function fillCounts(counts) {
  const known = new Map(groups.map(({ code }) => [code, new Map()]));
  for (const { code, buttons } of groups) {
    for (const one of counts.statuses ?? counts.groups[code] ?? []) known.get(code).set(one[code] ?? one.code, one);
    for (const button of buttons) show(button, known.get(code).get(button.dataset[code]));
  }
  if (counts.as_of) document.getElementById('as-of').textContent = say('map.as_of', { day: dayInWords(counts.as_of) });
  // The figures are of the whole country: beside a list of one road or region they would mislead.
  document.body.classList.toggle('is-limited', Boolean(limits.region || limits.road));
  return new Map([...known].map(([group, codes]) => [group, new Map([...codes].map(([code, one]) => [code, numberOf(one)]))]));
}

const numberOf = (one) => one.segments ?? one.number;

function show(button, found) {
  const { km = null } = found ?? {};
  button.querySelector('.count').textContent = figure(found ? numberOf(found) : 0);
  button.querySelector('.km').textContent = km === null ? '' : say('map.km', { km: figure(km, km < 10 ? 1 : 0) });
}

/* Shows which choice holds, and calls `made(chosen, layers)` when a reader makes another. */
export function offerChoices({ chosen, layers }, made) {
  const current = { ...chosen };
  const show = () => groups.forEach(({ code, buttons }) => buttons.forEach((button) =>
    button.setAttribute('aria-pressed', String(current[code].includes(button.dataset[code])))));
  const tell = () => made({ ...current }, layerBoxes.filter((box) => box.checked).map((box) => box.dataset.layer));
  for (const group of groups) {
    for (const button of group.buttons) {
      button.addEventListener('click', () => {
        current[group.code] = pressed(group, current[group.code], button.dataset[group.code]);
        show();
        tell();
      });
    }
  }
  for (const box of layerBoxes) {
    if (layers) box.checked = layers.includes(box.dataset.layer);
    box.addEventListener('change', tell);
  }
  show();
  tell();
}

/* Pressed again a code is let go; beside others it stands only where several may be chosen. */
function pressed({ codes, several }, before, code) {
  if (before.includes(code)) return before.filter((one) => one !== code);
  return several ? codes.filter((one) => one === code || before.includes(one)) : [code];
}
