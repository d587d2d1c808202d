// The facilitators' list: who is at the door, who is in, whom to call. Shows; what is pressed travels as an event.

import { all, copy, fill, need, say } from "./page.js";
import { admitted } from "./roster.js";

/** @import { State, Waiting } from "./protocol.js" */
/** @import { Person, View } from "./roster.js" */
/** @import { Words } from "./page.js" */

/**
 * Put the facilitators' view into the panel.
 * @param {HTMLElement} panel
 * @param {View} view
 * @param {Words} words
 */
export function paintPanel(panel, view, words) {
  const state = view.state;
  if (state === null) return;
  paintDoor(panel, state, words);
  paintPeople(panel, view, words);
  paintCalls(panel, state, words);
  paintTurned(panel, state, words);
  const lock = need(panel, '[data-action="lock"]', HTMLButtonElement);
  lock.setAttribute("aria-pressed", String(state.room.locked));
  say(need(lock, "[data-label]", HTMLElement), words.get(state.room.locked ? "unlock" : "lock"));
}

/**
 * @param {HTMLElement} panel
 * @param {State} state
 * @param {Words} words
 */
function paintDoor(panel, state, words) {
  const knocking = state.waiting.filter((one) => one.stage === "lobby");
  need(panel, "[data-door-empty]", HTMLElement).hidden = state.waiting.length > 0;
  need(panel, '[data-action="admit-all"]', HTMLButtonElement).hidden = knocking.filter((one) => !one.first_use).length < 2;
  fill(
    need(panel, "[data-door]", HTMLElement),
    state.waiting,
    (one) => one.member,
    () => copy("pattern-waiting"),
    (element, one) => paintWaiting(element, one, state, words),
  );
}

/**
 * @param {HTMLElement} element
 * @param {Waiting} one
 * @param {State} state
 * @param {Words} words
 */
function paintWaiting(element, one, state, words) {
  element.dataset["waiting"] = one.member;
  element.dataset["stage"] = one.stage;
  say(need(element, "[data-name]", HTMLElement), one.name);
  const minutes = Math.floor((state.now_ms - one.since_ms) / 60_000);
  const since = one.stage === "door" ? words.get("door_preparing") : minutes < 1 ? words.get("door_now") : words.count("door_minutes", minutes);
  say(need(element, "[data-since]", HTMLElement), since);
  fill(
    need(element, "[data-marks]", HTMLElement),
    marks(one),
    (mark) => mark,
    () => copy("pattern-mark"),
    (item, mark) => {
      item.dataset["mark"] = mark;
      say(item, words.get(`mark_${mark}`));
    },
  );
  for (const button of all(element, "button[data-action]", HTMLButtonElement)) {
    const action = button.dataset["action"];
    name(button, one.member, one.name);
    if (action === "admit") button.hidden = one.stage !== "lobby" || one.first_use || state.room.locked;
    if (action === "greet") button.hidden = one.stage !== "lobby" || state.stage === "greet";
    if (action === "greet") button.classList.toggle("button-yes", one.first_use);
    if (action === "decline") button.hidden = one.stage === "greet";
  }
  const unread = need(element, "[data-unread]", HTMLElement);
  unread.hidden = one.text_unread === 0;
  say(unread, String(one.text_unread));
}

/**
 * What to know before letting somebody in.
 * @param {Waiting} one
 * @returns {string[]}
 */
function marks(one) {
  const found = [];
  if (one.new_device) found.push("new_device");
  else if (one.first_use) found.push("first_use");
  if (one.alone === false) found.push("not_alone");
  if (one.headphones === false) found.push("no_headphones");
  if (one.stage === "lobby" && one.alone === null) found.push("not_said");
  if (one.connection === "reconnecting" || one.connection === "away") found.push("line");
  return found;
}

/**
 * @param {HTMLElement} panel
 * @param {View} view
 * @param {Words} words
 */
function paintPeople(panel, view, words) {
  const others = admitted(view).filter((one) => !one.self);
  need(panel, "[data-people-empty]", HTMLElement).hidden = others.length > 0;
  fill(
    need(panel, "[data-people]", HTMLElement),
    others,
    (one) => one.member,
    () => copy("pattern-person"),
    (element, one) => paintPerson(element, one, words),
  );
}

/**
 * @param {HTMLElement} element
 * @param {Person} one
 * @param {Words} words
 */
function paintPerson(element, one, words) {
  element.dataset["person"] = one.member;
  say(need(element, "[data-name]", HTMLElement), one.name);
  const line = one.connection === "up" ? words.get(one.mic ? "tile_mic_on" : "tile_mic_off") : words.get("tile_reconnecting");
  say(need(element, "[data-words]", HTMLElement), one.facilitator ? `${words.get("tile_facilitator")}, ${line}` : line);
  for (const button of all(element, "button[data-action]", HTMLButtonElement)) {
    const action = button.dataset["action"];
    name(button, one.member, one.name);
    if (action === "mute") button.hidden = !one.mic;
    if (action === "ask-mic") button.hidden = one.mic;
    if (action === "ask-camera") button.hidden = one.camera;
    if (action === "remove" || action === "send-back" || action === "sheet") button.hidden = one.facilitator;
  }
}

/**
 * @param {HTMLElement} panel
 * @param {State} state
 * @param {Words} words
 */
function paintCalls(panel, state, words) {
  need(panel, "[data-calls-part]", HTMLElement).hidden = state.calls.length === 0;
  fill(
    need(panel, "[data-calls]", HTMLElement),
    state.calls,
    (one) => one.member,
    () => copy("pattern-call"),
    (element, one) => {
      element.dataset["call"] = one.member;
      say(need(element, "[data-name]", HTMLElement), one.name);
      const minutes = Math.max(2, Math.floor((state.now_ms - one.gone_since_ms) / 60_000));
      say(need(element, "[data-since]", HTMLElement), words.get("call_since", { minutes }));
      name(need(element, "button", HTMLButtonElement), one.member, one.name);
    },
  );
}

/**
 * @param {HTMLElement} panel
 * @param {State} state
 * @param {Words} words
 */
function paintTurned(panel, state, words) {
  need(panel, "[data-turned-part]", HTMLElement).hidden = state.turned_away.length === 0;
  fill(
    need(panel, "[data-turned]", HTMLElement),
    state.turned_away,
    (one) => one.member,
    () => copy("pattern-turned"),
    (element, one) => {
      element.dataset["turnedAway"] = one.member;
      say(need(element, "[data-name]", HTMLElement), one.name);
      say(need(element, "[data-words]", HTMLElement), words.get(`turned_${one.stage}`));
      name(need(element, "button", HTMLButtonElement), one.member, one.name);
    },
  );
}

/**
 * Say whom a button is about, to the script and to a screen reader.
 * @param {HTMLButtonElement} button
 * @param {string} member
 * @param {string} person
 */
function name(button, member, person) {
  button.dataset["member"] = member;
  button.dataset["name"] = person;
  let about = button.querySelector("[data-about]");
  if (about === null) {
    about = document.createElement("span");
    about.className = "quiet";
    about.setAttribute("data-about", "");
    button.append(about);
  }
  say(about, `: ${person}`);
}
