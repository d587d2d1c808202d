// What everybody can press on the room page, by the name on the buttons. What only facilitators press stands in moderation.js.

import { ask, closeAll, open } from "./dialogs.js";

/** @import { ClientMessage } from "./protocol.js" */
/** @import { Chime } from "./devices.js" */
/** @import { Door, Step } from "./door.js" */
/** @import { Media } from "./media.js" */
/** @import { Own } from "./own.js" */
/** @import { Screens } from "./screens.js" */
/** @import { Stage } from "./stage.js" */
/** @import { Words } from "./page.js" */

/** The second press of a double click is none. */
const DOUBLE_CLICK_MS = 500;

/**
 * @typedef {Record<string, (button: HTMLElement) => void | Promise<void>>} Actions
 * @typedef {{ room: HTMLElement, words: Words, own: Own, door: Door, media: Media, chime: Chime, stage: Stage, screens: Screens,
 *   send: (message: ClientMessage) => boolean, go: (step: Step) => void, lists: () => Promise<void>, render: () => void,
 *   knock: () => void, write: (member?: string) => void, leave: () => void, takeOver: () => void }} Tools
 */

/**
 * @param {Tools} tools
 * @returns {Actions}
 */
export function actions(tools) {
  const { room, words, own, send, render } = tools;

  /** @param {"hideSelf" | "audioOnly" | "quiet"} wish */
  const flip = (wish) => () => {
    own.keep({ [wish]: !own.wishes[wish] });
    render();
  };

  return {
    ...preparing(tools),
    mic: () => own.toggle("mic"),
    camera: () => own.toggle("camera"),
    "start-sound": () => tools.stage.play(),
    settings: async () => {
      await tools.lists();
      open(room, "settings").addEventListener("close", () => render(), { once: true });
      render();
    },
    messages: () => tools.write(),
    text: (button) => tools.write(button.dataset["member"] ?? ""),
    "hide-self": flip("hideSelf"),
    "audio-only": flip("audioOnly"),
    quiet: flip("quiet"),
    cancel: () => closeAll(room),
    leave: async () => {
      const yes = await ask(room, { title: words.get("leave_title"), words: words.get("leave_words"), yes: words.get("leave_yes") });
      if (yes !== null && !send({ type: "leave" })) tools.leave();
    },
    rejoin: () => location.reload(),
    "take-over": () => tools.takeOver(),
    panel: () => tools.screens.panel(),
    // The link opens its page by itself; a member's press tells the facilitators, and nobody else.
    help: () => {
      if (room.querySelector("[data-text-to]") === null) send({ type: "text", text: words.get("help_pressed") });
    },
  };
}

/**
 * Before the room: devices, a sound to hear, going on.
 * @param {Tools} tools
 * @returns {Actions}
 */
function preparing({ own, door, media, chime, go, knock }) {
  return {
    "check-devices": async () => {
      door.asking(true);
      await own.askAgain();
      door.asking(false);
      go("devices");
    },
    "retry-devices": () => own.askAgain(),
    "skip-devices": async () => {
      await own.goWithout();
      go("devices"); // sound and connection are worth a look all the same
    },
    continue: () => knock(),
    "play-sound": async () => {
      await chime.play(media.chosen("speaker"));
      door.played();
    },
    "heard-yes": () => door.heard(true),
    "heard-no": () => door.heard(false),
  };
}

/**
 * Do what is pressed; a press beside an open dialog closes it.
 * @param {HTMLElement} room
 * @param {Actions} known
 */
export function follow(room, known) {
  room.addEventListener("click", (event) => {
    const pressed = event.target;
    if (pressed instanceof HTMLDialogElement) {
      if (performance.now() - Number(pressed.dataset["openedAt"] ?? 0) > DOUBLE_CLICK_MS) pressed.close();
      return;
    }
    const target = pressed instanceof Element ? pressed.closest("[data-action]") : null;
    if (!(target instanceof HTMLElement) || target.hasAttribute("disabled")) return;
    const action = known[target.dataset["action"] ?? ""];
    if (action !== undefined && !(target instanceof HTMLButtonElement && target.type === "submit")) void action(target);
  });
}
