// What a connection is made of, and what it has counted. Knows nothing of offers, refusals or mends.

/** Three sizes of the same picture; the server picks one for each viewer. Bit rates fit faces in a room of twelve. */
const LAYERS = [
  { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
];

/**
 * @typedef {{ audio: MediaStreamTrack, video: MediaStreamTrack }} Slot
 * @typedef {{ pc: RTCPeerConnection, mic: RTCRtpTransceiver, camera: RTCRtpTransceiver, slots: Slot[] }} Connection
 */

/**
 * A new connection: microphone, camera, and pairs of receivers.
 * @param {number} count receive pairs
 * @param {RTCIceServer[]} iceServers
 * @returns {Connection}
 */
export function connection(count, iceServers) {
  const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers });
  const mic = pc.addTransceiver("audio", { direction: "sendonly" });
  const camera = pc.addTransceiver("video", { direction: "sendonly", sendEncodings: LAYERS.map((layer) => ({ ...layer })) });
  const slots = Array.from({ length: count }, () => ({
    audio: pc.addTransceiver("audio", { direction: "recvonly" }).receiver.track,
    video: pc.addTransceiver("video", { direction: "recvonly" }).receiver.track,
  }));
  preferCodecs(pc);
  return { pc, mic, camera, slots };
}

/**
 * Offer Opus and VP8 with retransmission only: a quarter of the offer's size, and nothing the room does not forward.
 * @param {RTCPeerConnection} pc
 */
function preferCodecs(pc) {
  const wanted = {
    audio: wantedCodecs("audio", ["audio/opus"]),
    video: wantedCodecs("video", ["video/vp8", "video/rtx"]),
  };
  for (const one of pc.getTransceivers()) {
    const kind = one.receiver.track.kind === "audio" ? "audio" : "video";
    if (wanted[kind].length > 0 && "setCodecPreferences" in one) one.setCodecPreferences(wanted[kind]);
  }
}

/**
 * @param {"audio" | "video"} kind
 * @param {string[]} names
 */
function wantedCodecs(kind, names) {
  const known = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  return names.flatMap((name) => known.filter((codec) => codec.mimeType.toLowerCase() === name));
}

/**
 * Packets that came and checks that were answered so far.
 * @param {RTCPeerConnection} pc
 * @param {RTCRtpTransceiver | null} near a sender whose small report names the transport, where the browser links it
 */
export async function counts(pc, near) {
  const small = near === null ? null : tally(await near.sender.getStats());
  return small?.linked === true ? small : tally(await pc.getStats());
}

/** @param {RTCStatsReport} report */
function tally(report) {
  let transport = -1;
  let inbound = 0;
  /** @type {Map<string, number>} */
  const pairs = new Map();
  for (const one of report.values()) {
    if (one.type === "transport" && typeof one.packetsReceived === "number") transport = Math.max(0, transport) + one.packetsReceived;
    else if (one.type === "inbound-rtp") inbound += one.packetsReceived ?? 0;
    else if (one.type === "candidate-pair") pairs.set(one.id, one.responsesReceived ?? 0);
  }
  return { packets: transport >= 0 ? transport : inbound, pairs, linked: transport >= 0 };
}
