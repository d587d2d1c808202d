// Coming back: what the line to the server does when tickets, sockets or answers are lost.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach, mock } from "node:test";

import { Clock, Socket, settle } from "./browser.js";

globalThis.WebSocket = Socket;
globalThis.location = { href: "https://rooms.example/s/place/room/session" };
const { Signal } = await import("../../web/static/js/room/signal.js");

let time, signal, heard, replies, asked;
const TICKET = { ticket: "t".repeat(43), socket: "/socket", ice_servers: [] };
const LISTS = { members: [], slots: [], waiting: [], calls: [], turned_away: [] };
const STATE = { type: "state", version: 1, now_ms: 0, stage: "door", you: {}, session: {}, room: {}, ...LISTS };

beforeEach(() => {
  Socket.made = [];
  time = new Clock();
  mock.method(AbortSignal, "timeout", () => undefined);
  mock.method(Math, "random", () => 0);
  heard = [];
  replies = [];
  asked = 0;
  globalThis.fetch = async () => {
    asked += 1;
    const reply = replies.shift() ?? { status: 200, body: TICKET };
    if (reply === "no network") throw new TypeError("fetch failed");
    return { ok: reply.status === 200, status: reply.status, json: async () => reply.body };
  };
  signal = new Signal({ ticketAddress: "/ticket", csrf: "c", hello: () => ({ versions: [1], slots: 2, device: "phone", tab: "t" }) });
  for (const name of ["up", "message", "down", "refused", "bye", "pulse"])
    signal.addEventListener(name, (event) => heard.push([name, event.detail]));
});
afterEach(() => {
  signal.stop();
  time.end();
});

const names = () => heard.map(([name]) => name);

async function greeted() {
  signal.start();
  await settle();
  Socket.last.open();
  Socket.last.hear(STATE);
  await settle();
}

test("the hello carries the ticket, over a secure socket of the same host", async () => {
  await greeted();
  assert.equal(Socket.last.address, "wss://rooms.example/socket");
  assert.deepEqual(Socket.last.sent[0], { type: "hello", ticket: TICKET.ticket, versions: [1], slots: 2, device: "phone", tab: "t" });
  assert.deepEqual(names(), ["up", "message"]);
});

test("no network and a server in trouble are tried again, later each time", async () => {
  replies = ["no network", { status: 500 }, { status: 502 }];
  signal.start();
  await settle();
  assert.equal(asked, 1);
  await time.pass(50);
  assert.equal(asked, 2);
  await time.pass(300);
  assert.equal(asked, 3);
  await time.pass(1200);
  assert.equal(asked, 4);
  assert.equal(Socket.made.length, 1);
  assert.deepEqual(names(), []);
});

test("a refusal that time heals is told and tried again", async () => {
  replies = [{ status: 409, body: { code: "too_early", words: "later" } }];
  signal.start();
  await settle();
  await time.pass(50);
  assert.deepEqual(heard[0], ["refused", { code: "too_early", words: "later", again: true }]);
  assert.equal(Socket.made.length, 1);
});

test("a refusal for good is told and nothing more is tried", async () => {
  replies = [{ status: 409, body: { code: "ended", words: "over" } }];
  signal.start();
  await settle();
  await time.pass(30_000);
  assert.equal(heard[0][1].again, false);
  assert.equal(asked, 1);
});

test("a socket that never greets is given up after ten seconds", async () => {
  signal.start();
  await settle();
  Socket.last.open();
  await time.pass(10_100);
  assert.equal(Socket.made.length, 2);
  assert.deepEqual(names(), ["down"]);
});

test("a socket that answers no pulse is replaced", async () => {
  await greeted();
  await time.pass(8000);
  assert.equal(Socket.last.sent.at(-1).type, "pulse");
  await time.pass(4100);
  assert.equal(Socket.made.length, 2);
  assert.ok(names().includes("down"));
});

test("an answered pulse says how long it took and keeps the line", async () => {
  await greeted();
  await time.pass(8000);
  await time.pass(100);
  Socket.last.hear(Socket.last.sent.at(-1));
  await settle();
  assert.deepEqual(heard.at(-1), ["pulse", 100]);
  await time.pass(7000);
  assert.equal(Socket.made.length, 1);
});

test("a network that may have changed is proved at once", async () => {
  await greeted();
  signal.wake();
  assert.equal(Socket.last.sent.at(-1).type, "pulse");
});

test("a change of network does not wait for a socket that has not answered", async () => {
  signal.start();
  await settle();
  await time.pass(3100);
  signal.wake();
  await settle();
  assert.equal(Socket.made.length, 2);
});

test("a change of network leaves a socket alone that is just being opened", async () => {
  signal.start();
  await settle();
  await time.pass(500);
  signal.wake();
  await settle();
  assert.equal(Socket.made.length, 1);
});

test("a server that goes away is looked for again, a goodbye for good is not", async () => {
  await greeted();
  Socket.last.hear({ type: "bye", code: "restart", words: "" });
  Socket.last.end();
  await time.pass(50);
  assert.equal(Socket.made.length, 2);
  Socket.last.open();
  Socket.last.hear(STATE);
  Socket.last.hear({ type: "bye", code: "ended", words: "" });
  Socket.last.end();
  await time.pass(30_000);
  assert.equal(Socket.made.length, 2);
  assert.deepEqual(heard.filter(([name]) => name === "bye").map(([, bye]) => bye.again), [true, false]);
});

test("what an older socket still says is not heard", async () => {
  await greeted();
  const old = Socket.last;
  old.end();
  await time.pass(50);
  const before = heard.length;
  old.hear({ type: "notice", code: "held", words: "" });
  assert.equal(heard.length, before);
});

test("nothing is sent without a greeted line", async () => {
  signal.start();
  await settle();
  assert.equal(signal.send({ type: "leave" }), false);
  Socket.last.open();
  assert.equal(signal.send({ type: "leave" }), false);
  Socket.last.hear(STATE);
  assert.equal(signal.send({ type: "leave" }), true);
});
