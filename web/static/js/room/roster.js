// What this person may see of the room: (view, message) -> view. Pure; the server's state is the only truth.

/** @import { Member, State, ServerMessage, Text } from "./protocol.js" */

/**
 * @typedef {{ state: State | null, speaking: string[], paused: string[], texts: Text[] }} View
 * @typedef {{ member: string, seat: number, name: string, facilitator: boolean, self: boolean, slot: number | null,
 *   mic: boolean, camera: boolean, muted: boolean, connection: Member["connection"], stage: Member["stage"],
 *   speaking: boolean, paused: boolean }} Person
 * @typedef {{ code: "came" | "gone" | "line_lost" | "line_back" | "locked" | "unlocked" | "knocked" | "call", name: string }} Change
 */

/** How many lines of text are kept on the page. */
const TEXTS_KEPT = 100;

/** @returns {View} */
export function empty() {
  return { state: null, speaking: [], paused: [], texts: [] };
}

/**
 * The view after a message; the same object when nothing changes.
 * @param {View} view
 * @param {ServerMessage} message
 * @returns {View}
 */
export function apply(view, message) {
  switch (message.type) {
    case "state":
      if (view.state !== null && message.version <= view.state.version) return view;
      return { ...view, state: message, ...stillHere(view, message) };
    case "levels":
      return { ...view, speaking: message.speaking };
    case "quality":
      return { ...view, paused: message.paused };
    case "text":
      return { ...view, texts: [...view.texts, message].slice(-TEXTS_KEPT) };
    default:
      return view;
  }
}

/**
 * @param {View} view
 * @param {State} state
 */
function stillHere(view, state) {
  const here = new Set(state.members.map((one) => one.member));
  return {
    speaking: view.speaking.filter((member) => here.has(member)),
    paused: view.paused.filter((member) => here.has(member)),
  };
}

/**
 * Everybody on the screen in seat order, the same for all, with the slot where each is seen and heard here.
 * @param {View} view
 * @returns {Person[]}
 */
export function people(view) {
  return view.state === null ? [] : persons(view, view.state, onScreen(view.state));
}

/**
 * Everybody admitted to the room, also while this facilitator is at the door.
 * @param {View} view
 * @returns {Person[]}
 */
export function admitted(view) {
  return view.state === null ? [] : persons(view, view.state, view.state.members);
}

/**
 * @param {View} view
 * @param {State} state
 * @param {Member[]} members
 * @returns {Person[]}
 */
function persons(view, state, members) {
  const slots = new Map(state.slots.flatMap((one) => (one.member === null ? [] : [[one.member, one.slot]])));
  return [...members]
    .sort((a, b) => a.seat - b.seat)
    .map((one) => ({
      member: one.member,
      seat: one.seat,
      name: one.name,
      facilitator: one.role === "facilitator",
      self: one.member === state.you.member,
      slot: slots.get(one.member) ?? null,
      mic: one.mic && !one.muted,
      camera: one.camera,
      muted: one.muted,
      connection: one.connection,
      stage: one.stage,
      speaking: view.speaking.includes(one.member),
      paused: view.paused.includes(one.member),
    }));
}

/**
 * Who belongs on the screen: the room; at the door for a private look, the two of it and nobody else.
 * @param {State} state
 * @returns {Member[]}
 */
function onScreen(state) {
  const other = state.stage === "greet" ? state.greet?.member : undefined;
  if (other === undefined) return state.members;
  const two = state.members.filter((one) => one.member === other || one.member === state.you.member);
  const waiting = state.waiting.find((one) => one.member === other);
  if (waiting === undefined || two.some((one) => one.member === other)) return two;
  // The facilitators' list of members holds the room only; what comes from the door is shown from its first frame on.
  return [...two, { ...waiting, role: "participant", mic: true, camera: true, muted: false }];
}

/**
 * May this person's sound and picture leave the device now?
 * @param {State | null} state
 * @returns {boolean}
 */
export function flowing(state) {
  if (state === null) return false;
  return state.stage === "room" || (state.stage === "greet" && state.greet?.open === true);
}

/**
 * Should packets be coming in? Only from people whose own line is up and who send something.
 * @param {Person[]} everybody
 * @param {boolean} pictures are pictures asked for
 * @returns {boolean}
 */
export function expecting(everybody, pictures) {
  return everybody.some(
    (one) =>
      !one.self && one.slot !== null && one.connection === "up" && (one.mic || (pictures && one.camera && !one.paused)),
  );
}

/**
 * What a person who cannot see the screen should be told after a change. Nothing on the first state.
 * @param {View} before
 * @param {View} after
 * @returns {Change[]}
 */
export function changes(before, after) {
  const was = before.state;
  const is = after.state;
  if (was === null || is === null || was === is || was.stage !== is.stage) return [];
  /** @type {Change[]} */
  const found = [];
  const old = new Map(was.members.map((one) => [one.member, one]));
  const now = new Map(is.members.map((one) => [one.member, one]));
  for (const one of is.members) {
    const former = old.get(one.member);
    if (one.member === is.you.member) continue;
    if (former === undefined) found.push({ code: "came", name: one.name });
    else if (former.connection === "up" && one.connection !== "up") found.push({ code: "line_lost", name: one.name });
    else if (former.connection !== "up" && one.connection === "up" && former.connection !== "connecting")
      found.push({ code: "line_back", name: one.name });
  }
  for (const one of was.members) if (!now.has(one.member)) found.push({ code: "gone", name: one.name });
  const knew = new Set(was.waiting.filter((one) => one.stage !== "door").map((one) => one.member));
  for (const one of is.waiting)
    if (one.stage === "lobby" && !knew.has(one.member) && !old.has(one.member)) found.push({ code: "knocked", name: one.name });
  const asked = new Set(was.calls.map((one) => one.member));
  for (const one of is.calls) if (!asked.has(one.member)) found.push({ code: "call", name: one.name });
  if (was.room.locked !== is.room.locked) found.push({ code: is.room.locked ? "locked" : "unlocked", name: "" });
  return found;
}

/**
 * Whom a facilitator can write to: who waits, and which participants are in.
 * @param {State | null} state
 * @returns {{ member: string, name: string }[]}
 */
export function partners(state) {
  if (state === null) return [];
  const inside = state.members.filter((one) => one.role === "participant" && one.connection !== "away");
  return [...state.waiting, ...inside].map(({ member, name }) => ({ member, name }));
}

/**
 * The name of anybody in the room, at the door or missed; "" for a stranger.
 * @param {State | null} state
 * @param {string} member
 */
export function nameOf(state, member) {
  const known = state === null ? [] : [...state.members, ...state.waiting, ...state.calls];
  return known.find((one) => one.member === member)?.name ?? "";
}
