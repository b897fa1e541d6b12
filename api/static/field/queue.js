// What was recorded and not yet sent: kept in this browser until the server says that it has it, or never will.
// Each item has its key before its first attempt, so that sending it twice records it once.

import { ask, newKey, problemOf } from "./api.js";

const STORE = "unsent";
const NOT_FINAL = new Set([401, 408, 409, 425, 429]);
const LONGEST_PAUSE_S = 300;

let opened;
let timer;
let tell = () => {};

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("sapaly-zhol-field", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

// One transaction: all that `work` does to the store is kept, or nothing.
async function change(work) {
  const store = (await open()).transaction(STORE, "readwrite", { durability: "strict" });
  work(store.objectStore(STORE));
  return new Promise((resolve, reject) => {
    store.oncomplete = resolve;
    store.onerror = store.onabort = () => reject(store.error);
  });
}

export async function waiting() {
  const asked = (await open()).transaction(STORE).objectStore(STORE).getAll();
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result.sort((a, b) => a.made_at - b.made_at));
    asked.onerror = () => reject(asked.error);
  });
}

// `item`: { path, body } with `photo` for what goes after a defect, or { path, bytes, type } for a photo itself.
export async function put(item) {
  await change((store) => store.put({ tries: 0, made_at: Date.now(), key: newKey(), ...item }));
  await report();
}

export async function discard(key) {
  await change((store) => store.delete(key));
  await report();
}

async function report(news = {}) {
  tell({ items: await waiting(), ...news });
}

export function start(owner, told) {
  tell = told;
  addEventListener("online", () => send(owner));
  document.addEventListener("visibilitychange", () => document.hidden || send(owner));
  return report().then(() => send(owner));
}

// Only one page of this browser sends at a time.
export async function send(owner) {
  clearTimeout(timer);
  if (!navigator.locks) return round(owner);
  return navigator.locks.request("field-queue", { ifAvailable: true }, (lock) => (lock ? round(owner) : undefined));
}

async function round(owner) {
  const items = (await waiting()).filter((item) => item.owner === owner && !item.refused);
  if (items.length === 0) return;
  // A session that is over, or of somebody else by now, must not cost anybody what they recorded.
  const me = await ask("/me").catch(() => null);
  if (me === null || !me.ok || (await me.json()).code !== owner) {
    await report({ shut: me !== null && me.status < 500 });
    return again(owner, 1);
  }
  for (const item of items) {
    if (!(await attempt(item))) return again(owner, item.tries + 1);
  }
  // What was sent may have left a photo to send.
  return round(owner);
}

function again(owner, tries) {
  const pause_s = Math.min(2 ** tries, LONGEST_PAUSE_S) * (0.75 + Math.random() / 2);
  timer = setTimeout(() => send(owner), pause_s * 1000);
}

// Whether the next item may be tried: after an answer of the server, good or final.
async function attempt(item) {
  let answer;
  try {
    const body = item.bytes ?? item.body;
    answer = await ask(item.path, { method: "POST", body, key: item.key, type: item.type, wait_s: 120 });
  } catch {
    await later(item);
    return false;
  }
  if (answer.ok) {
    const recorded = await answer.json().catch(() => ({}));
    await sent(item, recorded);
    return true;
  }
  if (answer.status >= 400 && answer.status < 500 && !NOT_FINAL.has(answer.status)) {
    const problem = await problemOf(answer);
    await change((store) => store.put({ ...item, photo: undefined, bytes: undefined, refused: problem }));
    await report({ refused: problem });
    return true;
  }
  await later(item);
  return false;
}

async function later(item) {
  await change((store) => store.put({ ...item, tries: item.tries + 1 }));
  await report();
}

async function sent(item, recorded) {
  await change((store) => {
    store.delete(item.key);
    if (item.photo) store.put(photoOf(item, recorded.id));
  });
  await report({ sent: { item, recorded } });
}

export function photoOf(item, defectId) {
  const { bytes, type, taken_at, lon, lat, accuracy_m } = item.photo;
  const known = Object.entries({ taken_at, lon, lat, accuracy_m }).filter(([, value]) => value !== undefined);
  const path = `/defects/${defectId}/photos?${new URLSearchParams(known)}`;
  return { key: newKey(), owner: item.owner, tries: 0, made_at: item.made_at ?? Date.now(), kind: "photo", path, bytes, type };
}
