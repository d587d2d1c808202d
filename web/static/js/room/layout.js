// Where the tiles go and how large they are. Pure.

/**
 * @typedef {{ columns: number, rows: number, width: number, height: number }} Grid
 */

/** Cameras give 4:3 to 16:9; on a phone held upright portrait tiles waste less than they crop. */
const WIDE = 16 / 9;
const NARROW = 4 / 3;
const NARROW_ON_PHONE = 3 / 4;
/** Boxes narrower than this (CSS px) are phones held upright. */
const PHONE_PX = 600;

/**
 * The grid in which `count` equal tiles show the most picture inside `width` by `height` (CSS px).
 * @param {number} count
 * @param {number} width
 * @param {number} height
 * @param {number} gap
 * @returns {Grid}
 */
export function grid(count, width, height, gap) {
  const narrow = width < PHONE_PX && height > width ? NARROW_ON_PHONE : NARROW;
  /** @type {Grid} */
  let best = { columns: 1, rows: Math.max(1, count), width: 0, height: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.max(1, Math.ceil(count / columns));
    const cell = fit((width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows, narrow);
    if (worth(cell) > worth(best) * 1.001) best = { columns, rows, ...cell };
  }
  return best;
}

/**
 * The largest tile of a good shape inside a cell.
 * @param {number} width
 * @param {number} height
 * @param {number} narrow
 * @returns {{ width: number, height: number }}
 */
function fit(width, height, narrow) {
  if (width <= 0 || height <= 0) return { width: 0, height: 0 };
  const shape = width / height;
  if (shape > WIDE) return { width: Math.floor(height * WIDE), height: Math.floor(height) };
  if (shape < narrow) return { width: Math.floor(width), height: Math.floor(width / narrow) };
  return { width: Math.floor(width), height: Math.floor(height) };
}

/**
 * The area a face profits from: beyond 4:3 in either direction a picture is only cropped or padded.
 * @param {{ width: number, height: number }} tile
 * @returns {number}
 */
function worth(tile) {
  const width = Math.min(tile.width, (tile.height * 4) / 3);
  const height = Math.min(tile.height, (tile.width * 4) / 3);
  return width * height;
}

/**
 * The `show` message: device pixels of height for each slot; 0 = not shown.
 * @param {{ slot: number | null }[]} everybody
 * @param {number} height CSS px of a tile
 * @param {number} ratio device pixels per CSS pixel
 * @param {boolean} visible false in a hidden tab and with sound only
 * @returns {Record<string, number>}
 */
export function shown(everybody, height, ratio, visible) {
  /** @type {Record<string, number>} */
  const slots = {};
  for (const one of everybody) {
    if (one.slot === null) continue;
    slots[String(one.slot)] = visible ? Math.max(0, Math.min(4320, Math.round(height * ratio))) : 0;
  }
  return slots;
}
