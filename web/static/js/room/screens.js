// Which screen is visible and what its words are. Takes the whole state and keeps none of its own.

import { all, need, say } from "./page.js";
import { lobbyStatus } from "./lobby.js";
import { open } from "./dialogs.js";
import { paintPanel } from "./panel.js";
import { people } from "./roster.js";

/** @import { Sheet, State } from "./protocol.js" */
/** @import { View } from "./roster.js" */
/** @import { Own } from "./memory.js" */
/** @import { Step } from "./door.js" */
/** @import { Words } from "./page.js" */

/**
 * @typedef {{ view: View, step: Step, end: { code: string, words: string } | null, own: Own,
 *   early: boolean, audible: boolean, visible: boolean }} Shown
 */

const END_WORDS = new Set(["ended", "declined", "removed", "left", "elsewhere"]);

export class Screens {
  #room;
  #words;
  #language;
  #zone;
  #screen = "connecting";
  #panelAsked = false;

  /**
   * @param {HTMLElement} room
   * @param {Words} words
   * @param {{ language: string, zone: string }} config
   */
  constructor(room, words, config) {
    this.#room = room;
    this.#words = words;
    this.#language = config.language;
    this.#zone = config.zone;
  }

  /**
   * @param {Shown} shown
   * @returns {string} the stage, as the page shows it
   */
  show(shown) {
    const state = shown.view.state;
    const stage = stageName(shown);
    this.#room.dataset["stage"] = stage;
    this.#room.dataset["step"] = shown.step;
    if (state !== null) {
      this.#room.dataset["member"] = state.you.member;
      this.#room.dataset["seat"] = String(state.you.seat);
    }
    this.#switch(screenFor(stage, shown.step));
    this.#buttons(shown);
    if (shown.end !== null || stage === "elsewhere" || END_WORDS.has(stage)) this.#end(stage, shown.end?.words ?? "");
    else if (state !== null) this.#inside(state, shown.view);
    return stage;
  }

  /** Put the focus on the heading of the screen, so that it is read from its start. */
  focus() {
    const heading = this.#room.querySelector(`[data-screen="${this.#screen}"] h1`);
    if (heading instanceof HTMLElement) heading.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }

