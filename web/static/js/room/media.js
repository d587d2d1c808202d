// This person's own camera, microphone and loudspeaker. Knows no connection and no page; says what happens by events.

import { classify, insideApp } from "./failures.js";

/** @import { Failure } from "./failures.js" */

/**
 * @typedef {"mic" | "camera"} Kind
 * @typedef {{ mic: Failure | null, camera: Failure | null }} Failures
 */

const HEARING = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const PHONE_PICTURE = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 20, max: 24 } };
const DESKTOP_PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } };
/** A device that was only interrupted comes back by itself within this time. */
const GIVE_BACK_MS = 1500;
const REMEMBERED = "ipt-rooms-devices";

/** Events: `tracks` (a track came or went), `devices` (the list changed), `lost` (Kind: a device was unplugged or taken). */
export class Media extends EventTarget {
  #phone;
  /** @type {Record<Kind, MediaStreamTrack | null>} */
  #tracks = { mic: null, camera: null };
  /** @type {Record<Kind | "speaker", string>} */
  #chosen = remembered();
  /** @type {Failures} */
  failures = { mic: null, camera: null };
  /** The person has left: a device that answers only now is let go at once. */
  closed = false;

  /** @param {boolean} phone */
  constructor(phone) {
    super();
    this.#phone = phone;
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.#changed());
    document.addEventListener("visibilitychange", () => void this.#recover());
    // Safari: keeps the loudspeaker's route and loudness while the microphone opens and closes.
    const session = /** @type {{ audioSession?: { type: string } }} */ (/** @type {unknown} */ (navigator)).audioSession;
    if (session !== undefined) session.type = "play-and-record";
  }

  /** @param {Kind} kind */
  track(kind) {
    return this.#tracks[kind];
  }

  /** @param {Kind | "speaker"} kind */
  chosen(kind) {
    return this.#chosen[kind];
  }

  /** One question for both; when that fails, each alone, so that the one that works is kept. */
  async askBoth() {
    const both = await this.#ask({ audio: this.#constraint("mic"), video: this.#constraint("camera") });
    if (both.stream !== null) {
      this.#take(both.stream);
      this.failures = { mic: null, camera: null };
      return;
    }
    if (["insecure", "unsupported", "in_app", "dismissed"].includes(both.failure)) {
      this.failures = { mic: both.failure, camera: both.failure };
      return;
    }
    await this.askOne("mic");
    await this.askOne("camera");
  }

  /**
   * Start one device; a wish for a certain device gives way when that one is gone.
   * @param {Kind} kind
   * @returns {Promise<boolean>}
   */
  async askOne(kind) {
    const key = kind === "mic" ? "audio" : "video";
    let answer = await this.#ask({ [key]: this.#constraint(kind) });
    if (answer.failure === "constraints" || (answer.failure === "missing" && this.#chosen[kind] !== "")) {
      this.#chosen[kind] = "";
      answer = await this.#ask({ [key]: true });
    }
    this.failures = { ...this.failures, [kind]: answer.stream === null ? answer.failure : null };
    if (answer.stream !== null) this.#take(answer.stream);
    return answer.stream !== null;
  }

  /**
   * Let go of a device, so that its light goes out.
   * @param {Kind} kind
   */
  release(kind) {
    const track = this.#tracks[kind];
    if (track === null) return;
    this.#tracks[kind] = null;
    track.onended = null;
    track.stop();
    this.dispatchEvent(new CustomEvent("tracks"));
    this.dispatchEvent(new CustomEvent("devices"));
  }

  /**
   * Use this device from now on. The old one is let go first: phones open one camera at a time.
   * @param {Kind | "speaker"} kind
   * @param {string} device
   */
  async choose(kind, device) {
    this.#chosen[kind] = device;
    remember(this.#chosen);
    if (kind === "speaker" || this.#tracks[kind] === null) return;
    this.release(kind);
    await this.askOne(kind);
  }

  /** @returns {Promise<Record<Kind | "speaker", MediaDeviceInfo[]>>} */
  async list() {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    /** @param {MediaDeviceKind} kind */
    const of = (kind) => all.filter((one) => one.kind === kind && one.deviceId !== "");
    return { mic: of("audioinput"), camera: of("videoinput"), speaker: of("audiooutput") };
  }

  /** @param {Kind} kind */
  #constraint(kind) {
    const wish = this.#chosen[kind] === "" ? {} : { deviceId: { exact: this.#chosen[kind] } };
    if (kind === "mic") return { ...HEARING, ...wish };
    return { ...(this.#phone ? PHONE_PICTURE : DESKTOP_PICTURE), ...(this.#phone && !wish.deviceId ? { facingMode: "user" } : {}), ...wish };
  }

  /**
   * @param {MediaStreamConstraints} wanted
   * @returns {Promise<{ stream: MediaStream, failure: "unknown" } | { stream: null, failure: Failure }>}
   */
  async #ask(wanted) {
    const supported = navigator.mediaDevices?.getUserMedia !== undefined;
    try {
      if (!supported) throw new DOMException("no capture", "NotSupportedError");
      return { stream: await navigator.mediaDevices.getUserMedia(wanted), failure: "unknown" };
    } catch (error) {
      const { name, message } = error instanceof DOMException ? error : { name: "unknown", message: "" };
      const permission = await permissionFor(wanted.video !== undefined ? "camera" : "microphone");
      const inApp = insideApp(navigator.userAgent);
      return { stream: null, failure: classify({ name, message, permission, secure: isSecureContext, supported, inApp }) };
    }
  }

  /** @param {MediaStream} stream */
  #take(stream) {
    if (this.closed) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    for (const track of stream.getTracks()) {
      const kind = track.kind === "audio" ? "mic" : "camera";
      const former = this.#tracks[kind];
      if (former !== null) {
        former.onended = null;
        former.stop();
      }
      this.#tracks[kind] = track;
      track.onended = () => void this.#lost(kind, track);
    }
    this.dispatchEvent(new CustomEvent("tracks"));
    this.dispatchEvent(new CustomEvent("devices"));
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  async #lost(kind, track) {
    if (this.#tracks[kind] !== track) return;
    this.#tracks[kind] = null;
    this.#chosen[kind] = "";
    await this.askOne(kind); // the headset is gone: go on with what is left
    this.dispatchEvent(new CustomEvent("tracks"));
    this.dispatchEvent(new CustomEvent("lost", { detail: kind }));
  }

  /** A phone call or another app can take a device away and never give it back: take it anew when the page is seen again. */
  async #recover() {
    if (document.hidden) return;
    await new Promise((resolve) => setTimeout(resolve, GIVE_BACK_MS));
    for (const kind of /** @type {Kind[]} */ (["mic", "camera"]))
      if (!document.hidden && this.#tracks[kind]?.muted === true) {
        this.release(kind);
        await this.askOne(kind);
      }
  }

  async #changed() {
    this.dispatchEvent(new CustomEvent("devices"));
    const devices = await this.list();
    for (const kind of /** @type {Kind[]} */ (["mic", "camera"])) {
      const using = this.#tracks[kind]?.getSettings().deviceId;
      const track = this.#tracks[kind];
      if (track !== null && using && !devices[kind].some((one) => one.deviceId === using)) await this.#lost(kind, track);
    }
  }
}

/**
 * @param {"camera" | "microphone"} name
 * @returns {Promise<PermissionState | "unknown">}
 */
async function permissionFor(name) {
  try {
    return (await navigator.permissions.query({ name: /** @type {PermissionName} */ (name) })).state;
  } catch {
    return "unknown"; // this browser does not answer that question
  }
}

/** @returns {Record<Kind | "speaker", string>} */
function remembered() {
  try {
    const value = JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}");
    return { mic: String(value.mic ?? ""), camera: String(value.camera ?? ""), speaker: String(value.speaker ?? "") };
  } catch {
    return { mic: "", camera: "", speaker: "" }; // storage is off or holds something else
  }
}

/** @param {Record<Kind | "speaker", string>} chosen */
function remember(chosen) {
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(chosen));
  } catch {
    // storage is off: the choice holds for this page
  }
}

/**
 * How loud a track is, from 0 to 100, about ten times a second, until the returned function is called.
 * @param {MediaStreamTrack} track
 * @param {(level: number) => void} tell
 * @returns {() => void}
 */
export function listen(track, tell) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  const source = context.createMediaStreamSource(new MediaStream([track]));
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    if (context.state === "suspended") void context.resume();
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
    // -60 dB is a quiet room, -15 dB a voice close by.
    const decibels = 10 * Math.log10(power + 1e-9);
    tell(Math.max(0, Math.min(100, Math.round(((decibels + 60) / 45) * 100))));
  }, 100);
  return () => {
    clearInterval(timer);
    source.disconnect();
    void context.close();
  };
}
