// Finding parts of the page, filling lists without losing focus, and words that the server put into the page.

/**
 * The element, or an error that names what the page lacks.
 * @template {Element} T
 * @param {ParentNode} within
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function need(within, selector, type) {
  const found = within.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the page lacks ${selector}`);
  return found;
}

/**
 * @template {Element} T
 * @param {ParentNode} within
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T[]}
 */
export function all(within, selector, type) {
  /** @type {T[]} */
  const found = [];
  for (const one of within.querySelectorAll(selector)) if (one instanceof type) found.push(one);
  return found;
}

/**
 * A fresh copy of the first element of a <template>.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function copy(id) {
  const first = need(document, `#${id}`, HTMLTemplateElement).content.firstElementChild?.cloneNode(true);
  if (!(first instanceof HTMLElement)) throw new Error(`template ${id} is empty`);
  return first;
}

/**
 * Make the children of `list` show `items`: kept, moved, added and removed by key, so that focus and pictures stay.
 * @template T
 * @param {HTMLElement} list
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @param {(item: T) => HTMLElement} make
 * @param {(element: HTMLElement, item: T) => void} update
 */
export function fill(list, items, key, make, update) {
  const former = new Map([...list.children].map((one) => [/** @type {HTMLElement} */ (one).dataset["key"] ?? "", /** @type {HTMLElement} */ (one)]));
  let place = list.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let element = former.get(name);
    former.delete(name);
    if (element === undefined) {
      element = make(item);
      element.dataset["key"] = name;
    }
    if (element === place) place = place.nextElementSibling;
    else list.insertBefore(element, place);
    update(element, item);
  }
  for (const gone of former.values()) gone.remove();
}

/**
 * Set text only when it differs: a live region must not speak twice.
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * The JSON in a data block of the page.
 * @param {string} id
 * @returns {any}
 */
export function data(id) {
  return JSON.parse(need(document, `#${id}`, HTMLScriptElement).textContent ?? "");
}

/** Words of the page's language, by key, with {name} places. */
export class Words {
  #words;

  /** @param {Record<string, string>} words */
  constructor(words) {
    this.#words = words;
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   * @returns {string}
   */
  get(key, values = {}) {
    const words = this.#words[key];
    if (words === undefined) throw new Error(`no words for ${key}`);
    return words.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  }

  /**
   * `key_one` or `key_many` by the number.
   * @param {string} key
   * @param {number} count
   */
  count(key, count) {
    return this.get(count === 1 ? `${key}_one` : `${key}_many`, { count });
  }
}