  /** @param {boolean} some an unread line of text came, or all are read */
  unread(some) {
    const badge = need(this.#room, '.bar [data-unread]', HTMLElement);
    badge.hidden = !some;
    say(badge, some ? this.#words.get("unread") : "");
  }

  /** Open or close the facilitators' list. */
  panel() {
    const panel = need(this.#room, "[data-panel]", HTMLElement);
    this.#panelAsked = true;
    this.#setPanel(panel.hidden);
    if (!panel.hidden) need(panel, "h2", HTMLElement).focus({ preventScroll: true });
    else need(this.#room, '.bar [data-action="panel"]', HTMLElement).focus();
  }

  /** @param {boolean} visible */
  #setPanel(visible) {
    need(this.#room, "[data-panel]", HTMLElement).hidden = !visible;
    need(this.#room, '.bar [data-action="panel"]', HTMLElement).setAttribute("aria-expanded", String(visible));
  }

  /**
   * @param {Sheet} sheet
   * @param {string} name
   */
  sheet(sheet, name) {
    const dialog = open(this.#room, "sheet");
    /** @param {boolean | null} value */
    const yesNo = (value) => this.#words.get(value === null ? "not_said" : value ? "yes" : "no");
    say(need(dialog, "[data-title]", HTMLElement), this.#words.get("sheet_title", { name }));
    const values = {
      where: sheet.where ?? this.#words.get("not_said"),
      phone: sheet.phone ?? this.#words.get("not_said"),
      emergency: sheet.emergency ?? this.#words.get("not_said"),
      alone: yesNo(sheet.alone),
      headphones: yesNo(sheet.headphones),
      at: sheet.at_ms === null ? "" : this.clock(sheet.at_ms),
    };
    for (const [field, value] of Object.entries(values)) say(need(dialog, `[data-sheet="${field}"]`, HTMLElement), value);
    need(dialog, "[data-said-at]", HTMLElement).hidden = sheet.at_ms === null; // nothing was said, so at no time
  }

  /**
   * A time of day in the group's zone.
   * @param {number} at milliseconds
   */
  clock(at) {
    return new Intl.DateTimeFormat(this.#language, { hour: "2-digit", minute: "2-digit", timeZone: this.#zone, hourCycle: "h23" }).format(at);
  }

  /** @param {string} name */
  #switch(name) {
    if (name === this.#screen) return;
    const first = this.#screen === "connecting";
    this.#screen = name;
    for (const one of all(this.#room, "[data-screen]", HTMLElement)) one.hidden = one.dataset["screen"] !== name;
    document.body.classList.toggle("room-inside", name === "room");
    if (!first || name !== "welcome") this.focus();
  }

  /** @param {Shown} shown */
  #buttons(shown) {
    const on = { mic: shown.own.mic && shown.audible, camera: shown.own.camera && shown.visible };
    for (const kind of /** @type {("mic" | "camera")[]} */ (["mic", "camera"]))
      for (const button of all(this.#room, `[data-action="${kind}"]`, HTMLButtonElement)) {
        button.setAttribute("aria-pressed", String(on[kind]));
        say(need(button, "[data-label]", HTMLElement), this.#words.get(`${kind}_${on[kind] ? "on" : "off"}`));
      }
    const switches = { "hide-self": shown.own.hideSelf, "audio-only": shown.own.audioOnly, quiet: shown.own.quiet };
    for (const [action, pressed] of Object.entries(switches))
      need(this.#room, `[data-action="${action}"]`, HTMLButtonElement).setAttribute("aria-pressed", String(pressed));
  }

  /**
   * @param {State} state
   * @param {View} view
   */
  #inside(state, view) {
    const starts = this.clock(state.session.starts_at_ms);
    say(need(this.#room, "[data-lobby-status]", HTMLElement), lobbyStatus(state, this.#words, starts));
    const times = { ordinal: state.session.ordinal, count: state.session.count, until: this.clock(state.session.ends_at_ms) };
    say(need(this.#room, "[data-session-words]", HTMLElement), this.#words.get("session", times));
    this.#circle(state, view);
    this.#greet(state);
    const panel = this.#room.querySelector("[data-panel]");
    if (!(panel instanceof HTMLElement)) return;
    paintPanel(panel, view, this.#words);
    const knocking = state.waiting.filter((one) => one.stage === "lobby").length + state.calls.length;
    const badge = need(this.#room, "[data-knocks]", HTMLElement);
    badge.hidden = knocking === 0;
    say(badge, String(knocking));
    // Wide screens have room for the list; it opens by itself once, until the facilitator decides.
    if (!this.#panelAsked && knocking > 0 && innerWidth >= 960) {
      this.#panelAsked = true;
      this.#setPanel(true);
    }
  }

  /**
   * @param {State} state
   * @param {View} view
   */
  #circle(state, view) {
    const words = need(this.#room, "[data-circle-words]", HTMLElement);
    const alone = people(view).length < 2 && state.waiting.length === 0;
    const text =
      state.stage === "held" ? this.#words.get("held") : state.stage === "room" && alone ? this.#words.get(state.you.role === "facilitator" ? "alone_facilitator" : "alone") : "";
    words.hidden = text === "";
    say(words, text);
  }

  /** @param {State} state */
  #greet(state) {
    const bar = need(this.#room, "[data-greet-bar]", HTMLElement);
    bar.hidden = state.greet === null;
    if (state.greet === null) return;
    const key = `greet_${state.you.role}_${state.greet.open ? "open" : "soon"}`;
    say(need(bar, "[data-greet-words]", HTMLElement), this.#words.get(key, { name: state.greet.name }));
    for (const button of all(bar, "[data-greet-action]", HTMLButtonElement)) {
      button.dataset["member"] = state.greet.member;
      button.disabled = !state.greet.open && button.dataset["action"] === "admit";
    }
  }

  /**
   * @param {string} stage
   * @param {string} sentence
   */
  #end(stage, sentence) {
    const code = END_WORDS.has(stage) ? stage : "failed";
    const screen = need(this.#room, '[data-screen="end"]', HTMLElement);
    screen.dataset["end"] = code;
    say(need(screen, "[data-end-title]", HTMLElement), this.#words.get(`end_${code}_title`));
    const own = this.#words.get(`end_${code}_words`);
    say(need(screen, "[data-end-words]", HTMLElement), sentence === "" || !["declined", "removed", "failed"].includes(code) ? own : sentence);
    need(screen, '[data-action="take-over"]', HTMLElement).hidden = code !== "elsewhere";
    need(screen, '[data-action="rejoin"]', HTMLElement).hidden = code !== "left" && code !== "failed";
  }
}

/**
 * @param {Shown} shown
 * @returns {string}
 */
function stageName(shown) {
  if (shown.end !== null) return END_WORDS.has(shown.end.code) ? shown.end.code : "failed";
  return shown.view.state?.stage ?? (shown.early ? "early" : "connecting");
}

/**
 * @param {string} stage
 * @param {Step} step
 * @returns {string}
 */
function screenFor(stage, step) {
  switch (stage) {
    case "connecting":
      return "connecting";
    case "early":
    case "door":
      return step;
    case "lobby":
      return "lobby";
    case "greet":
    case "room":
    case "held":
      return "room";
    default:
      return "end";
  }
}
