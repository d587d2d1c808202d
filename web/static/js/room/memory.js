// What this tab remembers over a reload: switches of the person, and its own random name.

import { randomName } from "./protocol.js";

const OWN = "ipt-rooms-own";
const TAB = "ipt-rooms-tab";

/** @typedef {{ mic: boolean, camera: boolean, hideSelf: boolean, audioOnly: boolean, quiet: boolean }} Own */

/** @returns {Own} */
export function load() {
  const value = parsed(get(OWN));
  return {
    mic: value.mic !== false,
    camera: value.camera !== false,
    hideSelf: value.hideSelf === true,
    audioOnly: value.audioOnly === true,
    quiet: value.quiet === true,
  };
}

/**
 * @param {string | null} text
 * @returns {Partial<Own>} empty for what is no JSON object
 */
function parsed(text) {
  try {
    const value = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** @param {Own} own */
export function save(own) {
  put(OWN, JSON.stringify(own));
}

/** A random name that lives as long as the tab. */
export function tabName() {
  const found = get(TAB);
  if (found !== null) return found;
  const name = randomName();
  put(TAB, name);
  return name;
}

/** @param {string} key */
function get(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null; // storage is off: every load is a new tab
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
function put(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // storage is off: nothing is remembered
  }
}
