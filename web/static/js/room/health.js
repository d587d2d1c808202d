// Is the path of the one connection alive? Pure: samples in, an act out. Times are milliseconds of one clock.

/** No packet for this long while some should come: try another path. */
export const SILENCE_MS = 1000;
/** A restart gets this long before a whole new connection is made. */
export const HEAL_MS = 3000;
/** A connection that is not up by now is made anew. */
export const CONNECT_MS = 8000;
/** The path answers checks but nobody's packets come: wait this long, the fault is likely at the other end. */
export const PATIENT_MS = 60_000;

/**
 * @typedef {{ bornAt: number, upAt: number | null, packets: number, movedAt: number, checks: number,
 *   restartedAt: number | null, checksAtRestart: number }} Health
 * @typedef {{ at: number, packets: number, checks: number, expected: boolean,
 *   state: RTCPeerConnectionState }} Sample
 * @typedef {"none" | "restart" | "renew"} Act
 */

/**
 * A connection just made.
 * @param {number} at
 * @returns {Health}
 */
export function born(at) {
  return { bornAt: at, upAt: null, packets: 0, movedAt: at, checks: 0, restartedAt: null, checksAtRestart: 0 };
}

/**
 * The health after a sample, and what to do now.
 * @param {Health} health
 * @param {Sample} sample
 * @returns {{ health: Health, act: Act, silentMs: number }}
 */
export function judge(health, sample) {
  const next = moved(health, sample);
  const silentMs = sample.expected && next.upAt !== null ? sample.at - next.movedAt : 0;
  const act = decide(next, sample, silentMs);
  if (act === "restart") {
    next.restartedAt = sample.at;
    next.checksAtRestart = sample.checks;
  }
  return { health: next, act, silentMs };
}

/**
 * @param {Health} health
 * @param {Sample} sample
 * @returns {Health}
 */
function moved(health, sample) {
  const next = { ...health, checks: sample.checks };
  if (sample.state === "connected" && next.upAt === null) {
    next.upAt = sample.at;
    next.movedAt = sample.at;
  }
  if (sample.packets !== health.packets || !sample.expected) next.movedAt = sample.at;
  if (sample.packets > health.packets && sample.state === "connected") next.restartedAt = null;
  next.packets = sample.packets;
  return next;
}

/**
 * @param {Health} health
 * @param {Sample} sample
 * @param {number} silentMs
 * @returns {Act}
 */
function decide(health, sample, silentMs) {
  if (sample.state === "failed" || sample.state === "closed") return "renew";
  if (health.upAt === null) return sample.at - health.bornAt > CONNECT_MS ? "renew" : "none";
  const broken = sample.state === "disconnected" || silentMs >= SILENCE_MS;
  if (!broken) return "none";
  if (health.restartedAt === null) return "restart";
  const waited = sample.at - health.restartedAt;
  const answered = sample.checks > health.checksAtRestart && sample.state === "connected";
  return waited >= (answered ? PATIENT_MS : HEAL_MS) ? "renew" : "none";
}
