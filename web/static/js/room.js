// The room page: the one owner of its state. Parts say what happened by events; this file decides and tells them what to show.

import { Banner } from "./room/banner.js";
import { Chime, Devices } from "./room/devices.js";
import { Door } from "./room/door.js";
import { Media } from "./room/media.js";
import { Peer } from "./room/peer.js";
import { Screens } from "./room/screens.js";
import { Signal } from "./room/signal.js";
import { Stage } from "./room/stage.js";
import { Texts } from "./room/lobby.js";
import { Wake } from "./room/wake.js";
import { Words, all, data, need } from "./room/page.js";
import { ask, closeAll, open } from "./room/dialogs.js";
import { SLOTS, VERSIONS } from "./room/protocol.js";
import { apply, changes, empty, expecting, flowing, people } from "./room/roster.js";
import { isPhone } from "./room/failures.js";
import { moderation } from "./room/moderation.js";
import { load, save, tabName } from "./room/memory.js";

/** @import { ClientMessage, ServerMessage, Arrive } from "./room/protocol.js" */
/** @import { Kind } from "./room/media.js" */
/** @import { Step } from "./room/door.js" */
/** @import { Ticket } from "./room/signal.js" */

/** @type {{ ticket: string, csrf: string, role: "participant" | "facilitator", language: string, zone: string, chime: string }} */
const config = data("config");
const words = new Words(data("words"));
const room = need(document, "#room", HTMLElement);
const phone = isPhone(navigator.userAgent, Math.min(screen.width, screen.height));

const media = new Media(phone);
const peer = new Peer(SLOTS);
const stage = new Stage(room, words);
const devices = new Devices(room, words, media);
const door = new Door(room, words);
const texts = new Texts(room, words);
const screens = new Screens(room, words, config);
const banner = new Banner(room, words);
const wake = new Wake();
const chime = new Chime(config.chime);
const signal = new Signal({
  ticketAddress: config.ticket,
  csrf: config.csrf,
  hello: () => ({ versions: VERSIONS, slots: SLOTS, device: phone ? "phone" : "desktop", tab: tabName() }),
});

const own = load();
let view = empty();
/** @type {Step} */
let step = "welcome";
/** @type {{ code: string, words: string } | null} */
let end = null;
/** @type {{ mic: boolean | null, camera: boolean | null, show: string }} what this socket has been told */
let told = { mic: null, camera: null, show: "" };
/** @type {Record<string, number>} */
let heights = {};
/** Before the waiting room opens devices can be checked and questions answered; the knock waits here. */
let early = false;
/** @type {Omit<Arrive, "type"> | null} */
let knock = null;
/** @type {Set<string>} who wrote something that was not on the screen yet */
const unread = new Set();
let takingOver = false;
/** Devices were asked for, or the person chose to go without, since the page was loaded or came back. */
let prepared = false;
/** @type {Set<Kind>} devices that are being started by a press */
const asking = new Set();
/** @type {number | undefined} */
let networkTimer;

const DOUBLE_CLICK_MS = 500;

/** @param {ClientMessage} message */
const send = (message) => signal.send(message);

// ---- the line ----

signal.addEventListener("up", (event) => {
  const ticket = /** @type {CustomEvent<Ticket>} */ (event).detail;
  peer.servers = ticket.ice_servers;
  told = { mic: null, camera: null, show: "" };
  banner.line = true;
  peer.line = true;
});
signal.addEventListener("down", () => {
  peer.line = false;
  banner.line = false;
});
signal.addEventListener("message", (event) => hear(/** @type {CustomEvent<ServerMessage>} */ (event).detail));
signal.addEventListener("pulse", (event) => {
  const slow = /** @type {CustomEvent<number>} */ (event).detail > 400;
  if (room.dataset["media"] === "up") door.network(slow ? "slow" : "ok");
});
signal.addEventListener("refused", (event) => {
  const { code, words: sentence, again, opens_at_ms: opens } = /** @type {CustomEvent} */ (event).detail;
  if (code === "too_early" && opens) beforeTime(words.get("too_early", { time: screens.clock(opens) }));
  else if (again) banner.hold(sentence);
  else finish(code === "ended" ? "ended" : "failed", sentence);
});
signal.addEventListener("bye", (event) => {
  const { code, words: sentence, again } = /** @type {CustomEvent} */ (event).detail;
  if (!again) finish(code, sentence);
});

