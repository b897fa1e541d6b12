// Boxes over faces and plates: drawn with a pointer, or set by keys and numbers. The form carries them as JSON.

const form = document.querySelector("form.masking");
const field = form.elements.namedItem("masks");
const sheet = form.querySelector(".sheet");
const svg = sheet.querySelector("svg");
const list = form.querySelector(".boxes");
const pattern = form.querySelector("template").content.firstElementChild;
const SMALLEST = 0.005;
const STEP = 0.01;
const boxes = [];

const within = (value, least, most) => Math.min(Math.max(value, least), most);
const rounded = (value) => Math.round(value * 1000) / 1000;

function write(box) {
  for (const [name, value] of [["x", box.left], ["y", box.top], ["width", box.right - box.left], ["height", box.bottom - box.top]]) {
    box.rect.setAttribute(name, value);
  }
  for (const input of box.inputs) input.value = rounded(box[input.dataset.side] * 100);
  keep();
}

function keep() {
  field.value = JSON.stringify(boxes.map(({ left, top, right, bottom, kind }) => ({ left, top, right, bottom, kind: kind.value })));
}

function name() {
  boxes.forEach((box, index) => {
    box.legend.textContent = box.legend.dataset.title.replace("#", index + 1);
  });
}

function choose(chosen) {
  for (const box of boxes) box.rect.classList.toggle("chosen", box === chosen);
}

function move(box, across, down) {
  const width = box.right - box.left, height = box.bottom - box.top;
  box.left = rounded(within(box.left + across, 0, 1 - width));
  box.top = rounded(within(box.top + down, 0, 1 - height));
  box.right = Math.min(box.left + width, 1);
  box.bottom = Math.min(box.top + height, 1);
  write(box);
}

function resize(box, across, down) {
  box.right = rounded(within(box.right + across, box.left + SMALLEST, 1));
  box.bottom = rounded(within(box.bottom + down, box.top + SMALLEST, 1));
  write(box);
}

function remove(box) {
  boxes.splice(boxes.indexOf(box), 1);
  box.rect.remove();
  box.item.remove();
  name();
  keep();
  (boxes.at(-1)?.legend ?? form.querySelector("[data-add]")).focus();
}

const KEYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

function press(box, event) {
  const step = KEYS[event.key];
  if (step) (event.shiftKey ? resize : move)(box, ...step);
  else if (event.key === "Delete" || event.key === "Backspace") remove(box);
  else return;
  event.preventDefault();
}

function change(box, input) {
  const given = Number.parseFloat(input.value.replace(",", "."));
  if (!Number.isFinite(given)) return;
  const side = input.dataset.side, value = rounded(within(given / 100, 0, 1));
  const other = { left: box.right, top: box.bottom, right: box.left, bottom: box.top }[side];
  const isFirst = side === "left" || side === "top";
  box[side] = isFirst ? Math.min(value, other - SMALLEST) : Math.max(value, other + SMALLEST);
  write(box);
}

function add({ left, top, right, bottom, kind = "face" }) {
  const item = pattern.cloneNode(true);
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const box = {
    left, top, right, bottom, item, rect,
    kind: item.querySelector("[data-kind]"),
    legend: item.querySelector("legend"),
    inputs: [...item.querySelectorAll("[data-side]")],
  };
  box.kind.value = kind;
  box.kind.addEventListener("change", keep);
  box.legend.addEventListener("keydown", (event) => press(box, event));
  for (const input of box.inputs) input.addEventListener("change", () => change(box, input));
  item.querySelector("[data-remove]").addEventListener("click", () => remove(box));
  item.addEventListener("focusin", () => choose(box));
  boxes.push(box);
  svg.append(rect);
  list.append(item);
  name();
  write(box);
  return box;
}

function at(event) {
  const frame = sheet.getBoundingClientRect();
  return [within((event.clientX - frame.left) / frame.width, 0, 1), within((event.clientY - frame.top) / frame.height, 0, 1)];
}

function draw(event) {
  if (!event.isPrimary || event.button !== 0) return;
  event.preventDefault();
  const [startX, startY] = at(event);
  const held = boxes.findLast((box) => box.left <= startX && startX <= box.right && box.top <= startY && startY <= box.bottom);
  let box = held, from = [startX, startY];
  sheet.setPointerCapture(event.pointerId);
  const go = (moved) => {
    const [x, y] = at(moved);
    if (held) {
      move(held, x - from[0], y - from[1]);
      from = [x, y];
      return;
    }
    if (!box && (Math.abs(x - startX) < SMALLEST || Math.abs(y - startY) < SMALLEST)) return;
    const sides = { left: Math.min(x, startX), top: Math.min(y, startY), right: Math.max(x, startX), bottom: Math.max(y, startY) };
    for (const side in sides) sides[side] = rounded(sides[side]);
    if (sides.right - sides.left < SMALLEST || sides.bottom - sides.top < SMALLEST) return;
    if (box) write(Object.assign(box, sides));
    else box = add(sides);
    choose(box);
  };
  const end = () => {
    sheet.removeEventListener("pointermove", go);
    if (box) choose(box);
  };
  sheet.addEventListener("pointermove", go);
  sheet.addEventListener("pointerup", end, { once: true });
  sheet.addEventListener("pointercancel", end, { once: true });
}

sheet.addEventListener("pointerdown", draw);
form.querySelector("[data-add]").addEventListener("click", () => {
  add({ left: 0.4, top: 0.4, right: 0.6, bottom: 0.6 }).legend.focus();
});
JSON.parse(form.dataset.masks).forEach(add);
