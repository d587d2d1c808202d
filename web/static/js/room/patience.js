// How long a receiver waits before it shows and plays what came. A path that loses packets gets them again a round trip
// later; a browser learns by itself to wait for them, but drops pictures for ten seconds until it has. Pure but for `attend`.

const EVERY_MS = 1000;
/** Repairs asked for, as a share of the packets that came: above the first waiting begins, below the second it ends. */
export const LOSSY = 0.02;
export const CLEAN = 0.005;
/** Fewer packets than this say nothing about a path. */
export const ENOUGH = 30;
/** A path must be clean for so long before the delay is taken back: each change is heard. */
export const CALM_MS = 20_000;
/** What finding the gap, asking the sender and a second loss may take beside round trips. */
const BESIDE_MS = 80;
const LONGEST_MS = 400;

/**
 * @typedef {{ received: number, asked: number, waitMs: number | null, cleanSince: number | null }} Patience
 * @typedef {{ at: number, received: number, asked: number, roundTripMs: number }} Sample
 */

/** @type {Patience} */
export const NONE = { received: 0, asked: 0, waitMs: null, cleanSince: null };

/**
 * The patience after a sample; `waitMs` is null where the browser's own judgement is best. Times are milliseconds of one
 * clock, counts are those since the connection began.
 * @param {Patience} before
 * @param {Sample} sample
 * @returns {Patience}
 */
export function learn(before, sample) {
  const received = sample.received - before.received;
  if (received < ENOUGH) return received < 0 ? { ...NONE, received: sample.received, asked: sample.asked } : before;
  const share = (sample.asked - before.asked) / received;
  const next = { ...before, received: sample.received, asked: sample.asked };
  if (share >= LOSSY) {
    const wanted = Math.min(LONGEST_MS, Math.round(BESIDE_MS + 1.5 * sample.roundTripMs));
    return { ...next, waitMs: Math.max(wanted, before.waitMs ?? 0), cleanSince: null };
  }
  if (share >= CLEAN || before.waitMs === null) return { ...next, cleanSince: null };
  const since = before.cleanSince ?? sample.at;
  return sample.at - since >= CALM_MS ? { ...next, waitMs: null, cleanSince: null } : { ...next, cleanSince: since };
}

/**
 * Looks after the receivers of a connection until the returned function is called.
 * @param {RTCPeerConnection} pc
 * @returns {() => void}
 */
export function attend(pc) {
  let patience = NONE;
  const timer = setInterval(async () => {
    if (pc.connectionState !== "connected") return;
    const next = learn(patience, { at: performance.now(), ...tally(await pc.getStats()) });
    if (next.waitMs !== patience.waitMs) apply(pc, next.waitMs);
    patience = next;
  }, EVERY_MS);
  return () => clearInterval(timer);
}

/**
 * Sound and picture of everybody alike, so that they stay in step.
 * @param {RTCPeerConnection} pc
 * @param {number | null} waitMs
 */
function apply(pc, waitMs) {
  for (const receiver of pc.getReceivers()) if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = waitMs;
}

/** @param {RTCStatsReport} report */
function tally(report) {
  const found = { received: 0, asked: 0, roundTripMs: 0 };
  for (const one of report.values()) {
    if (one.type === "inbound-rtp" && one.kind === "video") {
      found.received += one.packetsReceived ?? 0;
      found.asked += one.nackCount ?? 0;
    } else if (one.type === "candidate-pair" && one.nominated) {
      found.roundTripMs = Math.max(found.roundTripMs, (one.currentRoundTripTime ?? 0) * 1000);
    }
  }
  return found;
}