/** @param {ServerMessage} message */
function hear(message) {
  const before = view;
  view = apply(view, message);
  switch (message.type) {
    case "state":
      if (view !== before) changed(before);
      return;
    case "answer":
      return peer.accept(message);
    case "refused":
      return peer.refuse(message);
    case "renew":
      return peer.renew();
    case "levels":
      return stage.render(people(view));
    case "quality":
      banner.notice(message.words);
      return render();
    case "text":
      // Two facilitators' lines to a person are no question to this one.
      if (message.to === null || config.role === "participant") unread.add(message.from);
      banner.announce(words.get("text_came", { name: message.name, text: message.text }));
      return render();
    case "asked":
      return void asked(message.what, message.words);
    case "sheet":
      return screens.sheet(message, nameOf(message.member));
    case "notice":
      // The bar below the picture says this already, with the name.
      return message.code === "greeting" ? undefined : banner.notice(message.words);
    case "error":
      return banner.notice(message.words);
    default:
      return;
  }
}

/** @param {string} sentence when the waiting room opens */
function beforeTime(sentence) {
  early = true;
  banner.hold(sentence);
  render();
}

/** @param {import("./room/roster.js").View} before */
function changed(before) {
  const state = view.state;
  if (state === null) return;
  if (state.stage === "elsewhere" && takingOver) send({ type: "take_over" });
  if (state.stage !== "elsewhere") takingOver = false;
  if (state.stage === "door" && knock !== null) arrive(knock);
  early = false;
  knock = null;
  if (state.you.muted && before.state?.you.muted === false && own.mic) keep({ mic: false });
  if (state.stage !== before.state?.stage) entered();
  for (const one of changes(before, view)) {
    const sentence = words.get(`change_${one.code}`, { name: one.name });
    if (one.code === "call") banner.notice(sentence);
    else if (!own.quiet) banner.announce(sentence);
  }
  render();
}

function entered() {
  const now = view.state?.stage;
  closeAll(room);
  banner.clear();
  if (now === "elsewhere") peer.stop();
  else if (!peer.running && end === null) {
    peer.start();
    clearTimeout(networkTimer);
    networkTimer = setTimeout(() => room.dataset["media"] !== "up" && door.network("failed"), 9000);
  }
  // A page that was loaded again has no devices yet; the person has agreed before.
  if (now === "lobby" || now === "greet" || now === "room" || now === "held") void prepare();
}

// ---- own sound and picture ----

/** @param {Partial<typeof own>} change */
function keep(change) {
  Object.assign(own, change);
  save(own);
}

async function prepare() {
  if (prepared) return;
  prepared = true;
  if (own.mic && own.camera) await media.askBoth();
  else {
    if (own.mic) await media.askOne("mic");
    if (own.camera) await media.askOne("camera");
  }
  await devices.lists();
  render();
}

/** Give the connection what may leave now, and tell the server what is on. */
function sync() {
  const flows = flowing(view.state);
  const mic = flows && own.mic ? media.track("mic") : null;
  const camera = flows && own.camera ? media.track("camera") : null;
  peer.setTracks({ mic, camera });
  peer.expect(flows && expecting(people(view), !own.audioOnly && !document.hidden));
  if (flows) {
    tell("mic", mic !== null);
    tell("camera", camera !== null);
    show();
  }
}

/**
 * @param {Kind} kind
 * @param {boolean} on
 */
function tell(kind, on) {
  if (told[kind] !== on && send({ type: kind, on })) told[kind] = on;
}

function show() {
  const slots = JSON.stringify(heights);
  if (told.show !== slots && send({ type: "show", slots: heights })) told.show = slots;
}

/** @param {Kind} kind */
async function toggle(kind) {
  if (asking.has(kind)) {
    keep({ [kind]: !own[kind] }); // a second press while the device starts changes the wish, not the device
    return;
  }
  const on = own[kind] && media.track(kind) !== null;
  if (!on) {
    keep({ [kind]: true });
    asking.add(kind);
    const works = media.track(kind) !== null || (await media.askOne(kind));
    asking.delete(kind);
    if (!works) {
      keep({ [kind]: false });
      open(room, "settings");
    } else if (!own[kind] && kind === "camera") media.release("camera");
  } else {
    keep({ [kind]: false });
    if (kind === "camera") media.release("camera"); // its light goes out
  }
  banner.announce(words.get(`${kind}_now_${own[kind] ? "on" : "off"}`));
  render();
}

