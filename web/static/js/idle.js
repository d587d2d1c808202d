// Before a desk that was not used for half an hour is closed, its owner is asked (WCAG 2.2, 2.2.1). What was typed
// stays where it is.

import { need } from "./room/page.js";

const ASK_MS = 28 * 60_000;

const box = need(document, "[data-idle]", HTMLElement);
const words = need(box, "[data-idle-words]", HTMLElement);
const button = need(box, '[data-action="stay"]', HTMLButtonElement);
let timer = 0;

function wait() {
  words.hidden = true;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    words.hidden = false;
  }, ASK_MS);
}

button.addEventListener("click", async () => {
  const reply = await fetch(`/w/${box.dataset["idle"]}/stay`).catch(() => null);
  if (reply?.ok) wait();
  else location.reload();
});
wait();
