/* The slider over years: at each a map tells how things stood as the year ended, or as they stand today. */

import { announce } from './markup.js';
import { dayInWords, say } from './page.js';

const WAIT_MS = 200;
const slider = document.getElementById('year');
const told = document.getElementById('year-told');
const state = { year: null, last: null, asOf: null };

/* The day of which the map tells, such as 2024-12-31. */
export const dayShown = () => (state.year === null || state.year === state.last ? state.asOf : `${state.year}-12-31`);

/* Offers the years on record and calls `chosen(year)` when a reader takes another. Gives the year shown first. */
export function offerYears({ years, as_of: asOf }, wished, chosen) {
  const [first, last] = years;
  Object.assign(state, { last, asOf });
  Object.assign(slider, { min: first, max: last });
  let waiting = null;
  const take = (year) => {
    show(Math.min(Math.max(year, first), last));
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      announce(`${state.year}, ${say('map.on_day', { day: dayInWords(dayShown()) })}`);
      chosen(state.year);
    }, WAIT_MS);
  };
  slider.addEventListener('input', () => take(Number(slider.value)));
  document.getElementById('year-before').addEventListener('click', () => take(state.year - 1));
  document.getElementById('year-after').addEventListener('click', () => take(state.year + 1));
  show(Math.min(Math.max(wished ?? last, first), last));
  document.getElementById('years').hidden = false;
  return state.year;
}

function show(year) {
  state.year = year;
  slider.value = year;
  slider.setAttribute('aria-valuetext', String(year));
  told.textContent = year;
  document.getElementById('year-before').disabled = year <= Number(slider.min);
  document.getElementById('year-after').disabled = year >= Number(slider.max);
}
