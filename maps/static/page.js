/* What the page brings with it: its language, its words, and how numbers and days are written in that language. */

const data = JSON.parse(document.getElementById('data').textContent);

export const { language, chart, states, home, basemap, places } = data;

/* What the address asks for beside the place: one region or road alone; and whether it asks to be a part of a page. */
const asked = new URLSearchParams(location.search);
export const limits = {
  region: /^\d{2,9}$/.test(asked.get('region') ?? '') ? asked.get('region') : null,
  road: asked.get('road')?.slice(0, 100) || null,
};
export const isEmbedded = document.documentElement.classList.contains('embedded');

/* Browsers often carry no Kazakh figures and months; Russian ones group digits and order days the same way. */
const hasMonths = !/\bM\d/.test(new Intl.DateTimeFormat(language, { month: 'long' }).format(new Date(0)));
const locale = { kk: hasMonths ? 'kk' : 'ru', ru: 'ru', en: 'en-GB' }[language];
const day = new Intl.DateTimeFormat(
  locale,
  hasMonths && language !== 'kk'
    ? { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }
    : { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' },
);
const plural = new Intl.PluralRules(hasMonths ? locale : 'en');

/* The sentence of a key with its facts filled in. A key that nobody wrote shows itself: a code is better than a gap. */
export function say(key, facts = {}) {
  const sentence = data.words[key] ?? key.split('.').pop().replaceAll('_', ' ');
  return sentence.replace(/\{(\w+)\}/g, (hole, name) => (name in facts ? facts[name] : hole));
}

/* A sentence about a number of things: `key.one`, `key.few`, `key.many`, `key.other`, whichever the language has. */
export function sayMany(key, number) {
  const form = `${key}.${plural.select(number)}`;
  return say(form in data.words ? form : `${key}.other`, { number: figure(number) });
}

export const figure = (number, digits = 0) =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(number);

/* A name in the reader's language, or in whichever it is known. */
export const nameIn = (names) => names?.[language] || names?.ru || names?.kk || names?.en || null;

export const tenge = (amount) => say('map.tenge', { amount: figure(Number(amount)) });

/* A day such as 2026-09-14 as people write it. */
export const dayInWords = (iso) => day.format(new Date(`${iso}T00:00:00Z`)).replaceAll(' ', '\u00a0');

/* A large amount of tenge in millions, as people say it. */
export const millions = (amount) => say('map.millions', { amount: figure(Number(amount) / 1e6, Number(amount) < 1e7 ? 1 : 0) });
