// The wire vocabulary of a room: one type for each message, reading and writing of frames. No DOM, no socket, no RTC.

/** Receive pairs this client offers: everybody else of a room of twelve. */
export const SLOTS = 11;

/** Versions of the protocol this client speaks. */
export const VERSIONS = [1];

/**
 * @typedef {"door" | "lobby" | "greet" | "room" | "held" | "ended" | "declined" | "removed" | "left" | "elsewhere"} Stage
 * @typedef {"up" | "connecting" | "reconnecting" | "away"} Connection
 * @typedef {"participant" | "facilitator"} Role
 * @typedef {{ member: string, seat: number, role: Role, name: string, stage: Stage, mic_allowed: boolean,
 *   first_use: boolean, mic: boolean, camera: boolean, muted: boolean }} You
 * @typedef {{ ordinal: number, count: number, title: string, starts_at_ms: number, ends_at_ms: number,
 *   deadline_ms: number | null }} Session
 * @typedef {{ member: string, seat: number, name: string, role: Role, stage: Stage, mic: boolean, camera: boolean,
 *   muted: boolean, connection: Connection }} Member
 * @typedef {{ slot: number, member: string | null }} Slot
 * @typedef {{ member: string, seat: number, name: string, stage: Stage, since_ms: number, first_use: boolean,
 *   new_device: boolean, alone: boolean | null, headphones: boolean | null, connection: Connection,
 *   text_unread: number }} Waiting
 * @typedef {{ member: string, name: string, gone_since_ms: number }} Call
 * @typedef {{ member: string, name: string, stage: "declined" | "removed" }} TurnedAway
 */

/**
 * @typedef {{ type: "state", version: number, now_ms: number, stage: Stage, you: You, session: Session,
 *   room: { state: "waiting" | "open" | "held" | "ended", locked: boolean }, members: Member[], slots: Slot[],
 *   waiting: Waiting[], lobby: { ahead: number, facilitator_here: boolean } | null,
 *   greet: { member: string, name: string, open: boolean } | null, calls: Call[], turned_away: TurnedAway[] }} State
 * @typedef {{ type: "answer", request: number, connection: string, sdp: string }} Answer
 * @typedef {{ type: "refused", request: number, connection: string, cause: string, words: string }} Refused
 * @typedef {{ type: "renew", connection: string | null, words: string }} Renew
 * @typedef {{ type: "levels", speaking: string[] }} Levels
 * @typedef {{ type: "quality", paused: string[], words: string }} Quality
 * @typedef {{ type: "text", from: string, name: string, to: string | null, text: string, at_ms: number }} Text
 * @typedef {{ type: "asked", what: "mic" | "camera", words: string }} Asked
 * @typedef {{ type: "sheet", member: string, where: string | null, phone: string | null, emergency: string | null,
 *   alone: boolean | null, headphones: boolean | null, at_ms: number | null }} Sheet
 * @typedef {{ type: "pulse", n: number, now_ms: number }} Pulse
 * @typedef {{ type: "notice", code: string, words: string }} Notice
 * @typedef {{ type: "error", code: string, words: string }} Fault
 * @typedef {{ type: "bye", code: string, words: string }} Bye
 * @typedef {State | Answer | Refused | Renew | Levels | Quality | Text | Asked | Sheet | Pulse | Notice | Fault | Bye} ServerMessage
 */

/**
 * @typedef {{ type: "hello", ticket: string, versions: number[], slots: number, device: "desktop" | "phone", tab: string }} Hello
 * @typedef {{ type: "offer", request: number, connection: string, sdp: string }} Offer
 * @typedef {{ type: "arrive", where?: string, phone?: string, alone?: boolean, headphones?: boolean }} Arrive
 * @typedef {{ type: "mic" | "camera" | "lock", on: boolean }} Switch
 * @typedef {{ type: "show", slots: Record<string, number> }} Show
 * @typedef {{ type: "text", to?: string, text: string }} Say
 * @typedef {{ type: "leave" | "take_over" | "end" }} Plain
 * @typedef {{ type: "pulse", n: number }} Ping
 * @typedef {{ type: "blind", since_ms: number, packets: number }} Blind
 * @typedef {{ type: "admit", members: string[] } | { type: "admit", all: true }} Admit
 * @typedef {{ type: "greet" | "end_greet" | "send_back" | "mute" | "remove" | "sheet", member: string }} About
 * @typedef {{ type: "decline", member: string, words?: string }} Decline
 * @typedef {{ type: "ask", member: string, what: "mic" | "camera" }} Ask
 * @typedef {Hello | Offer | Arrive | Switch | Show | Say | Plain | Ping | Blind | Admit | About | Decline | Ask} ClientMessage
 */

/** @type {Record<ServerMessage["type"], Record<string, string>>} the fields a message must have, with their JSON types */
const NEEDED = {
  state: { version: "number", now_ms: "number", stage: "string", you: "object", session: "object", room: "object", members: "array", slots: "array", waiting: "array", calls: "array", turned_away: "array" },
  answer: { request: "number", connection: "string", sdp: "string" },
  refused: { request: "number", connection: "string", cause: "string", words: "string" },
  renew: { words: "string" },
  levels: { speaking: "array" },
  quality: { paused: "array", words: "string" },
  text: { from: "string", name: "string", text: "string", at_ms: "number" },
  asked: { what: "string", words: "string" },
  sheet: { member: "string" },
  pulse: { n: "number" },
  notice: { code: "string", words: "string" },
  error: { code: "string", words: "string" },
  bye: { code: "string", words: "string" },
};

/**
 * The message in a frame; null for a type this version does not know. Malformed frames throw.
 * @param {string} frame
 * @returns {ServerMessage | null}
 */
export function read(frame) {
  /** @type {unknown} */
  const value = JSON.parse(frame);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("a frame is one object");
  const message = /** @type {Record<string, unknown>} */ (value);
  const kind = String(message["type"]);
  if (!Object.hasOwn(NEEDED, kind)) return null;
  const needed = NEEDED[/** @type {ServerMessage["type"]} */ (kind)];
  for (const [field, type] of Object.entries(needed)) {
    const found = Array.isArray(message[field]) ? "array" : typeof message[field];
    if (found !== type || message[field] === null) throw new TypeError(`${kind}.${field} should be ${type}`);
  }
  return /** @type {ServerMessage} */ (value);
}

/**
 * The frame of a message.
 * @param {ClientMessage} message
 * @returns {string}
 */
export function write(message) {
  return JSON.stringify(message);
}

/**
 * A random name for a connection or a tab, made of characters every party accepts.
 * @returns {string} 22 characters, 128 bits
 */
export function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
