/* Questions to the site's own interface. */

export class NoAnswer extends Error {}

/* The JSON that answers a question. A newer question with the same `topic` makes the older one fall silent. */
const asking = new Map();

export async function ask(path, parameters = {}, topic = null) {
  const stop = new AbortController();
  if (topic) {
    asking.get(topic)?.abort();
    asking.set(topic, stop);
  }
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== '' && value !== undefined);
  const query = new URLSearchParams(given).toString();
  let answer;
  try {
    answer = await fetch(query ? `${path}?${query}` : path, {
      signal: stop.signal,
      headers: { Accept: 'application/json', 'Accept-Language': document.documentElement.lang },
    });
  } catch (trouble) {
    throw stop.signal.aborted ? trouble : new NoAnswer(path);
  }
  if (!answer.ok) throw new NoAnswer(`${answer.status} ${path}`);
  return answer.json();
}

export const isOvertaken = (trouble) => trouble.name === 'AbortError';
