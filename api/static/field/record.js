// One defect: photo, place, type, how bad, and what would be recorded, before it is saved.

import { ask, element, problemOf, say, today } from "./api.js";
import { Place } from "./place.js";
import { photoOf, put } from "./queue.js";

const LOOK_AFTER_MS = 300;
const MEASURES = ["length_m", "width_m", "depth_mm"];
const form = document.getElementById("record");
const foreseen = document.getElementById("foreseen");

export class Record {
  constructor(owner, done) {
    this.owner = owner;
    this.done = done;
    this.photo = null;
    this.looks = 0;
    this.place = new Place(form, () => this.look());
    form.elements.photo.addEventListener("change", () => this.photographed());
    form.addEventListener("input", () => this.look());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    for (const one of form.querySelectorAll("[name=quick]")) {
      one.addEventListener("change", () => (form.elements.distress.value = one.value));
    }
    form.elements.distress.addEventListener("change", () => this.mark());
  }

  mark() {
    for (const one of form.querySelectorAll("[name=quick]")) one.checked = one.value === form.elements.distress.value;
  }

  async photographed() {
    const [file] = form.elements.photo.files;
    this.photo = null;
    this.place.locate();
    if (!file) return;
    const taken_at = new Date(file.lastModified || Date.now()).toISOString();
    this.photo = { bytes: await file.arrayBuffer(), type: file.type || "image/jpeg", taken_at };
    await sketch(file);
  }

  body() {
    const { lon, lat, accuracy_m } = this.place.at;
    const told = { lon, lat, detected_on: today(), distress: form.elements.distress.value };
    if (accuracy_m !== undefined) told.gps_accuracy_m = accuracy_m;
    for (const name of MEASURES) {
      const value = form.elements[name].valueAsNumber;
      if (Number.isFinite(value)) told[name] = value;
    }
    if (form.elements.severity.value) told.severity = form.elements.severity.value;
    if (form.elements.note.value.trim()) told.note = form.elements.note.value.trim();
    return told;
  }

  // What would be recorded, a moment after the last change; an answer that came too late is not shown.
  look() {
    const turn = ++this.looks;
    if (!this.place.at) return;
    setTimeout(() => turn === this.looks && this.foresee(turn), LOOK_AFTER_MS);
  }

  async foresee(turn) {
    const { distress, ...told } = this.body();
    const body = distress ? { ...told, distress } : told;
    const answer = await ask("/defects/preview", { method: "POST", body }).catch(() => null);
    if (turn !== this.looks) return;
    if (!answer) foreseen.replaceChildren(element("p", say("field.no_connection")));
    else if (!answer.ok) foreseen.replaceChildren(element("p", await problemOf(answer), { class: "trouble" }));
    else this.show(await answer.json());
  }

  show(seen) {
    const shown = seen.parts.flatMap(partWords);
    if (seen.severity_rule) shown.push(element("p", severityWords(seen)));
    if (seen.distress && seen.similar.length) shown.push(...this.similar(seen.similar));
    foreseen.replaceChildren(...shown);
  }

  similar(found) {
    const list = element("ul", "", { class: "similar" });
    for (const one of found) {
      const facts = { id: one.id, metres: one.distance_m, detected_on: one.detected_on };
      const shown = element("li", say("field.similar_one", facts));
      const button = element("button", say("field.it_is_this"), { type: "button" });
      button.setAttribute("aria-label", `${say("field.it_is_this")}: ${facts.id}`);
      button.addEventListener("click", () => this.same(one.id));
      shown.append(button);
      list.append(shown);
    }
    return [element("p", say("field.similar")), list];
  }

  // Nothing new is recorded; the photo goes to the defect that is known.
  async same(id) {
    if (this.photo) await put(photoOf({ owner: this.owner, photo: this.whole() }, id));
    this.clear();
    this.done(say("field.known", { id }));
  }

  whole() {
    return { ...this.photo, ...this.place.at };
  }

  async save() {
    if (!this.place.at) return this.missing("field.place_missing", form.querySelector("#locate"));
    if (!form.elements.distress.value) return this.missing("field.distress_missing", form.elements.distress);
    const item = { kind: "defect", path: "/defects", body: this.body(), owner: this.owner };
    if (this.photo) item.photo = this.whole();
    await put(item);
    this.clear();
    return this.done(say("field.kept"));
  }

  missing(key, where) {
    this.done(say(key));
    where.focus();
  }

  clear() {
    this.looks += 1;
    this.photo = null;
    form.reset();
    this.place.clear();
    foreseen.replaceChildren();
    document.getElementById("sketch").hidden = true;
  }
}

export function partWords(part) {
  if (!part.carriageway) return [element("p", say("field.off_network"))];
  const where = { place: `${part.road ?? part.carriageway} ${part.chainage_from}`, metres: part.distance_m };
  const answer = part.outcome === "needs_review" ? `${say("outcome.needs_review")}: ${say(`reason.${part.reason}`)}` : say(`outcome.${part.outcome}`);
  const shown = [element("p", say("field.lands", where)), element("p", answer, { class: "outcome" })];
  if (part.liable) {
    const who = [part.liable.name, part.contract?.number, part.warranty?.to && untilWords(part.warranty)].filter(Boolean).join(", ");
    shown.push(element("p", who));
  }
  return shown;
}

// Nobody is told of a negative number of days.
function untilWords({ to, days_left }) {
  return say(days_left < 0 ? "field.ended" : "field.until", { last_on: to, days: days_left });
}

function severityWords(seen) {
  const rule = say(`field.rule.${seen.severity_rule}`);
  return seen.severity ? `${say(`severity.${seen.severity}`)} (${rule})` : rule;
}

// Drawn and not linked: the page shows nothing by an address, not even its own pictures.
async function sketch(file) {
  const canvas = document.getElementById("sketch");
  const picture = await createImageBitmap(file).catch(() => null);
  canvas.hidden = picture === null;
  if (!picture) return;
  canvas.width = 160;
  canvas.height = Math.round((160 * picture.height) / picture.width);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
}
