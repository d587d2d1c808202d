import assert from "node:assert/strict";
import { test } from "node:test";

import { CALM_MS, ENOUGH, learn, NONE } from "../../web/static/js/room/patience.js";

/** Samples one second apart: packets that came and repairs that were asked for in each. */
function after(seconds, { roundTripMs = 60, from = NONE, at = 0 } = {}) {
  let patience = from;
  let { received, asked } = from;
  for (const [came, wanted] of seconds) {
    received += came;
    asked += wanted;
    at += 1000;
    patience = learn(patience, { at, received, asked, roundTripMs });
  }
  return patience;
}

test("a clean path is left to the browser", () => {
  assert.equal(after(Array(60).fill([200, 0])).waitMs, null);
});

test("one second of loss is enough to wait for what is sent again", () => {
  assert.equal(after([[200, 12]]).waitMs, 170);
});

test("a longer way needs longer, up to a bound", () => {
  assert.equal(after([[200, 12]], { roundTripMs: 120 }).waitMs, 260);
  assert.equal(after([[200, 12]], { roundTripMs: 2000 }).waitMs, 400);
});

test("waiting does not shrink while packets are lost", () => {
  const slow = after([[200, 12]], { roundTripMs: 120 });
  assert.equal(after([[200, 12]], { from: slow }).waitMs, 260);
});

test("the delay is taken back when the path was clean for long, not before", () => {
  const lossy = after([[200, 12]]);
  const clean = (seconds) => after(Array(seconds).fill([200, 0]), { from: lossy, at: 1000 });
  assert.equal(clean(CALM_MS / 1000).waitMs, 170);
  assert.equal(clean(CALM_MS / 1000 + 1).waitMs, null);
});

test("a little loss keeps it as it is", () => {
  const lossy = after([[200, 12]]);
  const seconds = [...Array(15).fill([200, 0]), [200, 2], ...Array(15).fill([200, 0])];
  assert.equal(after(seconds, { from: lossy, at: 1000 }).waitMs, 170);
  assert.equal(after(Array(60).fill([200, 2])).waitMs, null);
});

test("a trickle is gathered until it says something", () => {
  const half = ENOUGH / 2 - 1;
  assert.equal(after([[half, 3]]).waitMs, null);
  assert.equal(after([[half, 3], [half + 2, 3]]).waitMs, 170);
});

test("counts that fall back belong to something new", () => {
  const lossy = after([[200, 12]]);
  assert.deepEqual(learn(lossy, { at: 2000, received: 10, asked: 0, roundTripMs: 60 }), { ...NONE, received: 10 });
});
