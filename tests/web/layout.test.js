import assert from "node:assert/strict";
import test from "node:test";

import { grid, shown } from "../../web/static/js/room/layout.js";

const SIZES = [[320, 400], [360, 520], [390, 640], [768, 900], [1000, 600], [1280, 640], [1920, 900]];

test("twelve people fit into every window without overlapping", () => {
  for (const [width, height] of SIZES)
    for (let count = 1; count <= 12; count += 1) {
      const best = grid(count, width, height, 12);
      assert.ok(best.columns * best.rows >= count);
      assert.ok(best.columns * best.width + 12 * (best.columns - 1) <= width, `${count} in ${width}x${height}`);
      assert.ok(best.rows * best.height + 12 * (best.rows - 1) <= height, `${count} in ${width}x${height}`);
    }
});

test("wide windows keep the shape of a camera picture", () => {
  for (let count = 1; count <= 12; count += 1) {
    const { width, height } = grid(count, 1200, 620, 12);
    assert.ok(width / height > 1.3 && width / height < 1.8, `${count}: ${width}x${height}`);
  }
});

test("a phone held upright may show portrait tiles, never narrower than 3:4", () => {
  for (let count = 1; count <= 12; count += 1) {
    const { width, height } = grid(count, 340, 560, 12);
    assert.ok(width / height >= 0.74, `${count}: ${width}x${height}`);
  }
});

test("three people on a desktop stand two and one", () => assert.equal(grid(3, 1200, 620, 12).columns, 2));

test("nobody makes no grid of nothing", () => assert.equal(grid(0, 800, 600, 12).columns, 1));

test("heights are told in device pixels, for slots only", () =>
  assert.deepEqual(shown([{ slot: null }, { slot: 0 }, { slot: 4 }], 180, 2, true), { 0: 360, 4: 360 }));

test("a hidden page shows nothing", () => assert.deepEqual(shown([{ slot: 3 }], 180, 2, false), { 3: 0 }));

test("heights stay within the protocol", () => assert.deepEqual(shown([{ slot: 1 }], 4000, 3, true), { 1: 4320 }));
