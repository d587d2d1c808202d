// One line of words above the room, and the voice for screen readers: what happens to the connection, and short notices.

import { need, say } from "./page.js";

/** @import { Words } from "./page.js" */

/** A break shorter than this is not worth a word. */
const PATIENCE_MS = 900;
const NOTICE_MS = 9000;
/** Screen readers swallow a sentence that follows too closely. */
const BREATH_MS = 1200;
/** Stages with a line that can be in trouble. */
const CONNECTED = ["door", "lobby", "greet", "room", "held"];

export class Banner {
  #room;
  #words;
  #stage = "connecting";
  #line = false;
  #blocked = false;
  #held = "";
  #failure = "";
  #notice = "";
  #trouble = false;
  /** @type {number | undefined} */
  #noticeTimer;
  /** @type {number | undefined} */
  #troubleTimer;
  /** @type {string[]} */
  #spoken = [];
  /** @type {number | undefined} */
  #speechTimer;

  /**
   * @param {HTMLElement} room
   * @param {Words} words
   */
  constructor(room, words) {
    this.#room = room;
    this.#words = words;
  }

  /** @param {string} stage as the page shows it */
  set stage(stage) {
    this.#stage = stage;
    this.#paint();
  }

  /** @param {boolean} up the signalling line */
  set line(up) {
    this.#line = up;
    this.#room.dataset["signal"] = up ? "up" : "down";
    this.#paint();
  }

  get blocked() {
    return this.#blocked;
  }

  /** @param {boolean} blocked sound waits for a press */
  set blocked(blocked) {
    this.#blocked = blocked;
    this.#paint();
  }

  /** @param {string} words why there can be no sound and picture; empty: there can */
  set failure(words) {
    if (words !== "" && words !== this.#failure) this.announce(words);
    this.#failure = words;
    this.#paint();
  }

  /** @param {string} words why the page waits */
  hold(words) {
    this.#held = words;
    say(need(this.#room, "[data-connecting-words]", HTMLElement), words);
    this.#paint();
  }

  /** What was told belongs to a stage that is over. */
  clear() {
    clearTimeout(this.#noticeTimer);
    this.#notice = "";
    this.#paint();
  }

  /**
   * Show for a while, and speak.
   * @param {string} words
   */
  notice(words) {
    if (words === "") return;
    this.#notice = words;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => {
      this.#notice = "";
      this.#paint();
    }, NOTICE_MS);
    this.announce(words);
    this.#paint();
  }

  /**
   * Spoken by screen readers when they are free, one after the other.
   * @param {string} words
   */
  announce(words) {
    this.#spoken.push(words);
    if (this.#speechTimer === undefined) this.#speak();
  }

  #speak() {
    const words = this.#spoken.shift();
    need(this.#room, "[data-announce]", HTMLElement).textContent = words ?? "";
    this.#speechTimer = words === undefined ? undefined : setTimeout(() => this.#speak(), BREATH_MS);
  }

  #paint() {
    const trouble = this.#troubleWords();
    this.#settle(trouble !== "");
    const told = this.#failure || (this.#trouble ? trouble : "");
    const words = told || (this.#blocked ? this.#words.get("sound_blocked") : this.#notice || (this.#stage === "early" ? this.#held : ""));
    const banner = need(this.#room, "[data-banner]", HTMLElement);
    need(banner, '[data-action="start-sound"]', HTMLButtonElement).hidden = !this.#blocked;
    say(need(banner, "[data-banner-words]", HTMLElement), words);
    banner.hidden = words === "";
    const inside = ["greet", "room", "held"].includes(this.#stage);
    say(need(this.#room, "[data-connection-words]", HTMLElement), inside && trouble === "" ? this.#words.get("connected") : "");
  }

  /**
   * Trouble is told only when it lasts.
   * @param {boolean} trouble
   */
  #settle(trouble) {
    if (!trouble) {
      clearTimeout(this.#troubleTimer);
      this.#troubleTimer = undefined;
      if (this.#trouble) this.announce(this.#words.get("connected"));
      this.#trouble = false;
    } else if (!this.#trouble && this.#troubleTimer === undefined) {
      this.#troubleTimer = setTimeout(() => {
        this.#trouble = true;
        this.announce(this.#troubleWords());
        this.#paint();
      }, PATIENCE_MS);
    }
  }

  /** @returns {string} what is wrong with the connection; empty: nothing */
  #troubleWords() {
    if (!CONNECTED.includes(this.#stage)) return "";
    if (!this.#line) return this.#words.get(this.#stage === "door" ? "reconnecting_door" : "reconnecting");
    if (this.#stage === "door") return "";
    const media = this.#room.dataset["media"];
    if (media === "restoring") return this.#words.get("reconnecting");
    return this.#stage !== "lobby" && media !== "up" ? this.#words.get("connecting_media") : "";
  }
}
