// Why a camera or microphone did not start, told apart so that the page can say what to do. Pure.

/**
 * @typedef {"dismissed" | "denied" | "denied_by_system" | "busy" | "missing" | "constraints" | "insecure" | "in_app"
 *   | "unsupported" | "unknown"} Failure
 * @typedef {"ios" | "android" | "firefox" | "safari" | "chromium"} Family
 * @typedef {{ name: string, message: string, permission: PermissionState | "unknown", secure: boolean,
 *   supported: boolean, inApp: boolean }} Circumstance
 */

/**
 * The reason in one word.
 * @param {Circumstance} seen
 * @returns {Failure}
 */
export function classify(seen) {
  if (!seen.secure) return "insecure";
  if (!seen.supported) return seen.inApp ? "in_app" : "unsupported";
  switch (seen.name) {
    case "NotAllowedError":
    case "PermissionDeniedError":
    case "SecurityError":
      return refusal(seen);
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return "busy";
    case "NotFoundError":
    case "DevicesNotFoundError":
      return "missing";
    case "OverconstrainedError":
      return "constraints";
    default:
      return "unknown";
  }
}

/**
 * @param {Circumstance} seen
 * @returns {Failure}
 */
function refusal(seen) {
  if (/system/i.test(seen.message)) return "denied_by_system";
  if (seen.inApp) return "in_app";
  if (/dismiss/i.test(seen.message) || seen.permission === "prompt") return "dismissed";
  // The site may ask and yet was refused: then the operating system said no.
  return seen.permission === "granted" ? "denied_by_system" : "denied";
}

/**
 * Is this browser a view inside a mail or messenger app? Those often have no camera.
 * @param {string} agent
 * @returns {boolean}
 */
export function insideApp(agent) {
  return /FBAN|FBAV|Instagram|Line\/|WhatsApp|Snapchat|Twitter|LinkedInApp|MicroMessenger|GSA\/|; wv\)/.test(agent);
}

/**
 * Which words about permissions fit this browser.
 * @param {string} agent
 * @returns {Family}
 */
export function family(agent) {
  if (/iPhone|iPad|iPod/.test(agent)) return "ios";
  if (/Android/.test(agent)) return "android";
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Safari\//.test(agent) && !/Chrom(e|ium)\//.test(agent)) return "safari";
  return "chromium";
}

/**
 * Is it a phone by its agent and its smaller side (CSS pixels)?
 * @param {string} agent
 * @param {number} smallerSide
 * @returns {boolean}
 */
export function isPhone(agent, smallerSide) {
  return /iPhone|Android.+Mobile|Mobile;/.test(agent) || smallerSide < 500;
}
