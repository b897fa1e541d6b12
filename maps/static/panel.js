/* The panel of one segment: who answers for it until when, who built it for how much, and what is broken. */

import { announce, element, listOf, named, sample } from './markup.js';
import { ask, isOvertaken } from './ask.js';
import { chart, dayInWords, figure, language, millions, nameIn, say, sayMany, states, tenge } from './page.js';
import { partsOf } from './parts.js';
import { stateOf } from './strokes.js';
import { dayShown } from './years.js';

const panel = document.getElementById('panel');
export const sheet = panel;
const body = document.getElementById('facts');
const title = document.getElementById('panel-title');
const where = document.getElementById('panel-where');
const NARROW = matchMedia('(max-width: 52rem)');
const CLOSED = new Set(['verified', 'withdrawn', 'done_by_others', 'closed_unfixed']);
const SCROLLED_PIXELS = 8;
const STRETCHES_AT_FIRST = 3;
const STRETCHES_ASKED = 20;
let cameFrom = null;
let current = null;
let afterwards = () => {};

document.getElementById('close').addEventListener('click', close);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !panel.hidden) close();
});
/* Who reads on wants more of the sheet and less of the map. */
panel.addEventListener('scroll', () => {
  if (panel.scrollTop > SCROLLED_PIXELS) panel.classList.add('tall');
});

/* Calls `then(segment)` when a segment's facts are there, and `then(null)` when the panel is closed. */
export function whenShown(then) {
  afterwards = then;
}

export async function open(id) {
  if (panel.hidden) cameFrom = document.activeElement;
  panel.hidden = false;
  document.body.classList.add('has-panel');
  tell(say('map.loading'));
  try {
    const segment = await ask(`/api/v1/segments/${id}`, {}, 'segment');
    current = segment;
    fill(segment, await aboutMap(segment));
    // From the list below a map that is out of sight: the reader wants to see the place as well.
    if (NARROW.matches) scrollTo({ top: 0 });
    afterwards(segment);
  } catch (trouble) {
    if (isOvertaken(trouble)) return;
    tell(say('map.no_facts'));
  }
  panel.scrollTop = 0;
  panel.classList.remove('tall');
  title.focus({ preventScroll: true });
}

/* The same segment, when what the map tells of it has become another. */
export async function again() {
  if (panel.hidden || !current) return;
  const segment = current;
  const cards = await aboutMap(segment);
  if (segment === current && !panel.hidden) fill(segment, cards);
}

/* What this map tells of a segment, beside what every map does; nothing where it cannot be had. */
async function aboutMap(segment) {
  try {
    if (chart.years) return [await answeredThen(segment)];
    return chart.tells ? [await placesOn(segment)] : [];
  } catch (trouble) {
    if (isOvertaken(trouble)) throw trouble;
    return [];
  }
}

async function answeredThen({ why }) {
  const day = dayShown();
  const { outcome, contract, warranty } = await ask(`${why}&on=${day}`, {}, 'then');
  const isSomebody = contract && ['under_warranty', 'not_yet_accepted'].includes(outcome);
  return card(say('map.who_answered_on', { day: dayInWords(day) }), isSomebody ? 'answers' : 'nobody',
    element('p', { class_: 'who' }, isSomebody ? named(contract.contractor.name) : say('map.nobody_answers')),
    isSomebody && warranty ? element('p', { class_: 'soft' }, say('map.until', { day: dayInWords(warranty.to) })) : null,
    isSomebody ? byContract(contract) : null);
}

async function placesOn(segment) {
  const { items } = await ask(chart.places, { segment: segment.id, limit: STRETCHES_ASKED }, 'here');
  if (!items.length) return null;
  return card(say(`map.here.${chart.tells}`), 'built', listOf(items.map((one) => element('li', {},
    element('span', { class_: 'soft' }, stretch(one)),
    element('p', { class_: 'who' }, one.tenge_per_km ? say('map.per_km', { amount: millions(one.tenge_per_km) }) : say(`map.${chart.tells}.${one.codes[chart.tells]}`)),
    element('p', { class_: 'soft' }, named(one.contract.contractor.name)),
    one.value_tenge ? element('p', { class_: 'soft' }, tenge(one.value_tenge), ', ', say('map.signed_on', { day: dayInWords(one.signed_on) })) : null,
    byContract(one.contract))), STRETCHES_AT_FIRST));
}

function tell(words) {
  title.textContent = words;
  where.replaceChildren();
  body.replaceChildren();
}

export function close() {
  if (panel.hidden) return;
  panel.hidden = true;
  current = null;
  document.body.classList.remove('has-panel');
  afterwards(null);
  // The list may have been written anew since: its row of the same segment is where the reader came from.
  const row = cameFrom?.dataset.segment ? document.querySelector(`#rows [data-segment="${cameFrom.dataset.segment}"]`) : null;
  const back = cameFrom?.isConnected ? cameFrom : row ?? document.querySelector('.chart');
  back.focus({ preventScroll: !back.dataset.segment });
}

export const roadName = (segment) => nameIn(segment.names) || segment.road || say('map.nameless');

export const stretch = (segment) => say('map.stretch', { from: segment.chainage_from, to: segment.chainage_to });

function fill(segment, cards) {
  const parts = partsOf(segment);
  const alone = parts.length === 1 && parts[0].contract ? parts[0] : null;
  const isBuilder = Boolean(alone && segment.built_by?.id === alone.contract.id);
  title.replaceChildren(named(roadName(segment)));
  where.replaceChildren(...place(segment));
  body.replaceChildren(...[
    element('p', { class_: `status ${segment.status}` }, sample(segment.status), say(`map.status.${segment.status}`)),
    ...cards,
    answers(parts, isBuilder ? segment.built_by : null),
    isBuilder ? null : built(segment.built_by),
    defects(segment),
    claims(segment.claims),
    inspected(segment.inspected_on),
    element('p', { class_: 'on' }, element('a', { href: `/${language}/segments/${segment.id}` },
      say(alone ? 'map.why' : 'map.more_about'))),
  ].filter(Boolean));
  announce(`${roadName(segment)}, ${stretch(segment)}: ${say(`map.status.${segment.status}`)}`);
}

