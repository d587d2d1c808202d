// The line to the server: ticket, WebSocket, coming back. Knows no DOM and no RTC; says what happens by events.

import { delay } from "./backoff.js";
import { read, write } from "./protocol.js";

/** @import { ClientMessage, Hello } from "./protocol.js" */

/** Ask for a sign of life this often; a socket can be dead for minutes before the browser says so. */
const PULSE_EVERY_MS = 8000;
const PULSE_WAIT_MS = 4000;
const TICKET_WAIT_MS = 8000;
const GREETING_WAIT_MS = 10_000;
/** A socket that has not answered for this long when the network changes is given up. */
const STALE_MS = 3000;

/** After these the person, or nobody, decides to come again. */
const FINAL = new Set(["ended", "left", "declined", "removed", "taken", "revoked"]);
/** Refusals that time heals. */
const WAIT_AND_TRY = new Set(["too_early", "too_many", "busy", "elsewhere"]);

/**
 * @typedef {{ ticket: string, socket: string, ice_servers: RTCIceServer[] }} Ticket
 * @typedef {{ code: string, words: string, opens_at_ms?: number }} Refusal
 * @typedef {{ ticketAddress: string, csrf: string, hello: () => Omit<Hello, "type" | "ticket"> }} Options
 */

/**
 * Events: `up` (detail: Ticket), `message` (ServerMessage), `down`, `refused` (Refusal and `again`), `bye` (code, words, `again`),
 * `pulse` (round trip in milliseconds).
 */
export class Signal extends EventTarget {
  /** @type {Options} */
  #options;
  /** @type {WebSocket | null} */
  #socket = null;
  #attempt = 0;
  #running = false;
  #round = 0;
  /** @type {number | undefined} */
  #timer;
  /** @type {number | undefined} */
  #pulseTimer;
  /** @type {{ n: number, at: number } | null} */
  #asked = null;
  #greeted = false;
  #openedAt = 0;

  /** @param {Options} options */
  constructor(options) {
    super();
    this.#options = options;
  }

  /** Connect and stay connected until `stop`, a final `bye` or a final refusal. */
  start() {
    if (this.#running) return;
    this.#running = true;
    this.#attempt = 0;
    void this.#connect();
  }

  /** Close and stay closed. */
  stop() {
    this.#running = false;
    this.#drop();
  }

  get up() {
    return this.#greeted;
  }

  /**
   * Send now; false when there is no line (nothing is queued: the next state says what is true).
   * @param {ClientMessage} message
   * @returns {boolean}
   */
  send(message) {
    if (!this.#greeted || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(write(message));
    return true;
  }

  /** The network may have changed: prove the line at once, or come back without waiting. */
  wake() {
    if (!this.#running) return;
    if (this.#greeted) this.#pulse();
    else if (this.#socket === null || performance.now() - this.#openedAt > STALE_MS) {
      this.#drop();
      clearTimeout(this.#timer);
      void this.#connect();
    }
  }

  async #connect() {
    const round = ++this.#round;
    const ticket = await this.#ticket();
    if (!this.#running || round !== this.#round) return;
    if (ticket === null) {
      this.#later();
      return;
    }
    const address = new URL(ticket.socket, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#openedAt = performance.now();
    // A captive portal or a frozen server lets a socket hang for minutes; the first state is due soon.
    this.#pulseTimer = setTimeout(() => this.#lost(), GREETING_WAIT_MS);
    socket.onopen = () => socket.send(write({ type: "hello", ticket: ticket.ticket, ...this.#options.hello() }));
    socket.onmessage = (event) => this.#hear(socket, ticket, String(event.data));
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
  }

  /** @returns {Promise<Ticket | null>} null: no answer, try again */
  async #ticket() {
    try {
      const response = await fetch(this.#options.ticketAddress, {
        method: "POST",
        headers: { "X-CSRF": this.#options.csrf },
        credentials: "same-origin",
        signal: AbortSignal.timeout(TICKET_WAIT_MS),
      });
      if (response.ok) return /** @type {Ticket} */ (await response.json());
      if (response.status >= 500 && response.status !== 503) return null;
      const refusal = /** @type {Refusal} */ (await response.json());
      const again = WAIT_AND_TRY.has(refusal.code);
      if (!again) this.#running = false;
      this.dispatchEvent(new CustomEvent("refused", { detail: { ...refusal, again } }));
      return null;
    } catch {
      return null; // no network or no JSON: the same as no answer
    }
  }

  /**
   * @param {WebSocket} socket
   * @param {Ticket} ticket
   * @param {string} frame
   */
  #hear(socket, ticket, frame) {
    if (socket !== this.#socket) return;
    const message = read(frame);
    if (message === null) return;
    if (!this.#greeted && message.type === "state") {
      this.#greeted = true;
      this.#attempt = 0;
      this.#schedulePulse();
      this.dispatchEvent(new CustomEvent("up", { detail: ticket }));
    }
    if (message.type === "pulse") this.#answered(message.n);
    else if (message.type === "bye") this.#bye(message);
    else this.dispatchEvent(new CustomEvent("message", { detail: message }));
  }

  /** @param {{ code: string, words: string }} bye */
  #bye(bye) {
    const again = !FINAL.has(bye.code);
    if (!again) this.#running = false;
    this.dispatchEvent(new CustomEvent("bye", { detail: { code: bye.code, words: bye.words, again } }));
  }

  #lost() {
    this.#drop();
    this.dispatchEvent(new CustomEvent("down"));
    if (this.#running) this.#later();
  }

  #drop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#pulseTimer);
    this.#round += 1;
    this.#asked = null;
    this.#greeted = false;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #later() {
    if (!this.#running) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), delay(this.#attempt, Math.random()));
    this.#attempt += 1;
  }

  #schedulePulse() {
    clearTimeout(this.#pulseTimer);
    this.#pulseTimer = setTimeout(() => this.#pulse(), PULSE_EVERY_MS);
  }

  #pulse() {
    const n = Math.floor(Math.random() * 1_000_000_000);
    this.#asked = { n, at: performance.now() };
    this.send({ type: "pulse", n });
    clearTimeout(this.#pulseTimer);
    this.#pulseTimer = setTimeout(() => this.#lost(), PULSE_WAIT_MS);
  }

  /** @param {number} n */
  #answered(n) {
    if (this.#asked?.n !== n) return;
    this.dispatchEvent(new CustomEvent("pulse", { detail: performance.now() - this.#asked.at }));
    this.#asked = null;
    this.#schedulePulse();
  }
}