/**
 * @param {"mic" | "camera"} what
 * @param {string} title
 */
async function asked(what, title) {
  const answer = await ask(room, { title, words: words.get("asked_words"), yes: words.get(`asked_${what}`) }, "asked");
  if (answer !== null && !(own[what] && media.track(what) !== null)) await toggle(what);
}

media.addEventListener("tracks", () => render());
media.addEventListener("lost", (event) => banner.notice(words.get(`lost_${/** @type {CustomEvent} */ (event).detail}`)));
devices.addEventListener("choose", (event) => {
  const { kind, device } = /** @type {CustomEvent} */ (event).detail;
  if (kind === "speaker") stage.speaker = device;
  void media.choose(kind, device).then(render);
});

// ---- the connection ----

peer.addEventListener("offer", (event) => void send(/** @type {CustomEvent} */ (event).detail));
peer.addEventListener("slots", (event) => (stage.slots = /** @type {CustomEvent} */ (event).detail));
peer.addEventListener("hopeless", (event) => (banner.failure = /** @type {CustomEvent<string>} */ (event).detail));
peer.addEventListener("blind", (event) => void send({ type: "blind", .../** @type {CustomEvent} */ (event).detail }));
peer.addEventListener("condition", (event) => {
  const condition = /** @type {CustomEvent<string>} */ (event).detail;
  room.dataset["media"] = condition;
  if (condition === "up") door.network("ok");
  if (condition !== "new") banner.failure = "";
  render();
});
stage.addEventListener("shown", (event) => {
  heights = /** @type {CustomEvent} */ (event).detail;
  if (flowing(view.state)) show();
});
stage.addEventListener("blocked", (event) => (banner.blocked = /** @type {CustomEvent<boolean>} */ (event).detail));
// A page that captures may play, and any press is a permission.
media.addEventListener("tracks", () => stage.play());
for (const kind of ["pointerup", "keyup"]) addEventListener(kind, () => banner.blocked && stage.play());
window.addEventListener("online", () => {
  signal.wake();
  if (peer.running) peer.restart();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) signal.wake();
  sync();
});

// ---- what is seen ----

function render() {
  const state = view.state;
  banner.stage = screens.show({ view, step, end, own, early: early && knock === null, audible: media.track("mic") !== null, visible: media.track("camera") !== null });
  stage.wishes = own;
  stage.own = own.camera ? media.track("camera") : null;
  stage.render(people(view));
  devices.paint(own);
  devices.measure(measuring());
  texts.offer(partners());
  texts.paint(view.texts, state?.you.member ?? "");
  readShown();
  wake.wanted = end === null && ["greet", "room", "held"].includes(state?.stage ?? "");
  sync();
}

function measuring() {
  const looking = (early || view.state?.stage === "door") && step === "devices";
  return end === null && (looking || need(room, 'dialog[data-dialog="settings"]', HTMLDialogElement).open);
}

/** Lines that stand on the screen are read; the others keep their sign. */
function readShown() {
  const lobby = view.state?.stage === "lobby";
  const reading = lobby || need(room, 'dialog[data-dialog="text"]', HTMLDialogElement).open;
  if (reading && config.role === "participant") unread.clear();
  else if (reading && texts.partner !== null) unread.delete(texts.partner);
  screens.unread(unread.size > 0);
}

/** Whom a facilitator can write to. */
function partners() {
  const state = view.state;
  if (state === null || config.role !== "facilitator") return [];
  const inside = state.members.filter((one) => one.role === "participant" && one.connection !== "away");
  return [...state.waiting, ...inside].map(({ member, name }) => ({ member, name }));
}

/** @param {string} member */
function nameOf(member) {
  const state = view.state;
  const found = [...(state?.members ?? []), ...(state?.waiting ?? []), ...(state?.calls ?? [])].find((one) => one.member === member);
  return found?.name ?? "";
}

/**
 * @param {string} code
 * @param {string} sentence
 */
