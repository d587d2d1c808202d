// What the page shows of camera, microphone and loudspeaker: preview, meter, lists, and what to do when one fails.

import { all, copy, need, say } from "./page.js";
import { family } from "./failures.js";
import { listen } from "./media.js";

/** @import { Kind, Media } from "./media.js" */
/** @import { Words } from "./page.js" */

/** A bar that never passes this in the first seconds means a silent microphone. */
const HEARD = 18;
const LOUD = 92;
/** Of what the bar shows, a tenth of a second later. */
const FALL = 0.85;
/** The held mark sinks by this much in a tenth of a second. */
const SINK = 1.2;

/** Events: `choose` ({kind, device}). */
export class Devices extends EventTarget {
  #room;
  #words;
  #media;
  /** @type {() => void} */
  #stopMeter = () => undefined;
  /** @type {MediaStreamTrack | null} */
  #measured = null;
  #heard = false;
  #shown = 0;
  #peak = 0;

  /**
   * @param {HTMLElement} room
   * @param {Words} words
   * @param {Media} media
   */
  constructor(room, words, media) {
    super();
    this.#room = room;
    this.#words = words;
    this.#media = media;
    for (const select of all(room, "select[data-choice]", HTMLSelectElement))
      select.addEventListener("change", () =>
        this.dispatchEvent(new CustomEvent("choose", { detail: { kind: select.dataset["choice"], device: select.value } })),
      );
    media.addEventListener("devices", () => void this.lists());
  }

  /** Fill the lists of devices; a list with one entry is still shown, so that people see what is used. */
  async lists() {
    const devices = await this.#media.list();
    for (const select of all(this.#room, "select[data-choice]", HTMLSelectElement)) {
      const kind = /** @type {Kind | "speaker"} */ (select.dataset["choice"]);
      const found = devices[kind];
      const using = kind === "speaker" ? this.#media.chosen("speaker") : this.#media.track(kind)?.getSettings().deviceId;
      select.replaceChildren(
        ...found.map((one, index) => new Option(one.label || this.#words.get(`device_${kind}`, { number: index + 1 }), one.deviceId, false, one.deviceId === using)),
      );
      const usable =
        kind === "speaker" ? found.length > 1 && "setSinkId" in HTMLMediaElement.prototype : found.length > 0 && this.#media.track(kind) !== null;
      select.hidden = !usable;
      const part = select.closest("[data-part]");
      if (part instanceof HTMLElement && kind !== "speaker") part.hidden = !usable;
      else if (part instanceof HTMLElement && part.closest("dialog") !== null) part.hidden = !usable;
    }
  }

  /**
   * Show what works and what does not.
   * @param {{ mic: boolean, camera: boolean }} wishes
   */
  paint(wishes) {
    const camera = this.#media.track("camera");
    for (const mirror of all(this.#room, "[data-mirror]", HTMLElement)) {
      const video = need(mirror, "video", HTMLVideoElement);
      const on = camera !== null && wishes.camera;
      mirror.dataset["on"] = String(on);
      const held = video.srcObject instanceof MediaStream ? video.srcObject.getTracks()[0] : null;
      if (on && held !== camera) {
        video.srcObject = new MediaStream([camera]);
        void video.play().catch(() => undefined); // muted: plays when visible
      } else if (!on) video.srcObject = null;
    }
    this.#paintFailures();
  }

  #paintFailures() {
    const { mic, camera } = this.#media.failures;
    const both = mic !== null && mic === camera;
    /** @type {{ kind: string, failure: string }[]} */
    const notes = [];
    if (both) notes.push({ kind: "both", failure: mic });
    else {
      if (camera !== null) notes.push({ kind: "camera", failure: camera });
      if (mic !== null) notes.push({ kind: "mic", failure: mic });
    }
    for (const place of all(this.#room, "[data-failures]", HTMLElement))
      place.replaceChildren(...notes.map((note) => this.#failure(note.kind, note.failure)));
  }

  /**
   * @param {string} kind
   * @param {string} failure
   */
  #failure(kind, failure) {
    const element = copy("pattern-failure");
    element.dataset["failure"] = failure;
    element.dataset["kind"] = kind;
    const device = this.#words.get(`thing_${kind}`);
    say(need(element, "[data-title]", HTMLElement), this.#words.get(`failure_${failure}_title`, { device }));
    const key = failure === "denied" ? `failure_denied_${family(navigator.userAgent)}` : `failure_${failure}_words`;
    say(need(element, "[data-words]", HTMLElement), this.#words.get(key, { device }));
    need(element, "button", HTMLButtonElement).hidden = ["insecure", "unsupported"].includes(failure);
    return element;
  }

  /**
   * Let the meters move while they are looked at.
   * @param {boolean} on
   */
  measure(on) {
    const track = on ? this.#media.track("mic") : null;
    if (track === this.#measured) return;
    this.#stopMeter();
    this.#stopMeter = () => undefined;
    this.#measured = track;
    this.#shown = 0;
    this.#peak = 0;
    this.#level(0);
    if (track !== null) this.#stopMeter = listen(track, (level) => this.#level(level));
  }

  /** @param {number} level */
  #level(level) {
    // The bar falls slowly and a mark stays at the highest point of the last seconds: a voice is a row of short bursts.
    this.#shown = Math.max(level, this.#shown * FALL);
    this.#peak = Math.max(level, this.#peak - SINK);
    const loud = this.#words.get(this.#peak < HEARD ? "level_none" : this.#peak < LOUD ? "level_good" : "level_loud");
    for (const meter of all(this.#room, "[data-meter]", HTMLElement)) {
      meter.style.setProperty("--level", String(this.#shown / 100));
      meter.style.setProperty("--peak", String(this.#peak / 100));
      meter.setAttribute("aria-valuenow", String(level));
      meter.setAttribute("aria-valuetext", loud);
    }
    if (level >= HEARD && !this.#heard) {
      this.#heard = true;
      for (const words of all(this.#room, "[data-mic-words]", HTMLElement)) say(words, this.#words.get("mic_heard"));
    }
  }
}

/** A short sound, played where the room's sound will be. */
export class Chime {
  #audio;

  /** @param {string} address */
  constructor(address) {
    this.#audio = new Audio(address);
    this.#audio.preload = "none";
  }

  /**
   * @param {string} speaker
   * @returns {Promise<boolean>} false when the browser refused
   */
  async play(speaker) {
    try {
      if ("setSinkId" in this.#audio) await this.#audio.setSinkId(speaker);
      this.#audio.currentTime = 0;
      await this.#audio.play();
      return true;
    } catch {
      return false; // no loudspeaker, or not allowed: the person is asked what they heard anyway
    }
  }
}
