import assert from "node:assert/strict";
import test from "node:test";

import { classify, family, insideApp, isPhone } from "../../web/static/js/room/failures.js";

const seen = { name: "", message: "", permission: /** @type {const} */ ("unknown"), secure: true, supported: true, inApp: false };
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";
const PIXEL = "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";

const cases = [
  ["an unprotected address is told before anything else", { secure: false, name: "NotAllowedError" }, "insecure"],
  ["no capture inside an app means the app", { supported: false, inApp: true }, "in_app"],
  ["no capture elsewhere means an old browser", { supported: false }, "unsupported"],
  ["a refusal by the site", { name: "NotAllowedError", message: "Permission denied", permission: "denied" }, "denied"],
  ["a closed question", { name: "NotAllowedError", message: "Permission dismissed" }, "dismissed"],
  ["a closed question where the browser may ask again", { name: "NotAllowedError", permission: "prompt" }, "dismissed"],
  ["a refusal by the system, said in the message", { name: "NotAllowedError", message: "Permission denied by system", permission: "granted" }, "denied_by_system"],
  ["a refusal although the site may", { name: "NotAllowedError", permission: "granted" }, "denied_by_system"],
  ["a refusal inside an app", { name: "NotAllowedError", inApp: true, permission: "denied" }, "in_app"],
  ["a device that another program holds", { name: "NotReadableError" }, "busy"],
  ["no device", { name: "NotFoundError" }, "missing"],
  ["a device that cannot do what was asked", { name: "OverconstrainedError" }, "constraints"],
  ["anything else", { name: "TypeError" }, "unknown"],
];
for (const [claim, change, reason] of cases)
  test(`${claim} is ${reason}`, () => assert.equal(classify({ ...seen, ...change }), reason));

test("views inside mail and messenger apps are known", () => {
  assert.ok(insideApp(`${IPHONE} [FBAN/FBIOS;FBAV/480.0]`));
  assert.ok(insideApp(PIXEL.replace("Pixel 8)", "Pixel 8; wv)")));
  assert.ok(!insideApp(IPHONE));
  assert.ok(!insideApp(CHROME));
});

test("words about permissions fit the browser", () =>
  assert.deepEqual([IPHONE, PIXEL, SAFARI, CHROME, "Mozilla/5.0 (X11) Gecko/20100101 Firefox/145.0"].map(family), ["ios", "android", "safari", "chromium", "firefox"]));

test("a phone is known by its agent or its small screen", () => {
  assert.ok(isPhone(IPHONE, 1000));
  assert.ok(isPhone(CHROME, 390));
  assert.ok(!isPhone(CHROME, 1080));
});
