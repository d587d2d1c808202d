// The one RTCPeerConnection: microphone, camera, and a fixed pair of receivers for every other seat. The client always
// offers, so no two offers can meet. Tracks are swapped with replaceTrack; only a restart or a new connection negotiates.

import { born, judge } from "./health.js";
import { attend } from "./patience.js";
import { connection, counts } from "./rtc.js";
import { randomName } from "./protocol.js";

/** @import { Answer, Offer, Refused } from "./protocol.js" */
/** @import { Health } from "./health.js" */

const WATCH_EVERY_MS = 350;
const ANSWER_WAIT_MS = 5000;
/** New connections come at most this often, slower each time one fails. */
const RENEW_WAITS_MS = [0, 500, 2000, 4000, 8000];

/** Refusals that another offer of the same browser does not heal. */
const HOPELESS = new Set(["sdp", "bad_offer", "no_bundle", "no_media", "stage"]);
const GIVE_UP_AFTER = 3;

/** @typedef {"new" | "connecting" | "up" | "restoring"} Condition */

/** Events: `offer` (Offer), `condition` (Condition), `slots` (Slot[]; new tracks), `blind` ({since_ms, packets}),
 * `hopeless` (words: the server takes no offer of this browser; nothing more is tried until `start`). */
export class Peer extends EventTarget {
  #count;
  /** @type {RTCIceServer[]} */
  #servers = [];
  /** @type {RTCPeerConnection | null} */
  #pc = null;
  /** @type {RTCRtpTransceiver | null} */
  #mic = null;
  /** @type {RTCRtpTransceiver | null} */
  #camera = null;
  /** @type {{ mic: MediaStreamTrack | null, camera: MediaStreamTrack | null }} */
  #tracks = { mic: null, camera: null };
  #connection = "";
  /** The first offer of a connection is number 0. */
  #request = -1;
  #answered = -1;
  #line = false;
  /** @type {"none" | "restart" | "renew"} what waits for the signalling line */
  #owed = "none";
  #renewals = 0;
  #refusals = 0;
  #wanted = false;
  /** @type {Health} */
  #health = born(0);
  #expected = false;
  /** @type {Map<string, number>} answered checks of each candidate pair; pairs vanish at a restart, so the sum is kept apart */
  #pairs = new Map();
  #checks = 0;
  #checksAtRestart = 0;
  /** @type {Condition} */
  #condition = "new";
  /** @type {Promise<void>} */
  #queue = Promise.resolve();
  /** @type {number | undefined} */
  #watch;
  #unattend = () => {};
  /** @type {number | undefined} */
  #answerTimer;
  /** @type {number | undefined} */
  #renewTimer;

  /** @param {number} count receive pairs to offer */
  constructor(count) {
    super();
    this.#count = count;
  }

  /** @param {RTCIceServer[]} servers */
  set servers(servers) {
    this.#servers = servers;
  }

  get running() {
    return this.#pc !== null;
  }

