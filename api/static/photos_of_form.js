// Photos chosen in a form are sent at once, each by itself; the form then carries their numbers.

const LARGEST = 40 * 1024 * 1024;

async function send(file, token) {
  const answer = await fetch("/api/v1/photos", {
    method: "POST",
    headers: { "Content-Type": file.type || "image/jpeg", "X-Form-Token": token },
    body: file,
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.detail || told.title || String(answer.status));
  return told.id;
}

async function chosen(input) {
  const form = input.form;
  const kept = form.elements.namedItem("photos");
  const list = input.parentElement.querySelector(".sent");
  const button = form.querySelector("button");
  const ids = [];
  list.replaceChildren();
  button.disabled = true;
  for (const file of input.files) {
    const line = document.createElement("li");
    list.append(line);
    const say = (words) => { line.textContent = `${file.name}: ${words}`; };
    say(input.dataset.sending);
    try {
      if (file.size > LARGEST) throw new Error(`${Math.round(file.size / 1048576)} MB`);
      ids.push(await send(file, form.elements.namedItem("token").value));
      say(input.dataset.sent);
    } catch (wrong) {
      say(`${input.dataset.failed} (${wrong.message})`);
    }
  }
  kept.value = ids.join(" ");
  input.setCustomValidity(ids.length === input.files.length ? "" : input.dataset.failed);
  button.disabled = false;
}

// The page is replaced piece by piece: listen where nothing is replaced.
document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file][data-photos]")) chosen(event.target);
});
