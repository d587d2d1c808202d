// Lines of text that came while they were not on the screen.

/** Who wrote something that has not been seen yet, in the order of writing. */
export class Unread {
  /** @type {Set<string>} */
  #from = new Set();
  #forFacilitator;

  /** @param {boolean} forFacilitator facilitators see one person's lines at a time, participants all theirs */
  constructor(forFacilitator) {
    this.#forFacilitator = forFacilitator;
  }

  /**
   * A line came. Two facilitators' lines to a person are no question to a third.
   * @param {{ from: string, to: string | null }} line
   */
  came(line) {
    if (line.to === null || !this.#forFacilitator) this.#from.add(line.from);
  }

  /**
   * Lines stand on the screen: those of one person, for a facilitator.
   * @param {string | null} partner
   */
  read(partner) {
    if (!this.#forFacilitator) this.#from.clear();
    else if (partner !== null) this.#from.delete(partner);
  }

  /** @returns {string | undefined} whoever has waited longest */
  get first() {
    return this.#from.values().next().value;
  }

  get some() {
    return this.#from.size > 0;
  }
}
