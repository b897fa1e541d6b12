/* A still picture of the map becomes the living one when somebody turns to it: until then a phone loads none of that. */

const READY_CHECK_MS = 50;

for (const box of document.querySelectorAll('[data-live]')) {
  box.addEventListener('pointerenter', ({ pointerType }) => { if (pointerType === 'mouse') wake(box); });
  box.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    wake(box);
  });
}

/* Puts the living map over the picture, which is seen until the map is drawn. */
function wake(box) {
  if (box.querySelector('iframe')) return;
  const frame = document.createElement('iframe');
  Object.assign(frame, { src: box.dataset.live, title: box.dataset.title });
  box.classList.add('is-waking');
  box.append(frame);
  const waiting = setInterval(() => {
    if (frame.contentDocument?.documentElement?.dataset.ready !== 'yes') return;
    clearInterval(waiting);
    const hadFocus = box.contains(document.activeElement);
    box.classList.replace('is-waking', 'is-live');
    if (hadFocus) frame.focus();
  }, READY_CHECK_MS);
}
