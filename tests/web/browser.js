// What peer.js and signal.js ask of a browser, under the test's control: a clock, an RTCPeerConnection, a WebSocket, fetch.

import { mock } from "node:test";

/** Let every promise that can settle settle. */
export async function settle() {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

const REAL = { setTimeout, clearTimeout, setInterval, clearInterval };

/** Timers and performance.now() of the page. `pass(ms)` moves the time in small steps and lets promises settle between. */
export class Clock {
  #now = 1000;
  #timers = new Map();
  #number = 0;

  constructor() {
    const add = (work, wait, every) => {
      this.#timers.set(++this.#number, { at: this.#now + wait, every, work });
      return this.#number;
    };
    globalThis.setTimeout = (work, wait = 0) => add(work, wait, null);
    globalThis.setInterval = (work, every) => add(work, every, every);
    globalThis.clearTimeout = globalThis.clearInterval = (number) => void this.#timers.delete(number);
    mock.method(performance, "now", () => this.#now);
  }

  async pass(ms) {
    const until = this.#now + ms;
    await settle();
    while (this.#now < until) {
      this.#now = Math.min(until, this.#now + 50);
      this.#due();
      await settle();
    }
  }

  /** Time is real again. */
  end() {
    Object.assign(globalThis, REAL);
    mock.restoreAll();
  }

  #due() {
    for (const [number, one] of [...this.#timers].sort(([, a], [, b]) => a.at - b.at)) {
      if (one.at > this.#now || !this.#timers.has(number)) continue;
      if (one.every === null) this.#timers.delete(number);
      else one.at += one.every;
      one.work();
    }
  }
}

/** One peer connection of the page; `made` holds them all in the order of making. */
export class Connection extends EventTarget {
  static made = [];
  connectionState = "new";
  signalingState = "stable";
  localDescription = null;
  remote = [];
  restarts = 0;
  closed = false;
  /** A description that never settles, as when its connection is closed beneath it. */
  stuck = false;
  /** Sets no remote description. */
  refuses = false;
  packets = 0;
  checks = 0;
  onconnectionstatechange = null;
  #transceivers = [];

  constructor() {
    super();
    Connection.made.push(this);
  }

  static get last() {
    return Connection.made[Connection.made.length - 1];
  }

  addTransceiver(kind) {
    const one = {
      receiver: { track: { kind } },
      sender: { track: null, replaceTrack: async (track) => void (one.sender.track = track), getStats: () => this.getStats() },
      setCodecPreferences: () => undefined,
    };
    this.#transceivers.push(one);
    return one;
  }

  getTransceivers() {
    return this.#transceivers;
  }

  restartIce() {
    this.restarts += 1;
  }

  async setLocalDescription() {
    if (this.stuck) await new Promise(() => undefined);
    this.signalingState = "have-local-offer";
    this.localDescription = { sdp: `offer of connection ${Connection.made.indexOf(this)}, restart ${this.restarts}` };
  }

  async setRemoteDescription(description) {
    if (this.refuses) throw new Error("not understood");
    this.signalingState = "stable";
    this.remote.push(description.sdp);
  }

  async getStats() {
    const rows = [
      ["transport", { type: "transport", packetsReceived: this.packets }],
      ["pair", { type: "candidate-pair", id: "pair", responsesReceived: this.checks }],
    ];
    return new Map(rows);
  }

  become(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  close() {
    this.closed = true;
    this.connectionState = "closed";
  }
}

/** One socket of the page; `made` holds them all. */
export class Socket {
  static made = [];
  static OPEN = 1;
  readyState = 0;
  sent = [];
  onopen = null;
  onmessage = null;
  onclose = null;

  constructor(address) {
    this.address = String(address);
    Socket.made.push(this);
  }

  static get last() {
    return Socket.made[Socket.made.length - 1];
  }

  open() {
    this.readyState = 1;
    this.onopen?.();
  }

  hear(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  send(frame) {
    this.sent.push(JSON.parse(frame));
  }

  close() {
    this.readyState = 3;
  }

  /** The other side, or the network, ends it. */
  end() {
    this.readyState = 3;
    this.onclose?.();
  }
}
