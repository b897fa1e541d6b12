// How a script of this page asks the API: by the session's cookie, and the token that only our pages know.

const page = document.getElementById("field");
export const words = JSON.parse(page.dataset.words);

export function say(key, facts = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}

// The day on the roads, wherever the phone thinks it is.
export function today() {
  return new Intl.DateTimeFormat("en-CA", { timeZone: page.dataset.zone }).format(new Date());
}

// A UUID (version 4): crypto.randomUUID is missing on plain http.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export async function ask(path, { method = "GET", body, key, type = "application/json", wait_s = 30 } = {}) {
  const headers = { "X-Form-Token": page.dataset.token, "Accept-Language": document.documentElement.lang };
  if (body !== undefined) headers["Content-Type"] = type;
  if (key) headers["Idempotency-Key"] = key;
  const sent = type === "application/json" && body !== undefined ? JSON.stringify(body) : body;
  const signal = AbortSignal.timeout(wait_s * 1000);
  return fetch(`/api/v1${path}`, { method, headers, body: sent, signal, cache: "no-store" });
}

// What a refusal says, in one line.
export async function problemOf(answer) {
  const told = await answer.json().catch(() => ({}));
  const fields = (told.errors ?? []).map((one) => one.problem).join(" ");
  return fields || told.detail || told.title || String(answer.status);
}

export function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
