// @ts-check
// While a session runs the grid is asked for again and again. Without this script "Look again" does it.

const EVERY_MS = 10_000;

/** @type {HTMLElement | null} */
const place = document.querySelector("[data-live-grid][data-source]");

let tag = "";

/**
 * Puts the newest grid in place. When nobody answers, the one that is there stays, and the next round asks anew.
 *
 * @param {HTMLElement} target
 */
async function refresh(target) {
  if (document.hidden || target.contains(document.activeElement)) return;
  const headers = tag ? { "If-None-Match": tag } : {};
  const reply = await fetch(target.dataset["source"] ?? "", { headers }).catch(() => null);
  if (reply?.status !== 200) return;
  tag = reply.headers.get("ETag") ?? "";
  const scrolled = target.querySelector(".grid-wide")?.scrollLeft ?? 0;
  target.innerHTML = await reply.text();
  const wide = target.querySelector(".grid-wide");
  if (wide) wide.scrollLeft = scrolled;
}

if (place) setInterval(() => void refresh(place), EVERY_MS);
