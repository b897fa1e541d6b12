/* Elements made of text: whatever a name contains, it is shown as it was written and never read as markup. */

import { figure, say } from './page.js';

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name === 'class_' ? 'class' : name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/* A name in an isolated element: marks that turn the direction of writing stay inside it. */
export const named = (words) => element('bdi', {}, words);

const ROWS_AT_FIRST = 5;

/* Rows as a list; of many the first are shown, and the others when the reader asks for them. */
export function listOf(rows, atFirst = ROWS_AT_FIRST) {
  const list = element('ul', { class_: 'rows' }, ...rows);
  if (rows.length <= atFirst + 1) return list;
  const others = rows.slice(atFirst);
  others.forEach((row) => row.remove());
  const more = element('button', {
    type: 'button',
    class_: 'plain all',
    onclick: () => {
      list.append(...others);
      more.remove();
      others[0].tabIndex = -1;
      others[0].focus({ preventScroll: true });
    },
  }, say('map.show_all', { number: figure(rows.length) }));
  return element('div', {}, list, more);
}

/* The sample of a status, an outline or the works, copied from the legend where the page shows it already. */
export function sample(code) {
  const shown = document.querySelector(`[data-sample="${CSS.escape(code)}"] svg`);
  return shown ? shown.cloneNode(true) : null;
}

const voice = document.getElementById('voice');

/* Tells a reader who does not see the page what has changed on it. */
export function announce(words) {
  voice.textContent = '';
  requestAnimationFrame(() => { voice.textContent = words; });
}
