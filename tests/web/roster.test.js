import assert from "node:assert/strict";
import test from "node:test";

import { admitted, apply, changes, empty, expecting, flowing, people } from "../../web/static/js/room/roster.js";

const member = (name, seat, more = {}) => ({
  member: name, seat, name, role: seat === 0 ? "facilitator" : "participant", stage: "room", mic: true, camera: true, muted: false, connection: "up", ...more,
});
const waiting = (name, seat, more = {}) => ({
  member: name, seat, name, stage: "lobby", since_ms: 0, first_use: false, new_device: false, alone: true, headphones: true, connection: "up", text_unread: 0, ...more,
});

/** A state of the room as Ben sees it. */
const state = (version, more = {}) => ({
  type: "state", version, now_ms: 0, stage: "room",
  you: { member: "ben", seat: 2, role: "participant", name: "ben", stage: "room", mic_allowed: true, first_use: false, mic: true, camera: true, muted: false },
  session: { ordinal: 1, count: 12, title: "t", starts_at_ms: 0, ends_at_ms: 1, deadline_ms: 2 },
  room: { state: "open", locked: false },
  members: [member("ada", 1), member("ben", 2), member("mia", 0)],
  slots: [{ slot: 0, member: "mia" }, { slot: 1, member: "ada" }, { slot: 2, member: null }],
  waiting: [], lobby: null, greet: null, calls: [], turned_away: [], ...more,
});
const after = (...messages) => messages.reduce(apply, empty());

test("only a newer state counts", () => {
  const view = after(state(5));
  assert.equal(apply(view, state(5, { stage: "ended" })), view);
  assert.equal(apply(view, state(4)), view);
  assert.equal(apply(view, state(6, { stage: "held" })).state.stage, "held");
});

test("people stand in seat order, the same for all", () =>
  assert.deepEqual(people(after(state(1))).map((one) => one.name), ["mia", "ada", "ben"]));

test("names come from the slot table", () => {
  const found = people(after(state(1)));
  assert.deepEqual(found.map((one) => one.slot), [0, 1, null]);
  assert.deepEqual(found.map((one) => one.self), [false, false, true]);
});

test("who is muted by a facilitator is shown as silent", () => {
  const [first] = people(after(state(1, { members: [member("mia", 0, { muted: true })] })));
  assert.equal(first.mic, false);
});

test("who speaks and whose picture rests is forgotten with the person", () => {
  const view = after(state(1), { type: "levels", speaking: ["ada"] }, { type: "quality", paused: ["ada"], words: "" });
  assert.equal(people(view)[1].speaking, true);
  assert.equal(people(view)[1].paused, true);
  const later = apply(view, state(2, { members: [member("ben", 2)] }));
  assert.deepEqual([later.speaking, later.paused], [[], []]);
});

test("a private look shows the two of it and nobody else", () => {
  const view = after(state(1, {
    stage: "greet", you: { ...state(1).you, member: "mia", seat: 0, role: "facilitator" },
    greet: { member: "ines", name: "ines", open: true }, waiting: [waiting("ines", 3, { stage: "greet" })],
    slots: [{ slot: 2, member: "ines" }],
  }));
  assert.deepEqual(people(view).map((one) => [one.name, one.slot]), [["mia", null], ["ines", 2]]);
  assert.deepEqual(admitted(view).map((one) => one.name), ["mia", "ada", "ben"]);
});

test("nothing leaves the device before a look is open or the room is entered", () => {
  for (const stage of ["door", "lobby", "held", "elsewhere", "ended", "left"]) assert.equal(flowing(state(1, { stage })), false, stage);
  assert.equal(flowing(null), false);
  assert.equal(flowing(state(1, { stage: "greet", greet: { member: "mia", name: "mia", open: false } })), false);
  assert.equal(flowing(state(1, { stage: "greet", greet: { member: "mia", name: "mia", open: true } })), true);
  assert.equal(flowing(state(1)), true);
});

test("packets are expected only from people who send and whose line is up", () => {
  const who = (more) => people(after(state(1, { members: [member("ada", 1, more), member("ben", 2)] })));
  assert.equal(expecting(who({}), true), true);
  assert.equal(expecting(who({ connection: "reconnecting" }), true), false);
  assert.equal(expecting(who({ mic: false }), true), true);
  assert.equal(expecting(who({ mic: false }), false), false);
  assert.equal(expecting(who({ mic: false, camera: false }), true), false);
  assert.equal(expecting(who({ muted: true, camera: false }), true), false);
});

test("own sending makes nobody expect packets", () =>
  assert.equal(expecting(people(after(state(1, { members: [member("ben", 2)] }))), true), false));

test("arrivals, goodbyes and broken lines are told, the first state is not", () => {
  const first = after(state(1));
  assert.deepEqual(changes(empty(), first), []);
  const second = apply(first, state(2, { members: [member("ben", 2), member("mia", 0, { connection: "reconnecting" }), member("cleo", 4)] }));
  assert.deepEqual(changes(first, second), [
    { code: "line_lost", name: "mia" }, { code: "came", name: "cleo" }, { code: "gone", name: "ada" },
  ]);
  const third = apply(second, state(3, { members: [member("ben", 2), member("mia", 0), member("cleo", 4)] }));
  assert.deepEqual(changes(second, third), [{ code: "line_back", name: "mia" }]);
});

test("a knock is told once, and not for somebody sent back from the room", () => {
  const first = after(state(1));
  const second = apply(first, state(2, { waiting: [waiting("ines", 3), waiting("jo", 4, { stage: "door" })] }));
  assert.deepEqual(changes(first, second), [{ code: "knocked", name: "ines" }]);
  const third = apply(second, state(3, { waiting: [waiting("ines", 3), waiting("jo", 4)] }));
  assert.deepEqual(changes(second, third), [{ code: "knocked", name: "jo" }]);
});

test("somebody to call is told once", () => {
  const call = { member: "ada", name: "ada", gone_since_ms: 0 };
  const first = after(state(1));
  const second = apply(first, state(2, { calls: [call] }));
  assert.deepEqual(changes(first, second), [{ code: "call", name: "ada" }]);
  assert.deepEqual(changes(second, apply(second, state(3, { calls: [call] }))), []);
});

test("a change of stage tells itself by the screen, not by arrivals", () =>
  assert.deepEqual(changes(after(state(1, { stage: "lobby", members: [] })), after(state(2))), []));

test("the list of text lines does not grow for ever", () => {
  const line = { type: "text", from: "mia", name: "mia", to: "ben", text: "x", at_ms: 0 };
  assert.equal(after(...Array(150).fill(line)).texts.length, 100);
});