  /** A whole new connection; the former one, if any, is closed. */
  start() {
    this.#close();
    this.#wanted = true;
    this.#connection = randomName();
    this.#request = -1;
    this.#answered = -1;
    this.#owed = "none";
    this.#health = born(performance.now());
    this.#pairs = new Map();
    this.#checks = 0;
    const { pc, mic, camera, slots } = connection(this.#count, this.#servers);
    this.#pc = pc;
    this.#mic = mic;
    this.#camera = camera;
    pc.onconnectionstatechange = () => this.#look(pc);
    this.#become(this.#condition === "up" || this.#condition === "restoring" ? "restoring" : "connecting");
    this.dispatchEvent(new CustomEvent("slots", { detail: slots }));
    this.#applyTracks();
    this.#negotiate(false);
    this.#watch = setInterval(() => void this.#sample(pc), WATCH_EVERY_MS);
    this.#unattend = attend(pc);
  }

  stop() {
    this.#wanted = false;
    this.#close();
    this.#become("new");
  }

  /** Try another path for the same connection. */
  restart() {
    if (this.#pc === null) return;
    this.#become("restoring");
    this.#checksAtRestart = this.#checks;
    if (this.#line) this.#negotiate(true);
    else if (this.#owed === "none") this.#owed = "restart";
  }

  /** Make a new connection, soon; sooner when the last ones were good. */
  renew() {
    if (!this.#wanted) return;
    this.#become(this.#condition === "new" ? "connecting" : "restoring");
    clearTimeout(this.#renewTimer);
    clearTimeout(this.#answerTimer);
    clearInterval(this.#watch);
    if (!this.#line) {
      this.#owed = "renew";
      return;
    }
    const wait = RENEW_WAITS_MS[Math.min(this.#renewals, RENEW_WAITS_MS.length - 1)] ?? 0;
    this.#renewals += 1;
    this.#renewTimer = setTimeout(() => this.start(), wait);
  }

  /**
   * Is there a signalling line? When one comes back, whatever was lost with the old one is offered again.
   * @param {boolean} up
   */
  set line(up) {
    const back = up && !this.#line;
    this.#line = up;
    if (!back || this.#pc === null) return;
    if (this.#owed === "renew" || this.#health.upAt === null) this.start();
    else if (this.#owed === "restart" || this.#answered < this.#request) {
      this.#owed = "none";
      this.restart();
    }
  }

  /**
   * What should be sent from now on; null sends nothing at all.
   * @param {{ mic: MediaStreamTrack | null, camera: MediaStreamTrack | null }} tracks
   */
  setTracks(tracks) {
    if (tracks.mic === this.#tracks.mic && tracks.camera === this.#tracks.camera) return;
    this.#tracks = tracks;
    this.#applyTracks();
  }

  /**
   * Should packets be coming in now?
   * @param {boolean} expected
   */
  expect(expected) {
    this.#expected = expected;
  }

  /** @param {Answer} message */
  accept(message) {
    const pc = this.#pc;
    if (pc === null || message.connection !== this.#connection || message.request !== this.#request) return;
    clearTimeout(this.#answerTimer);
    this.#answered = message.request;
    this.#enqueue(pc, async () => {
      if (pc.signalingState === "have-local-offer") await pc.setRemoteDescription({ type: "answer", sdp: message.sdp });
    });
  }

  /** @param {Refused} message */
  refuse(message) {
    if (message.connection !== this.#connection || message.request !== this.#request) return;
    clearTimeout(this.#answerTimer);
    if (!HOPELESS.has(message.cause)) {
      this.renew();
      return;
    }
    this.#refusals += 1;
    if (this.#refusals < GIVE_UP_AFTER) {
      this.renew();
      return;
    }
    this.stop();
    this.dispatchEvent(new CustomEvent("hopeless", { detail: message.words }));
  }

  /** @param {boolean} restart */
  #negotiate(restart) {
    const pc = this.#pc;
    if (pc === null) return;
    this.#await();
    this.#enqueue(pc, async () => {
      if (restart) pc.restartIce();
      await pc.setLocalDescription();
      if (pc === this.#pc) this.#send();
    });
  }

  /**
   * One description at a time; what fails is mended by a new connection.
   * @param {RTCPeerConnection} pc
   * @param {() => Promise<void>} work
   */
  #enqueue(pc, work) {
    this.#queue = this.#queue.then(async () => {
      if (pc !== this.#pc) return;
      try {
        await work();
      } catch {
        if (pc === this.#pc) this.renew();
      }
    });
  }

  /** An answer is due; without one only a new connection helps. */
  #await() {
    clearTimeout(this.#answerTimer);
    if (this.#line) this.#answerTimer = setTimeout(() => this.renew(), ANSWER_WAIT_MS);
  }

  #send() {
    const sdp = this.#pc?.localDescription?.sdp;
    if (sdp === undefined) return;
    this.#request += 1;
    /** @type {Offer} */
    const offer = { type: "offer", request: this.#request, connection: this.#connection, sdp };
    this.#await();
    if (this.#line) this.dispatchEvent(new CustomEvent("offer", { detail: offer })); // else offered when the line is back
  }

  #applyTracks() {
    const { mic, camera } = this.#tracks;
    void this.#mic?.sender.replaceTrack(mic);
    void this.#camera?.sender.replaceTrack(camera);
  }

  /** @param {RTCPeerConnection} pc */
  #look(pc) {
    if (pc !== this.#pc) return;
    if (pc.connectionState === "connected") {
      this.#become("up");
      this.#renewals = 0;
      this.#refusals = 0;
    }
    void this.#sample(pc);
  }

  /** @param {RTCPeerConnection} pc */
  async #sample(pc) {
    if (pc !== this.#pc) return;
    const { packets, pairs } = await counts(pc, this.#mic);
    if (pc !== this.#pc) return;
    const checks = this.#tallied(pairs);
    const verdict = judge(this.#health, {
      at: performance.now(),
      packets,
      checks,
      expected: this.#expected,
      state: pc.connectionState,
    });
    const wasSilent = this.#health.restartedAt !== null;
    this.#health = verdict.health;
    if (verdict.act === "restart") {
      this.dispatchEvent(new CustomEvent("blind", { detail: { since_ms: Math.round(verdict.silentMs), packets } }));
      this.restart();
    } else if (verdict.act === "renew") this.renew();
    else if (wasSilent && verdict.health.restartedAt === null) this.#become("up");
    else if (this.#condition === "restoring" && this.#healed(pc)) this.#become("up");
  }

  /**
   * A restart has healed the path when it was answered and checks go through again; where nobody sends, no packet says so.
   * @param {RTCPeerConnection} pc
   */
  #healed(pc) {
    const agreed = pc.signalingState === "stable" && this.#answered === this.#request;
    return agreed && pc.connectionState === "connected" && this.#checks > this.#checksAtRestart;
  }

  /**
   * All answered checks so far.
   * @param {Map<string, number>} pairs
   */
  #tallied(pairs) {
    for (const [id, answered] of pairs) this.#checks += Math.max(0, answered - (this.#pairs.get(id) ?? 0));
    this.#pairs = pairs;
    return this.#checks;
  }

  /** @param {Condition} condition */
  #become(condition) {
    if (condition === this.#condition) return;
    this.#condition = condition;
    this.dispatchEvent(new CustomEvent("condition", { detail: condition }));
  }

  #close() {
    clearInterval(this.#watch);
    this.#unattend();
    clearTimeout(this.#answerTimer);
    clearTimeout(this.#renewTimer);
    // A description that was pending when its connection closed never settles: the next connection must not wait for it.
    this.#queue = Promise.resolve();
    const pc = this.#pc;
    this.#pc = null;
    this.#mic = null;
    this.#camera = null;
    if (pc === null) return;
    pc.onconnectionstatechange = null;
    pc.close();
  }
}
