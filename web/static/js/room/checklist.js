// The facilitator's list in an individual meeting: each tick is kept at once, the newest state wins.

import { all, need, say } from "./page.js";

/** @import { Words } from "./page.js" */

/**
 * @param {HTMLElement} room
 * @param {Words} words
 * @param {string} address
 * @param {string} csrf
 */
export function keepTicks(room, words, address, csrf) {
  const part = need(room, "[data-checklist]", HTMLElement);
  const told = need(part, "[data-checklist-words]", HTMLElement);
  let busy = false;
  let again = false;

  async function keep() {
    again = busy;
    if (busy) return;
    busy = true;
    const body = new URLSearchParams();
    for (const box of all(part, "input[name=item]", HTMLInputElement)) if (box.checked) body.append("item", box.value);
    const reply = await fetch(address, { method: "POST", headers: { "X-CSRF": csrf }, body }).catch(() => null);
    say(told, words.get(reply?.ok ? "ticks_kept" : "ticks_lost"));
    busy = false;
    if (again) await keep();
  }

  part.addEventListener("change", () => void keep());
}
