// The room page: the one owner of its state. Parts say what happened by events; this file decides and tells them what to show.

import { Banner } from "./room/banner.js";
import { keepTicks } from "./room/checklist.js";
import { Chime, Devices } from "./room/devices.js";
import { Door } from "./room/door.js";
import { Media } from "./room/media.js";
import { Peer } from "./room/peer.js";
import { Screens } from "./room/screens.js";
import { Signal } from "./room/signal.js";
import { Stage } from "./room/stage.js";
import { Texts } from "./room/lobby.js";
import { Wake } from "./room/wake.js";
import { Own } from "./room/own.js";
import { Unread } from "./room/unread.js";
import { Words, data, need } from "./room/page.js";
import { actions, follow } from "./room/pressed.js";
import { ask, closeAll, open } from "./room/dialogs.js";
import { SLOTS, VERSIONS } from "./room/protocol.js";
import { apply, changes, empty, nameOf, partners, people } from "./room/roster.js";
import { isPhone } from "./room/failures.js";
import { moderation } from "./room/moderation.js";
import { tabName } from "./room/memory.js";

/** @import { ClientMessage, ServerMessage, Arrive } from "./room/protocol.js" */
/** @import { Kind } from "./room/media.js" */
/** @import { Step } from "./room/door.js" */
/** @import { Ticket } from "./room/signal.js" */

/** @type {{ ticket: string, csrf: string, role: "participant" | "facilitator", language: string, zone: string, chime: string, checklist: string }} */
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

if (config.checklist) keepTicks(room, words, config.checklist, config.csrf);

/** @param {ClientMessage} message */
const send = (message) => signal.send(message);
const own = new Own({ media, peer, send, lists: () => devices.lists() });
const unread = new Unread(config.role === "facilitator");

let view = empty();
/** @type {Step} */
let step = "welcome";
/** @type {{ code: string, words: string } | null} */
let end = null;
/** Before the waiting room opens devices can be checked and questions answered; the knock waits here. */
let early = false;
/** @type {Omit<Arrive, "type"> | null} */
let knock = null;
let takingOver = false;
/** @type {number | undefined} */
let networkTimer;

// ---- the line ----

signal.addEventListener("up", (event) => {
  const ticket = /** @type {CustomEvent<Ticket>} */ (event).detail;
  peer.servers = ticket.ice_servers;
  own.forget();
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
      unread.came(message);
      banner.announce(words.get("text_came", { name: message.name, text: message.text }));
      return render();
    case "asked":
      return void asked(message.what, message.words);
    case "sheet":
      return screens.sheet(message, nameOf(view.state, message.member));
    case "notice":
      if (message.code === "too_fast") own.retell();
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
  if (state.you.muted && before.state?.you.muted === false && own.wishes.mic) own.keep({ mic: false });
  if (state.stage !== before.state?.stage) entered();
  for (const one of changes(before, view)) {
    const sentence = words.get(`change_${one.code}`, { name: one.name });
    if (one.code === "call") banner.notice(sentence);
    else if (!own.wishes.quiet) banner.announce(sentence);
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
  if (now === "lobby" || now === "greet" || now === "room" || now === "held") void own.prepare();
}

// ---- own sound and picture ----

own.addEventListener("change", () => render());
own.addEventListener("failed", () => void open(room, "settings"));
own.addEventListener("switched", (event) => {
  const kind = /** @type {CustomEvent<Kind>} */ (event).detail;
  banner.announce(words.get(`${kind}_now_${own.wishes[kind] ? "on" : "off"}`));
});

/**
 * @param {"mic" | "camera"} what
 * @param {string} title
 */
async function asked(what, title) {
  const answer = await ask(room, { title, words: words.get("asked_words"), yes: words.get(`asked_${what}`) }, "asked");
  if (answer !== null && !own.on(what)) await own.toggle(what);
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
stage.addEventListener("shown", (event) => own.shown(/** @type {CustomEvent} */ (event).detail, view));
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
  own.sync(view);
});

// ---- what is seen ----

function render() {
  const state = view.state;
  const devicesThere = { audible: own.works("mic"), visible: own.works("camera") };
  banner.stage = screens.show({ view, step, end, own: own.wishes, early: early && knock === null, ...devicesThere });
  stage.wishes = own.wishes;
  stage.own = own.picture;
  stage.render(people(view));
  devices.paint(own.wishes);
  devices.measure(measuring());
  texts.offer(writable());
  texts.paint(view.texts, state?.you.member ?? "");
  readShown();
  wake.wanted = end === null && ["greet", "room", "held"].includes(state?.stage ?? "");
  own.sync(view);
}

function measuring() {
  const looking = (early || view.state?.stage === "door") && step === "devices";
  return end === null && (looking || need(room, 'dialog[data-dialog="settings"]', HTMLDialogElement).open);
}

/** Lines that stand on the screen are read; the others keep their sign. */
function readShown() {
  const lobby = view.state?.stage === "lobby";
  if (lobby || need(room, 'dialog[data-dialog="text"]', HTMLDialogElement).open) unread.read(texts.partner);
  screens.unread(unread.some);
}

/** Whom this person can write to by name; participants write to all facilitators. */
function writable() {
  return config.role === "facilitator" ? partners(view.state) : [];
}

/**
 * @param {string} code
 * @param {string} sentence
 */
function finish(code, sentence) {
  end = { code: code === "taken" ? "elsewhere" : code, words: sentence };
  signal.stop();
  peer.stop();
  own.letGo();
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

/**
 * Open the lines of text: with one person, or with whoever has waited longest.
 * @param {string} [member]
 */
function write(member = unread.first) {
  texts.offer(writable(), member);
  open(room, "text");
  render();
}

function takeOver() {
  takingOver = true;
  if (end === null) {
    send({ type: "take_over" });
    return;
  }
  end = null;
  own.comeBack();
  view = empty();
  signal.start();
  render();
}

/** @param {HTMLElement} button */
function about(button) {
  return button.dataset["member"] ?? view.state?.greet?.member ?? "";
}

follow(room, {
  ...actions({
    ...{ room, words, own, door, media, chime, stage, screens, send, go, render, write, takeOver },
    lists: () => devices.lists(),
    knock: () => (config.role === "participant" ? go("doorstep") : arrive({})),
    leave: () => finish("left", ""),
  }),
  ...moderation({ room, words, send, about, locked: () => view.state?.room.locked === true }),
});

stage.speaker = media.chosen("speaker");
door.network("pending");
render();
signal.start();
