// Keep the screen on while in the room: a sleeping phone stops its microphone.

/** Holds a screen wake lock while wanted; taken again whenever the page becomes visible. */
export class Wake {
  /** @type {WakeLockSentinel | null} */
  #lock = null;
  #wanted = false;

  constructor() {
    document.addEventListener("visibilitychange", () => void this.#take());
  }

  /** @param {boolean} wanted */
  set wanted(wanted) {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) void this.#take();
    else void this.#lock?.release();
  }

  async #take() {
    if (!this.#wanted || document.hidden || !("wakeLock" in navigator) || this.#lock?.released === false) return;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
    } catch {
      this.#lock = null; // battery saver refuses: the session goes on, the screen may sleep
    }
  }
}