function place(segment) {
  const reference = segment.road && segment.road !== roadName(segment) ? segment.road : null;
  return [
    reference ? element('span', { class_: 'sign' }, named(reference)) : null,
    element('span', {}, stretch(segment)),
    segment.direction === 'single' ? null : element('span', {}, say(`direction.${segment.direction}`)),
  ].filter(Boolean);
}

/* Who answers today: one contractor for all of it, or each stretch with its own. `works`: what the one has built here. */
function answers(parts, works) {
  const heading = say(works ? 'map.built_and_answers' : 'map.answers');
  if (!parts.some((part) => part.contract)) {
    const over = parts.find((part) => part.ended);
    return card(heading, 'nobody', element('p', { class_: 'who' }, say('map.nobody_answers')),
      over ? element('p', { class_: 'soft' }, say('map.ended_on', { day: dayInWords(over.ended) })) : null);
  }
  if (parts.length === 1) return card(heading, 'answers', ...answer(parts[0]), works ? worksFacts(works) : byContract(parts[0].contract));
  return card(heading, 'answers', listOf(parts.map((part) => element('li', {},
    element('span', { class_: 'soft' }, say('map.stretch', part)),
    ...(part.contract ? [...answer(part), byContract(part.contract)] : [element('p', {}, say('map.nobody_answers'))]))), STRETCHES_AT_FIRST));
}

function answer({ contract, until, days, outcome }) {
  const open = outcome === 'not_yet_accepted' ? 'map.until_accepted' : 'map.term_unknown';
  return [
    element('p', { class_: 'who' }, named(contract.contractor.name)),
    element('p', { class_: 'term' },
      until ? element('time', { datetime: until }, say('map.until', { day: dayInWords(until) })) : element('span', {}, say(open)),
      until ? element('strong', { class_: days <= 90 ? 'left soon' : 'left' }, sayMany('map.days_left', days)) : null),
  ];
}

const byContract = (contract) => element('p', { class_: 'soft' }, say('map.contract'), ' ', link(contract), `, ${say(`works.${contract.kind_of_works}`)}`);

const link = (contract) => element('a', { href: `/${language}/contracts/${contract.id}` }, named(contract.number));

function built(works) {
  if (!works) return card(say('map.built_by'), 'nobody', element('p', {}, say('map.nobody_known')));
  return card(say('map.built_by'), 'built', element('p', { class_: 'who' }, named(works.contractor.name)), worksFacts(works));
}

function worksFacts(works) {
  const list = element('dl');
  const fact = (label, ...values) => list.append(element('div', {}, element('dt', {}, say(label)), element('dd', {}, ...values)));
  fact('map.contract', link(works));
  fact('map.kind_of_works', say(`works.${works.kind_of_works}`));
  fact('map.accepted_on', element('time', { datetime: works.accepted_on }, dayInWords(works.accepted_on)));
  if (works.value_tenge !== null) fact('map.value', tenge(works.value_tenge));
  return list;
}

function card(heading, look, ...inside) {
  return element('section', { class_: `card ${look}` }, element('h3', {}, heading), ...inside);
}

function defects(segment) {
  const rows = mostUrgentFirst(segment.defects).map((defect) => element('li', {},
    sample(`defect.${stateOf(defect)}`),
    element('div', {},
      element('strong', {}, nameIn(defect.names) || say('map.defect')),
      element('span', { class_: 'soft' }, defect.severity ? `${say(`map.severity.${defect.severity}`)}, ` : null,
        `${say(`map.defect.${stateOf(defect)}`)}, `,
        element('time', { datetime: defect.detected_on }, say('map.found_on', { day: dayInWords(defect.detected_on) }))))));
  return counted('map.open_defects', 'map.no_defects', rows, Math.max(rows.length, segment.open_defects));
}

const mostUrgentFirst = (found) =>
  [...found].sort((one, other) => states.indexOf(stateOf(one)) - states.indexOf(stateOf(other)));

function claims(lines) {
  const open = lines.filter((line) => !CLOSED.has(line.state));
  const over = lines.filter((line) => CLOSED.has(line.state));
  const section = counted('map.claims', 'map.no_claims', open.map(claim), open.length);
  if (over.length) {
    section.append(element('details', {}, element('summary', {}, say('map.closed_claims', { number: figure(over.length) })),
      element('ul', { class_: 'rows' }, ...over.map(claim))));
  }
  return section;
}

function claim(line) {
  const isOpen = !CLOSED.has(line.state);
  const due = isOpen && line.due ? `, ${say('map.repair_by', { day: dayInWords(line.due) })}` : '';
  return element('li', {}, element('div', {},
    element('strong', {}, named(line.number)),
    line.is_overdue ? element('strong', { class_: 'left late' }, say('map.overdue')) : null,
    element('span', { class_: 'soft' }, `${say(`claim_state.${line.state}`)}${due}`)));
}

function counted(heading, nothing, rows, number) {
  return element('section', { class_: 'told' },
    element('h3', {}, say(heading), rows.length ? element('span', { class_: 'number' }, figure(number)) : null),
    rows.length ? listOf(rows) : element('p', { class_: 'none' }, say(nothing)));
}

function inspected(day) {
  return element('p', { class_: 'soft' }, day ? say('map.inspected_on', { day: dayInWords(day) }) : say('map.never_inspected'));
}
