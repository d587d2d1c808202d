import assert from "node:assert/strict";
import test from "node:test";

import { CONNECT_MS, HEAL_MS, PATIENT_MS, SILENCE_MS, born, judge } from "../../web/static/js/room/health.js";

/** Feed samples, one each 250 ms; returns the acts with their times. */
function run(samples, health = born(0)) {
  const acts = [];
  samples.forEach((sample, index) => {
    const at = index * 250;
    const verdict = judge(health, { at, packets: 0, checks: 0, expected: true, state: "connected", ...sample(at) });
    health = verdict.health;
    if (verdict.act !== "none") acts.push([at, verdict.act]);
  });
  return acts;
}
const steps = (count, sample) => Array.from({ length: count }, () => sample);

test("a line on which packets come is left alone", () => assert.deepEqual(run(steps(40, (at) => ({ packets: at }))), []));

test("a second without packets restarts the path", () =>
  assert.deepEqual(run(steps(8, (at) => ({ packets: Math.min(at, 500) })))[0], [500 + SILENCE_MS, "restart"]));

test("silence is no fault where nobody sends", () => assert.deepEqual(run(steps(60, () => ({ expected: false }))), []));

test("a restart that does not heal makes a new connection", () => {
  const acts = run(steps(30, () => ({})));
  assert.deepEqual(acts.slice(0, 2), [[SILENCE_MS, "restart"], [SILENCE_MS + HEAL_MS, "renew"]]);
});

test("one silence restarts once", () => assert.equal(run(steps(12, () => ({}))).length, 1));

test("packets after a restart end the matter, and the next silence restarts again", () => {
  const acts = run(steps(24, (at) => ({ packets: at > 1500 && at < 3000 ? at : 1500 })));
  assert.deepEqual(acts.map(([, act]) => act), ["restart", "restart"]);
});

test("a path that answers checks is given time: the fault is at the other end", () => {
  const acts = run(steps(260, (at) => ({ checks: at })));
  assert.deepEqual(acts.slice(0, 2), [[SILENCE_MS, "restart"], [SILENCE_MS + PATIENT_MS, "renew"]]);
});

test("a failed connection is made anew at once", () => assert.deepEqual(run([() => ({ state: "failed" })]), [[0, "renew"]]));

test("a lost path is restarted before packets are missed", () =>
  assert.deepEqual(run([() => ({}), () => ({ state: "disconnected", expected: false })]), [[250, "restart"]]));

test("a connection that never comes up is made anew", () => {
  const acts = run(steps(40, () => ({ state: "connecting" })));
  assert.deepEqual(acts[0], [CONNECT_MS + 250, "renew"]);
});
