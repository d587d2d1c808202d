import assert from "node:assert/strict";
import test from "node:test";

import { delay } from "../../web/static/js/room/backoff.js";

test("the first try waits for nothing", () => assert.equal(delay(0, 0.9), 0));

test("early tries come at the times of the protocol", () =>
  assert.deepEqual([0, 1, 2, 3, 4].map((attempt) => delay(attempt, 0)), [0, 300, 1200, 2700, 4800]));

test("late tries come every seven seconds with up to one second of chance", () => {
  assert.equal(delay(5, 0), 7000);
  assert.equal(delay(500, 1), 8000);
});
