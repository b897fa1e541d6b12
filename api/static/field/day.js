// The list of the day: what is due, and one tap for what came of it.

import { ask, element, say, today } from "./api.js";
import { put, waiting } from "./queue.js";

const list = document.getElementById("due");

export async function showDay(owner, done) {
  const answer = await ask(`/inspections/plan?on=${today()}&limit=50`).catch(() => null);
  if (!answer?.ok) {
    list.replaceChildren(element("li", say("field.list_unknown")));
    return;
  }
  const recorded = new Set((await waiting()).map((item) => item.plan_id));
  const items = (await answer.json()).items.filter((due) => !recorded.has(due.id));
  const shown = items.map((due) => row(due, owner, done));
  list.replaceChildren(...(shown.length ? shown : [element("li", say("field.nothing_due"))]));
}

function row(due, owner, done) {
  const shown = element("li");
  const name = `${due.road ?? due.carriageway} ${due.chainage_from} - ${due.chainage_to}`;
  const left = say("field.days_left", { days: due.days_left, last_on: due.last_on });
  shown.append(element("strong", name), element("p", `${say(`inspection_kind.${due.kind}`)}, ${left}`));
  shown.append(element("p", `${due.contract}, ${due.contractor}`, { class: "soft" }));
  const note = element("input", "", { maxlength: 2000, autocomplete: "off", "aria-label": `${say("field.why")}: ${name}` });
  const record = async (outcome) => {
    const stretch = { source_id: due.carriageway, chainage_from: due.from_m, chainage_to: due.to_m };
    const body = { kind: due.kind, inspected_on: today(), outcome, note: note.value || null, ...stretch };
    await put({ kind: "inspection", path: "/inspections", body, owner, plan_id: due.id });
    shown.remove();
    done(say("field.inspection_kept", { name }));
  };
  const choices = element("div", "", { class: "choices" });
  for (const outcome of ["no_defect_found", "defects_found"]) {
    choices.append(button(say(`inspection_outcome.${outcome}`), name, () => record(outcome)));
  }
  const because = element("details");
  because.append(
    element("summary", say("inspection_outcome.not_completed")),
    note,
    button(say("field.keep"), name, () => record("not_completed")),
  );
  shown.append(choices, because);
  return shown;
}

function button(text, about, pressed) {
  const made = element("button", text, { type: "button", "aria-label": `${text}: ${about}` });
  made.addEventListener("click", pressed);
  return made;
}
