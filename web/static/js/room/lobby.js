// The waiting room: an honest status and a line to the facilitators. Also the text lines inside the room.

import { all, copy, fill, need, say } from "./page.js";

/** @import { State, Text } from "./protocol.js" */
/** @import { Words } from "./page.js" */

/**
 * What a waiting person is told, in whole sentences.
 * @param {State} state
 * @param {Words} words
 * @param {string} startsAt clock time of the session's start
 * @returns {string}
 */
export function lobbyStatus(state, words, startsAt) {
  if (state.lobby === null) return "";
  const lines = [];
  if (state.room.locked) lines.push(words.get("lobby_locked"));
  else if (!state.lobby.facilitator_here)
    lines.push(state.now_ms < state.session.starts_at_ms ? words.get("lobby_early", { time: startsAt }) : words.get("lobby_nobody"));
  else if (state.you.first_use) lines.push(words.get("lobby_first"));
  else lines.push(words.get("lobby_soon"));
  if (state.lobby.facilitator_here && state.lobby.ahead > 0) lines.push(words.count("lobby_ahead", state.lobby.ahead));
  return lines.join(" ");
}

/** Lines of text between a person and the facilitators. Events: `say` ({to: string | null, text}),
 * `turn` (another person was chosen). */
export class Texts extends EventTarget {
  #room;
  #words;

  /**
   * @param {HTMLElement} room
   * @param {Words} words
   */
  constructor(room, words) {
    super();
    this.#room = room;
    this.#words = words;
    room.querySelector("[data-text-to]")?.addEventListener("change", () => this.dispatchEvent(new CustomEvent("turn")));
    for (const form of all(room, 'form[data-form="text"]', HTMLFormElement))
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const input = need(form, "input", HTMLInputElement);
        const text = input.value.trim();
        if (text === "") return;
        this.dispatchEvent(new CustomEvent("say", { detail: { to: this.partner, text, sent: () => (input.value = "") } }));
      });
  }

  /** @returns {string | null} the member a facilitator writes to */
  get partner() {
    const select = this.#room.querySelector("[data-text-to]");
    return select instanceof HTMLSelectElement ? select.value : null;
  }

  /**
   * @param {{ member: string, name: string }[]} partners whom a facilitator can write to
   * @param {string} [chosen]
   */
  offer(partners, chosen) {
    const select = this.#room.querySelector("[data-text-to]");
    if (!(select instanceof HTMLSelectElement)) return;
    const keep = chosen ?? select.value;
    const same = [...select.options].map((one) => one.value).join() === partners.map((one) => one.member).join();
    if (!same) select.replaceChildren(...partners.map((one) => new Option(one.name, one.member)));
    if (partners.some((one) => one.member === keep)) select.value = keep;
  }

  /**
   * @param {Text[]} texts
   * @param {string} me
   */
  paint(texts, me) {
    const partner = this.partner;
    const mine = texts.filter((one) => partner === null || one.from === partner || one.to === partner);
    for (const list of all(this.#room, "[data-texts]", HTMLElement)) {
      const before = list.childElementCount;
      fill(
        list,
        mine,
        (one) => `${one.at_ms} ${one.from} ${one.text}`,
        () => copy("pattern-text"),
        (element, one) => {
          element.toggleAttribute("data-own", one.from === me);
          say(need(element, "[data-who]", HTMLElement), one.from === me ? this.#words.get("text_own") : one.name);
          say(need(element, "[data-words]", HTMLElement), one.text);
        },
      );
      if (list.childElementCount > before) list.scrollTop = list.scrollHeight;
    }
  }
}
