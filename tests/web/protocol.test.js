import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { SLOTS, VERSIONS, randomName, read, write } from "../../web/static/js/room/protocol.js";

const page = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");
const source = readFileSync(new URL("../../web/static/js/room/protocol.js", import.meta.url), "utf8");

/** The messages of one chapter of the protocol page. */
function documented(chapter) {
  const text = page.split(`\n## ${chapter}`)[1]?.split("\n## ")[0] ?? "";
  return [...text.matchAll(/^### `(\w+)`/gm)].map((match) => match[1]);
}

test("every documented server message is known here", () => {
  const names = documented("6.");
  assert.ok(names.length > 10);
  for (const name of names) assert.match(source, new RegExp(`^  ${name}: \\{`, "m"), name);
});

test("every documented client message has a type here", () => {
  const names = documented("5.");
  assert.ok(names.length > 15);
  for (const name of names) assert.match(source, new RegExp(`type: [^}]*"${name}"`), name);
});

/** Valid examples that the server's own tests hold against its models. */
const examples = (name) => {
  const found = JSON.parse(readFileSync(new URL(`../wire/${name}.json`, import.meta.url), "utf8"));
  return Array.isArray(found) ? found : Object.values(found).flat();
};

test("every example of a server message is read whole", () => {
  const told = examples("told");
  assert.ok(told.length > 10);
  for (const message of told) assert.deepEqual(read(JSON.stringify(message)), message);
});

test("every example of a client message is written whole", () => {
  const said = examples("said");
  assert.ok(said.length > 15);
  for (const message of said) assert.deepEqual(JSON.parse(write(message)), message);
});

test("a frame is read with its fields", () =>
  assert.deepEqual(read('{"type":"pulse","n":4,"now_ms":9}'), { type: "pulse", n: 4, now_ms: 9 }));

test("what a later version adds is passed over", () => {
  assert.equal(read('{"type":"weather","sky":"blue"}'), null);
  assert.equal(read('{"type":"constructor"}'), null);
  assert.equal(read('{"type":"levels","speaking":["a"],"more":1}')?.type, "levels");
});

test("a frame without its fields is refused", () => {
  for (const frame of ["[]", "null", "7", '{"type":"pulse"}', '{"type":"levels","speaking":{}}', '{"type":"answer","request":"1","connection":"a","sdp":""}'])
    assert.throws(() => read(frame), TypeError, frame);
  assert.throws(() => read("{"), SyntaxError);
});

test("messages are written as one JSON object", () =>
  assert.equal(write({ type: "mic", on: true }), '{"type":"mic","on":true}'));

test("random names are of the protocol's letters and differ", () => {
  const names = Array.from({ length: 200 }, randomName);
  for (const name of names) assert.match(name, /^[A-Za-z0-9_-]{22}$/);
  assert.equal(new Set(names).size, 200);
});

test("a room of twelve needs eleven slots and version 1", () => {
  assert.equal(SLOTS, 11);
  assert.deepEqual(VERSIONS, [1]);
});