function finish(code, sentence) {
  end = { code: code === "taken" ? "elsewhere" : code, words: sentence };
  signal.stop();
  peer.stop();
  media.closed = true;
  media.release("mic");
  media.release("camera");
  prepared = false;
  closeAll(room);
  render();
}

// ---- what is pressed ----

/** @param {Step} next */
function go(next) {
  step = next;
  render();
  screens.focus();
}

/** @param {Omit<Arrive, "type">} said */
function arrive(said) {
  if (early) {
    knock = said;
    render();
    return;
  }
  const sent = send({ type: "arrive", ...said });
  door.problem(sent ? "" : words.get("not_sent"));
}

texts.addEventListener("say", (event) => {
  const { to, text, sent } = /** @type {CustomEvent} */ (event).detail;
  const me = view.state?.you;
  if (me === undefined || !send(to === null ? { type: "text", text } : { type: "text", to, text })) {
    banner.notice(words.get("not_sent"));
    return;
  }
  sent();
  view = apply(view, { type: "text", from: me.member, name: me.name, to, text, at_ms: Date.now() });
  render();
});
texts.addEventListener("turn", () => render());
door.addEventListener("arrive", (event) => arrive(/** @type {CustomEvent} */ (event).detail));

/** @type {Record<string, (button: HTMLElement) => void | Promise<void>>} */
const actions = {
  "check-devices": async () => {
    door.asking(true);
    keep({ mic: true, camera: true });
    prepared = false;
    await prepare();
    door.asking(false);
    go("devices");
  },
  "retry-devices": async () => {
    keep({ mic: true, camera: true });
    prepared = false;
    await prepare();
  },
  "skip-devices": async () => {
    keep({ mic: false, camera: false });
    prepared = true;
    await devices.lists();
    go("devices"); // sound and connection are worth a look all the same
  },
  continue: () => (config.role === "participant" ? go("doorstep") : arrive({})),
  "play-sound": async () => {
    await chime.play(media.chosen("speaker"));
    door.played();
  },
  "heard-yes": () => door.heard(true),
  "heard-no": () => door.heard(false),
  mic: () => toggle("mic"),
  camera: () => toggle("camera"),
  "start-sound": () => stage.play(),
  settings: async () => {
    await devices.lists();
    open(room, "settings").addEventListener("close", () => render(), { once: true });
    render();
  },
  messages: () => {
    const [first] = unread;
    texts.offer(partners(), first);
    open(room, "text");
    render();
  },
  text: (button) => {
    texts.offer(partners(), button.dataset["member"] ?? "");
    open(room, "text");
    render();
  },
  "hide-self": () => {
    keep({ hideSelf: !own.hideSelf });
    render();
  },
  "audio-only": () => {
    keep({ audioOnly: !own.audioOnly });
    render();
  },
  quiet: () => {
    keep({ quiet: !own.quiet });
    render();
  },
  cancel: () => closeAll(room),
  leave: async () => {
    const yes = await ask(room, { title: words.get("leave_title"), words: words.get("leave_words"), yes: words.get("leave_yes") });
    if (yes !== null && !send({ type: "leave" })) finish("left", "");
  },
  rejoin: () => location.reload(),
  "take-over": () => {
    takingOver = true;
    if (end === null) send({ type: "take_over" });
    else {
      end = null;
      media.closed = false;
      view = empty();
      signal.start();
      render();
    }
  },
  panel: () => screens.panel(),
  ...moderation({ room, words, send, about, locked: () => view.state?.room.locked === true }),
};

/** @param {HTMLElement} button */
function about(button) {
  return button.dataset["member"] ?? view.state?.greet?.member ?? "";
}

room.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target.closest("[data-action]") : null;
  if (!(target instanceof HTMLElement) || target.hasAttribute("disabled")) return;
  const action = actions[target.dataset["action"] ?? ""];
  if (action !== undefined && !(target instanceof HTMLButtonElement && target.type === "submit")) void action(target);
});
for (const one of all(room, "dialog", HTMLDialogElement))
  one.addEventListener("click", (event) => {
    // A press beside the dialog; the second press of a double click is none.
    if (event.target === one && performance.now() - Number(one.dataset["openedAt"] ?? 0) > DOUBLE_CLICK_MS) one.close();
  });

stage.speaker = media.chosen("speaker");
door.network("pending");
render();
signal.start();
