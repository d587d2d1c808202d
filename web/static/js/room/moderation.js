// What facilitators can press. Each press is one message; what cannot be taken back lightly is asked first.

import { ask } from "./dialogs.js";

/** @import { ClientMessage } from "./protocol.js" */
/** @import { Words } from "./page.js" */

/**
 * The actions by the name on their buttons.
 * @param {{ room: HTMLElement, words: Words, send: (message: ClientMessage) => boolean,
 *   about: (button: HTMLElement) => string, locked: () => boolean }} tools
 * @returns {Record<string, (button: HTMLElement) => void | Promise<void>>}
 */
export function moderation({ room, words, send, about, locked }) {
  /** @param {"end_greet" | "mute" | "sheet" | "send_back"} type */
  const tell = (type) => (/** @type {HTMLElement} */ button) => void send({ type, member: about(button) });

  /**
   * @param {"send_back" | "decline" | "remove" | "end"} key
   * @param {HTMLElement} button
   * @param {boolean} [reason]
   */
  const sure = (key, button, reason = false) => {
    const name = button.dataset["name"] ?? "";
    const question = { title: words.get(`${key}_title`, { name }), words: words.get(`${key}_words`, { name }), yes: words.get(`${key}_yes`) };
    return ask(room, { ...question, danger: true, reason });
  };

  /** @param {"send_back" | "remove"} type */
  const tellWhenSure = (type) => async (/** @type {HTMLElement} */ button) => {
    const member = about(button); // the row may be painted anew while the question is open
    if ((await sure(type, button)) !== null) send({ type, member });
  };

  return {
    admit: (button) => void send({ type: "admit", members: [about(button)] }),
    "admit-all": () => void send({ type: "admit", all: true }),
    greet: (button) => {
      button.toggleAttribute("disabled", true); // a double press is one wish
      setTimeout(() => button.toggleAttribute("disabled", false), 2500);
      send({ type: "greet", member: about(button) });
    },
    "end-greet": tell("end_greet"),
    "send-back": tellWhenSure("send_back"),
    "let-again": tell("send_back"), // undoes a decline or a removal, which needs no question
    mute: tell("mute"),
    sheet: tell("sheet"),
    "ask-mic": (button) => void send({ type: "ask", member: about(button), what: "mic" }),
    "ask-camera": (button) => void send({ type: "ask", member: about(button), what: "camera" }),
    lock: () => void send({ type: "lock", on: !locked() }),
    decline: async (button) => {
      const member = about(button);
      const reason = await sure("decline", button, true);
      if (reason !== null) send({ type: "decline", member, ...(reason === "" ? {} : { words: reason }) });
    },
    remove: tellWhenSure("remove"),
    end: async (button) => {
      if ((await sure("end", button)) !== null) send({ type: "end" });
    },
  };
}
