// How long to wait before the next try. Pure.

/** The first tries come fast because most breaks are short; docs/protocol.md section 7 has the same row. */
const WAITS_MS = [0, 300, 1200, 2700, 4800];
const LATER_MS = 7000;
const CHANCE_MS = 1000;

/**
 * Milliseconds before try `attempt` (0 = first). Late tries get up to a second of chance so that a room full of
 * people does not come back in one instant.
 * @param {number} attempt
 * @param {number} chance 0 to 1
 * @returns {number}
 */
export function delay(attempt, chance) {
  return WAITS_MS[attempt] ?? LATER_MS + Math.round(chance * CHANCE_MS);
}
