// Where the inspector stands: told by the phone, put right by typing or on a small map of the roads around.

import { ask, say } from "./api.js";

const METRES_IN_A_DEGREE = 111320;
const AROUND_M = 120;
const SVG = "http://www.w3.org/2000/svg";

export class Place {
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    this.at = null;
    this.shown = root.querySelector("#where");
    this.map = root.querySelector("#map");
    this.inputs = { lon: root.querySelector("#lon"), lat: root.querySelector("#lat") };
    for (const input of Object.values(this.inputs)) input.addEventListener("change", () => this.typed());
    root.querySelector("#locate").addEventListener("click", () => this.locate());
    root.querySelector("#correct").addEventListener("toggle", () => this.draw());
    this.map.addEventListener("click", (event) => this.tapped(event));
    this.map.addEventListener("keydown", (event) => this.moved(event));
  }

  locate() {
    this.shown.textContent = say("field.locating");
    if (!navigator.geolocation) return this.unknown();
    const found = ({ coords }) => this.set(coords.longitude, coords.latitude, coords.accuracy);
    const wishes = { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 };
    return navigator.geolocation.getCurrentPosition(found, () => this.unknown(), wishes);
  }

  unknown() {
    this.shown.textContent = say("field.no_location");
    this.root.querySelector("#correct").open = true;
  }

  // Typed and chosen places have no accuracy that anybody could know.
  set(lon, lat, accuracy_m) {
    const known = accuracy_m === undefined ? undefined : Math.round(accuracy_m * 10) / 10;
    this.at = { lon: Number(lon.toFixed(7)), lat: Number(lat.toFixed(7)), accuracy_m: known };
    this.inputs.lon.value = this.at.lon;
    this.inputs.lat.value = this.at.lat;
    const key = known === undefined ? "field.at" : "field.at_within";
    this.shown.textContent = say(key, { lon: this.at.lon.toFixed(5), lat: this.at.lat.toFixed(5), metres: known });
    this.draw();
    this.changed();
  }

  clear() {
    this.at = null;
    this.shown.textContent = "";
    for (const input of Object.values(this.inputs)) input.value = "";
    this.map.replaceChildren();
  }

  typed() {
    const [lon, lat] = [this.inputs.lon, this.inputs.lat].map((input) => input.valueAsNumber);
    if (Number.isFinite(lon) && Number.isFinite(lat)) this.set(lon, lat);
  }

  get scale() {
    return { x: METRES_IN_A_DEGREE * Math.cos((this.at.lat * Math.PI) / 180), y: METRES_IN_A_DEGREE };
  }

  // Metres east and south of the middle, as SVG counts.
  moveBy(east, south) {
    this.set(this.at.lon + east / this.scale.x, this.at.lat - south / this.scale.y);
  }

  tapped(event) {
    if (!this.at) return;
    const box = this.map.getBoundingClientRect();
    const metres = (part, whole) => (part / whole - 0.5) * 2 * AROUND_M;
    this.moveBy(metres(event.clientX - box.left, box.width), metres(event.clientY - box.top, box.height));
  }

  moved(event) {
    const step = event.shiftKey ? 10 : 1;
    const ways = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (!this.at || !ways[event.key]) return;
    event.preventDefault();
    this.moveBy(...ways[event.key]);
  }

  async draw() {
    if (!this.at || !this.root.querySelector("#correct").open) return;
    const { lon, lat } = this.at;
    const [width, height] = [AROUND_M / this.scale.x, AROUND_M / this.scale.y];
    const box = [lon - width, lat - height, lon + width, lat + height].map((one) => one.toFixed(6)).join(",");
    const answer = await ask(`/segments?bbox=${box}&limit=200`).catch(() => null);
    if (!this.at || this.at.lon !== lon || this.at.lat !== lat) return;
    const lines = answer?.ok ? (await answer.json()).items.map((one) => one.geometry.coordinates) : [];
    this.map.replaceChildren(...lines.map((line) => this.line(line)), this.dot());
  }

  line(coordinates) {
    const { lon, lat } = this.at;
    const points = coordinates.map(([x, y]) => `${((x - lon) * this.scale.x).toFixed(1)},${((lat - y) * this.scale.y).toFixed(1)}`);
    return drawn("polyline", { points: points.join(" "), class: "road" });
  }

  dot() {
    return drawn("circle", { cx: 0, cy: 0, r: 5, class: "here" });
  }
}

function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
