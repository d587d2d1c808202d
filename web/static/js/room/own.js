// Own sound and picture: what the person wishes, what the devices give, what may leave now, and what the server was told of it.

import { expecting, flowing, people } from "./roster.js";
import { load, save } from "./memory.js";

/** @import { ClientMessage } from "./protocol.js" */
/** @import { Kind, Media } from "./media.js" */
/** @import { Peer } from "./peer.js" */
/** @import { View } from "./roster.js" */

/** What was told too fast is told again after this long. */
const RETELL_MS = 1500;

/**
 * @typedef {{ media: Media, peer: Peer, send: (message: ClientMessage) => boolean, lists: () => Promise<void> }} Tools
 */

/** Events: `change` (something to show), `switched` (Kind), `failed` (Kind: the device did not start). */
export class Own extends EventTarget {
  wishes = load();
  #tools;
  /** @type {{ mic: boolean | null, camera: boolean | null, show: string }} what this socket has been told */
  #told = { mic: null, camera: null, show: "" };
  /** @type {Record<string, number>} the height of the picture shown in each slot */
  #heights = {};
  /** Devices were asked for, or the person chose to go without, since the page was loaded or came back. */
  #prepared = false;
  /** @type {Set<Kind>} devices that are being started by a press */
  #asking = new Set();
  /** @type {number | undefined} */
  #retelling;

  /** @param {Tools} tools */
  constructor(tools) {
    super();
    this.#tools = tools;
  }

  /** @param {Partial<Own["wishes"]>} change */
  keep(change) {
    Object.assign(this.wishes, change);
    save(this.wishes);
  }

  /** @param {Kind} kind */
  works(kind) {
    return this.#tools.media.track(kind) !== null;
  }

  /** @param {Kind} kind */
  on(kind) {
    return this.wishes[kind] && this.works(kind);
  }

  /** The own picture, while the person wishes to send it. */
  get picture() {
    return this.wishes.camera ? this.#tools.media.track("camera") : null;
  }

  /** Ask for the devices that are wished for; once, until `askAgain` or `letGo`. */
  async prepare() {
    if (this.#prepared) return;
    this.#prepared = true;
    const { media, lists } = this.#tools;
    if (this.wishes.mic && this.wishes.camera) await media.askBoth();
    else {
      if (this.wishes.mic) await media.askOne("mic");
      if (this.wishes.camera) await media.askOne("camera");
    }
    await lists();
    this.#changed();
  }

  /** Ask for both devices anew. */
  async askAgain() {
    this.keep({ mic: true, camera: true });
    this.#prepared = false;
    await this.prepare();
  }

  /** Go on with neither device. */
  async goWithout() {
    this.keep({ mic: false, camera: false });
    this.#prepared = true;
    await this.#tools.lists();
  }

  /** The session is over here: both devices go dark, and no device that answers late is kept. */
  letGo() {
    const { media } = this.#tools;
    media.closed = true;
    media.release("mic");
    media.release("camera");
    this.#prepared = false;
  }

  /** Devices may be asked for again. */
  comeBack() {
    this.#tools.media.closed = false;
  }

  /** @param {Kind} kind */
  async toggle(kind) {
    if (this.#asking.has(kind)) {
      this.keep({ [kind]: !this.wishes[kind] }); // a second press while the device starts changes the wish, not the device
      return;
    }
    const { media } = this.#tools;
    if (this.on(kind)) {
      this.keep({ [kind]: false });
      if (kind === "camera") media.release("camera"); // its light goes out
    } else await this.#start(kind);
    this.dispatchEvent(new CustomEvent("switched", { detail: kind }));
    this.#changed();
  }

  /** @param {Kind} kind */
  async #start(kind) {
    const { media } = this.#tools;
    this.keep({ [kind]: true });
    this.#asking.add(kind);
    const works = this.works(kind) || (await media.askOne(kind));
    this.#asking.delete(kind);
    if (!works) {
      this.keep({ [kind]: false });
      this.dispatchEvent(new CustomEvent("failed", { detail: kind }));
    } else if (!this.wishes[kind] && kind === "camera") media.release("camera");
  }

  /** Nothing has been told on this new line yet. */
  forget() {
    this.#told = { mic: null, camera: null, show: "" };
  }

  /** The server did not take what came too fast: tell it once more, later. */
  retell() {
    clearTimeout(this.#retelling);
    this.#retelling = setTimeout(() => {
      this.forget();
      this.#changed();
    }, RETELL_MS);
  }

  /**
   * Give the connection what may leave now, and tell the server what is on.
   * @param {View} view
   */
  sync(view) {
    const { media, peer } = this.#tools;
    const flows = flowing(view.state);
    const mic = flows && this.wishes.mic ? media.track("mic") : null;
    const camera = flows && this.wishes.camera ? media.track("camera") : null;
    peer.setTracks({ mic, camera });
    peer.expect(flows && expecting(people(view), !this.wishes.audioOnly && !document.hidden));
    if (!flows) return;
    this.#tell("mic", mic !== null);
    this.#tell("camera", camera !== null);
    this.#show();
  }

  /**
   * The pictures have other sizes now.
   * @param {Record<string, number>} heights
   * @param {View} view
   */
  shown(heights, view) {
    this.#heights = heights;
    if (flowing(view.state)) this.#show();
  }

  /**
   * @param {Kind} kind
   * @param {boolean} on
   */
  #tell(kind, on) {
    if (this.#told[kind] !== on && this.#tools.send({ type: kind, on })) this.#told[kind] = on;
  }

  #show() {
    const slots = JSON.stringify(this.#heights);
    if (this.#told.show !== slots && this.#tools.send({ type: "show", slots: this.#heights })) this.#told.show = slots;
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
