// The mends of the one connection: what is tried when an answer, a path or a line is lost.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach } from "node:test";

import { Clock, Connection, settle } from "./browser.js";

globalThis.RTCPeerConnection = Connection;
globalThis.RTCRtpReceiver = { getCapabilities: () => ({ codecs: [] }) };
const { Peer } = await import("../../web/static/js/room/peer.js");

let time, peer, offers, conditions, hopeless;

beforeEach(() => {
  Connection.made = [];
  time = new Clock();
  peer = new Peer(2);
  offers = [];
  conditions = [];
  hopeless = [];
  peer.addEventListener("offer", (event) => offers.push(event.detail));
  peer.addEventListener("condition", (event) => conditions.push(event.detail));
  peer.addEventListener("hopeless", (event) => hopeless.push(event.detail));
  peer.line = true;
});
afterEach(() => {
  peer.stop();
  time.end();
});

const answer = (offer = offers.at(-1)) =>
  peer.accept({ type: "answer", connection: offer.connection, request: offer.request, sdp: "an answer" });
const refuse = (cause, offer = offers.at(-1)) =>
  peer.refuse({ type: "refused", connection: offer.connection, request: offer.request, cause, words: "no" });

async function connected() {
  peer.start();
  await settle();
  answer();
  await settle();
  Connection.last.become("connected");
  await settle();
}

test("an answer to an older offer is not taken", async () => {
  await connected();
  peer.restart();
  await settle();
  answer(offers[0]);
  await settle();
  assert.equal(Connection.last.remote.length, 1);
  answer();
  await settle();
  assert.equal(Connection.last.remote.length, 2);
});

test("without an answer within five seconds the connection is made anew", async () => {
  peer.start();
  await settle();
  await time.pass(4900);
  assert.equal(Connection.made.length, 1);
  await time.pass(200);
  assert.equal(Connection.made.length, 2);
  assert.ok(Connection.made[0].closed);
  assert.notEqual(offers[1].connection, offers[0].connection);
  assert.equal(offers[1].request, 0);
});

test("a new connection does not wait for a description of the closed one", async () => {
  await connected();
  Connection.last.stuck = true;
  peer.restart();
  await settle();
  peer.renew();
  await time.pass(50);
  assert.equal(Connection.made.length, 2);
  assert.equal(offers.at(-1).sdp, "offer of connection 1, restart 0");
});

test("connections that fail again come slower each time, and at once again after a good one", async () => {
  await connected();
  const times = [];
  for (const wait of [0, 500, 2000, 4000, 8000, 8000]) {
    const before = Connection.made.length;
    peer.renew();
    if (wait > 0) {
      await time.pass(wait - 50);
      assert.equal(Connection.made.length, before, `earlier than ${wait} ms`);
    }
    await time.pass(50);
    times.push(Connection.made.length - before);
  }
  assert.deepEqual(times, [1, 1, 1, 1, 1, 1]);
  answer();
  await settle();
  Connection.last.become("connected");
  const before = Connection.made.length;
  peer.renew();
  await time.pass(50);
  assert.equal(Connection.made.length, before + 1);
});

test("a restart that fell into a broken line is offered when the line is back", async () => {
  await connected();
  peer.line = false;
  peer.restart();
  await settle();
  assert.equal(offers.length, 1);
  peer.line = true;
  await settle();
  assert.equal(offers.length, 2);
  assert.equal(offers[1].connection, offers[0].connection);
  assert.equal(Connection.last.restarts, 1);
});

test("an offer whose answer was lost with the line is made again", async () => {
  await connected();
  peer.restart();
  await settle();
  peer.line = false;
  peer.line = true;
  await settle();
  assert.equal(offers.length, 3);
  assert.equal(Connection.made.length, 1);
});

test("a first connection that the line lost is made anew, not restarted", async () => {
  peer.start();
  await settle();
  peer.line = false;
  peer.line = true;
  await settle();
  assert.equal(Connection.made.length, 2);
  assert.equal(offers.length, 2);
});

test("while there is no line nobody is blamed for a missing answer", async () => {
  await connected();
  peer.line = false;
  peer.restart();
  await time.pass(2500);
  assert.equal(Connection.made.length, 1);
});

test("a refusal that time heals makes a new connection", async () => {
  peer.start();
  await settle();
  refuse("gone");
  await time.pass(50);
  assert.equal(Connection.made.length, 2);
  assert.deepEqual(hopeless, []);
});

test("after the third refusal that nothing heals the person is told and nothing more is tried", async () => {
  peer.start();
  for (const wait of [50, 600, 2100]) {
    await settle();
    refuse("bad_offer");
    await time.pass(wait);
  }
  assert.deepEqual(hopeless, ["no"]);
  assert.equal(peer.running, false);
  const made = Connection.made.length;
  await time.pass(20_000);
  assert.equal(Connection.made.length, made);
});

test("an answer that the browser does not take is mended by a new connection", async () => {
  peer.start();
  await settle();
  Connection.last.refuses = true;
  answer();
  await time.pass(50);
  assert.equal(Connection.made.length, 2);
});

test("where nobody speaks an answered restart is whole again once checks go through", async () => {
  await connected();
  peer.restart();
  await settle();
  answer();
  await time.pass(800);
  assert.equal(conditions.at(-1), "restoring");
  Connection.last.checks += 1;
  await time.pass(800);
  assert.equal(conditions.at(-1), "up");
});

test("a second of silence while others send asks for another path, and says since when", async () => {
  const blind = [];
  peer.addEventListener("blind", (event) => blind.push(event.detail));
  await connected();
  peer.expect(true);
  Connection.last.packets = 10;
  await time.pass(400);
  await time.pass(1500);
  assert.equal(Connection.last.restarts, 1);
  assert.equal(blind.length, 1);
  assert.equal(blind[0].packets, 10);
  assert.ok(blind[0].since_ms >= 1000);
});

test("a connection that says it failed is made anew", async () => {
  await connected();
  Connection.last.become("failed");
  await time.pass(50);
  assert.equal(Connection.made.length, 2);
  assert.equal(conditions.at(-1), "restoring");
});

test("own tracks go to the new connection too", async () => {
  const mic = { kind: "audio" };
  peer.setTracks({ mic, camera: null });
  await connected();
  peer.renew();
  await time.pass(50);
  assert.equal(Connection.last.getTransceivers()[0].sender.track, mic);
});
