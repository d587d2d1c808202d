// The page behind a personal link: the token is in the fragment, which reaches no server and no log. Nothing is sent
// before the person presses: mail scanners open addresses too.

import { need } from "./room/page.js";
import { insideApp } from "./room/failures.js";

const form = need(document, 'form[data-form="link"]', HTMLFormElement);
const field = need(form, 'input[name="token"]', HTMLInputElement);
const missing = need(form, "[data-no-token]", HTMLElement);

/** Take the token out of the address bar, so that it stays in no history and on no shared screen. */
function take() {
  const token = location.hash.slice(1);
  if (token === "") return;
  field.value = token;
  history.replaceState(null, "", location.pathname);
}

take();
addEventListener("hashchange", take);
need(document, "[data-in-app]", HTMLElement).hidden = !insideApp(navigator.userAgent);
form.addEventListener("submit", (event) => {
  missing.hidden = field.value !== "";
  if (field.value === "") event.preventDefault();
});
