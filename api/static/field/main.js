// The inspector's page: what is due, one more defect, and what has not been sent yet.

import { element, say } from "./api.js";
import { showDay } from "./day.js";
import { discard, send, start } from "./queue.js";
import { Record } from "./record.js";

const owner = document.getElementById("field").dataset.owner;
const said = document.getElementById("said");
const unsent = document.getElementById("unsent");
const refused = document.getElementById("refused");

function tell(text) {
  said.textContent = text;
}

function report({ items, sent, shut }) {
  const own = items.filter((item) => item.owner === owner && !item.refused);
  const others = items.filter((item) => item.owner !== owner).length;
  unsent.textContent = say("field.unsent", { count: own.length }) + (others ? ` ${say("field.unsent_others", { count: others })}` : "");
  unsent.classList.toggle("some", own.length > 0);
  document.getElementById("shut").hidden = !shut;
  refused.replaceChildren(...items.filter((item) => item.refused && item.owner === owner).map(refusal));
  if (sent) tell(sentWords(sent));
}

function sentWords({ item, recorded }) {
  if (item.kind !== "defect") return say(item.kind === "photo" ? "field.photo_sent" : "field.inspection_sent");
  const part = recorded.parts[0];
  const place = part.carriageway ? `${part.road ?? part.carriageway} ${part.chainage_from}` : say("field.off_network");
  return say("field.defect_sent", { id: recorded.id, place });
}

function refusal(item) {
  const shown = element("li", say("field.refused", { problem: item.refused }));
  const button = element("button", say("field.discard"), { type: "button" });
  button.addEventListener("click", () => discard(item.key));
  shown.append(button);
  return shown;
}

function done(text) {
  tell(text);
  send(owner);
}

new Record(owner, done);
start(owner, report);
showDay(owner, done);
