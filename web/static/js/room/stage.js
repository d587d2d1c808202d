// The people on the screen: one tile each, pictures revealed only when they are surely theirs, sound from media elements.

import { copy, fill, need, say } from "./page.js";
import { grid, shown } from "./layout.js";

/** @import { Person } from "./roster.js" */
/** @import { Slot } from "./rtc.js" */
/** @import { Words } from "./page.js" */

const GAP_PX = 12;
/** Below this tile width the grid scrolls instead of shrinking further. */
const SMALLEST_PX = 132;
/**
 * The sound of a freed seat runs on for so long, unheard. What the receiver holds when nobody draws from it any more, it keeps, and
 * would play it to the name of whoever sits there next, and all sound after it late.
 */
const RUN_OUT_MS = 700;

/** Events: `blocked` (boolean: sound needs a press), `shown` (Record<string, number>: heights by slot). */
export class Stage extends EventTarget {
  #list;
  #circle;
  #sounds;
  #words;
  /** @type {Slot[]} */
  #slots = [];
  /** @type {Person[]} */
  #people = [];
  /** @type {MediaStreamTrack | null} */
  #own = null;
  /** @type {Map<number, HTMLAudioElement>} */
  #audio = new Map();
  /** @type {Set<HTMLAudioElement>} */
  #blocked = new Set();
  #hideSelf = false;
  #audioOnly = false;
  #speaker = "";
  #height = 0;
  /** How many tiles the grid was last made for. */
  #arranged = 0;

  /**
   * @param {HTMLElement} room
   * @param {Words} words
   */
  constructor(room, words) {
    super();
    this.#list = need(room, "[data-stage-grid]", HTMLElement);
    this.#sounds = need(room, "[data-sounds]", HTMLElement);
    this.#words = words;
    this.#circle = need(room, ".circle", HTMLElement);
    new ResizeObserver(() => this.#arrange()).observe(this.#circle);
    document.addEventListener("visibilitychange", () => {
      this.#tellShown();
      if (!document.hidden) this.play();
    });
  }

  /** @param {Slot[]} slots the receivers of a new connection */
  set slots(slots) {
    this.#slots = slots;
    for (const element of this.#audio.values()) detach(element);
    for (const tile of this.#tiles()) unfill(tile);
    this.render(this.#people);
  }

  /** @param {MediaStreamTrack | null} track own camera */
  set own(track) {
    this.#own = track;
    this.render(this.#people);
  }

  /** @param {{ hideSelf: boolean, audioOnly: boolean }} wishes */
  set wishes(wishes) {
    this.#hideSelf = wishes.hideSelf;
    this.#audioOnly = wishes.audioOnly;
    this.render(this.#people);
  }

  /** @param {string} device where the sound goes */
  set speaker(device) {
    this.#speaker = device;
    for (const element of this.#audio.values()) void sink(element, device);
  }

  /** @param {Person[]} people everybody in seat order */
  render(people) {
    this.#people = people;
    const visible = people.filter((one) => !(one.self && this.#hideSelf));
    fill(this.#list, visible, (one) => one.member, () => copy("pattern-tile"), (tile, one) => this.#paint(tile, one));
    this.#listen(people);
    if (visible.length !== this.#arranged) this.#arrange();
    else this.#tellShown();
  }

  /** Start whatever does not play yet; call it inside a press when the browser asks for one. */
  play() {
    for (const element of this.#audio.values()) if (element.srcObject !== null) this.#sound(element);
    for (const tile of this.#tiles()) void picture(tile).play().catch(() => undefined); // muted: plays when visible again
  }

  #tiles() {
    return /** @type {HTMLElement[]} */ ([...this.#list.children]);
  }

  /**
   * @param {HTMLElement} tile
   * @param {Person} one
   */
  #paint(tile, one) {
    const track = this.#picture(one);
    if (tile.dataset["source"] !== sourceName(one, track)) {
      unfill(tile);
      tile.dataset["source"] = sourceName(one, track);
      if (track !== null) reveal(tile, track);
    }
    tile.dataset["member"] = one.member;
    tile.dataset["seat"] = String(one.seat);
    if (one.slot === null) delete tile.dataset["slot"];
    else tile.dataset["slot"] = String(one.slot);
    tile.toggleAttribute("data-self", one.self);
    tile.dataset["mic"] = one.mic ? "on" : "off";
    tile.dataset["camera"] = one.camera ? "on" : "off";
    tile.dataset["connection"] = one.connection;
    tile.dataset["speaking"] = String(one.speaking && one.mic);
    say(need(tile, "[data-name]", HTMLElement), one.self ? this.#words.get("you", { name: one.name }) : one.name);
    say(need(tile, "[data-initial]", HTMLElement), [...one.name.trim()][0]?.toUpperCase() ?? "");
    say(need(tile, "[data-tile-state]", HTMLElement), this.#state(one));
    say(need(tile, "[data-tile-words]", HTMLElement), this.#spoken(one));
  }

  /**
   * The track this tile should show now, or null.
   * @param {Person} one
   * @returns {MediaStreamTrack | null}
   */
  #picture(one) {
    if (one.self) return one.camera ? this.#own : null;
    if (one.slot === null || !one.camera || one.paused || this.#audioOnly || one.connection === "away") return null;
    return this.#slots[one.slot]?.video ?? null;
  }

  /** @param {Person} one */
  #state(one) {
    if (one.self) return "";
    if (one.connection === "reconnecting" || one.connection === "away") return this.#words.get("tile_reconnecting");
    if (one.connection === "connecting") return this.#words.get("tile_connecting");
    if (one.stage === "greet" && !this.#people.some((other) => other.self && other.stage === "greet")) return this.#words.get("tile_at_door");
    if (one.paused && one.camera) return this.#words.get("tile_paused");
    return "";
  }

  /** @param {Person} one */
  #spoken(one) {
    const parts = [this.#words.get(one.mic ? "tile_mic_on" : "tile_mic_off"), this.#words.get(one.camera ? "tile_camera_on" : "tile_camera_off")];
    if (one.facilitator) parts.unshift(this.#words.get("tile_facilitator"));
    return `, ${parts.join(", ")}`;
  }

  /**
   * Sound only from slots that are taken.
   * @param {Person[]} people
   */
  #listen(people) {
    const taken = new Map(people.flatMap((one) => (one.slot === null || one.self ? [] : [[one.slot, one.member]])));
    for (const [slot, element] of this.#audio)
      if (taken.get(slot) !== element.dataset["member"]) {
        runOut(element);
        this.#settle(element, false);
        this.#audio.delete(slot);
      }
    for (const [slot, member] of taken) {
      const track = this.#slots[slot]?.audio;
      if (track === undefined) continue;
      let element = this.#audio.get(slot);
      if (element === undefined) {
        element = document.createElement("audio");
        element.dataset["slot"] = String(slot);
        element.dataset["member"] = member;
        this.#audio.set(slot, element);
        this.#sounds.append(element);
        void sink(element, this.#speaker);
      }
      if (!holds(element, track)) {
        element.srcObject = new MediaStream([track]);
        this.#sound(element);
      }
    }
  }

  /** @param {HTMLAudioElement} element */
  #sound(element) {
    element.play().then(
      () => this.#settle(element, false),
      (error) => this.#settle(element, error instanceof DOMException && error.name === "NotAllowedError"),
    );
  }

  /**
   * @param {HTMLAudioElement} element
   * @param {boolean} blocked
   */
  #settle(element, blocked) {
    const before = this.#blocked.size > 0;
    if (blocked && element.isConnected) this.#blocked.add(element);
    else this.#blocked.delete(element);
    const now = this.#blocked.size > 0;
    if (now !== before) this.dispatchEvent(new CustomEvent("blocked", { detail: now }));
  }

  #arrange() {
    const box = this.#circle.getBoundingClientRect();
    const count = this.#list.childElementCount;
    if (box.width === 0 || count === 0) return;
    this.#arranged = count;
    const best = grid(count, box.width, box.height, GAP_PX);
    const scrolls = best.width < SMALLEST_PX;
    const columns = scrolls ? Math.max(1, Math.floor((box.width + GAP_PX) / (SMALLEST_PX + GAP_PX))) : best.columns;
    const width = scrolls ? Math.floor((box.width - GAP_PX * (columns - 1)) / columns) : best.width;
    const height = scrolls ? Math.floor(width * 0.75) : best.height;
    this.#list.style.setProperty("--tile-width", `${width}px`);
    this.#list.style.setProperty("--tile-height", `${height}px`);
    this.#list.style.setProperty("--columns", String(columns));
    this.#height = height;
    this.#tellShown();
  }

  #tellShown() {
    const visible = !document.hidden && !this.#audioOnly;
    this.dispatchEvent(new CustomEvent("shown", { detail: shown(this.#people, this.#height, devicePixelRatio, visible) }));
  }
}

/** @param {HTMLElement} tile */
function picture(tile) {
  return need(tile, "video", HTMLVideoElement);
}

/**
 * Who and which track a tile shows; any change empties it first, so nobody's last picture stands under another name.
 * @param {Person} one
 * @param {MediaStreamTrack | null} track
 */
function sourceName(one, track) {
  return `${one.member} ${one.slot ?? "self"} ${track?.id ?? ""}`;
}

/** @param {HTMLElement} tile */
function unfill(tile) {
  delete tile.dataset["live"];
  delete tile.dataset["source"];
  detach(picture(tile));
}

/** @param {HTMLMediaElement} element */
function detach(element) {
  element.pause();
  element.srcObject = null;
}

/** @param {HTMLMediaElement} element */
function runOut(element) {
  element.muted = true;
  delete element.dataset["slot"];
  delete element.dataset["member"];
  setTimeout(() => {
    detach(element);
    element.remove();
  }, RUN_OUT_MS);
}

/**
 * Show a track from its next painted frame on.
 * @param {HTMLElement} tile
 * @param {MediaStreamTrack} track
 */
function reveal(tile, track) {
  const video = picture(tile);
  const stream = new MediaStream([track]);
  video.srcObject = stream;
  const show = () => {
    if (video.srcObject === stream) tile.dataset["live"] = "true";
  };
  // Firefox learned this in 2024; before that the clock of the element has to do.
  const nextFrame = /** @type {((done: () => void) => number) | undefined} */ (video.requestVideoFrameCallback);
  if (nextFrame !== undefined) nextFrame.call(video, show);
  else video.addEventListener("timeupdate", show, { once: true });
  void video.play().catch(() => undefined); // muted pictures always may play; a hidden tab starts them when it is back
}

/**
 * @param {HTMLMediaElement} element
 * @param {MediaStreamTrack} track
 */
function holds(element, track) {
  return element.srcObject instanceof MediaStream && element.srcObject.getTracks()[0] === track;
}

/**
 * @param {HTMLMediaElement} element
 * @param {string} device
 */
async function sink(element, device) {
  if (!("setSinkId" in element)) return;
  try {
    await element.setSinkId(device);
  } catch {
    // that loudspeaker is gone: the sound stays on the one in use
  }
}
