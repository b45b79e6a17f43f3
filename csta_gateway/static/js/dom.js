// Small building blocks for the page. Data only ever enters the document as text nodes and attributes.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Build an element. Attributes that are null, undefined or false are left out, true gives an empty attribute;
 * `on` is a table of event listeners. Children may be nodes, strings, null or lists of these.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** The same for SVG elements. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function setAttributes(element, { on = {}, ...attributes }) {
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
}

/** Set, change or remove one attribute; touches the document only when something changes. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) return element.removeAttribute(name);
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Change the text of an element; a screen reader must not hear a text again that did not change. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** How long a leaving element may take to slide out, in milliseconds; the style sheets use the same time. */
export const LEAVE_TIME = 150;

/**
 * A list of elements kept in step with a list of values. Elements are kept by key and moved only when the order
 * changes, so that focus, selection and running transitions survive every update.
 */
export class KeyedList {
  /**
   * @param parent element that holds nothing but this list
   * @param keyOf gives the key of a value
   * @param create makes `{element, update(value)}` for a value; update is called right after
   */
  constructor(parent, keyOf, create) {
    this.parent = parent;
    this.keyOf = keyOf;
    this.create = create;
    this.entries = new Map();
  }

  update(values) {
    this.#removeAllBut(new Set(values.map(this.keyOf)));
    let place = this.#present(this.parent.firstChild);
    for (const value of values) {
      const entry = this.#entry(value);
      entry.update(value);
      if (entry.element === place) place = this.#present(place.nextSibling);
      else this.parent.insertBefore(entry.element, place);
    }
  }

  get(key) {
    return this.entries.get(key);
  }

  #entry(value) {
    const key = this.keyOf(value);
    if (!this.entries.has(key)) this.entries.set(key, this.create(value));
    return this.entries.get(key);
  }

  #removeAllBut(keys) {
    for (const [key, entry] of this.entries) {
      if (keys.has(key)) continue;
      this.entries.delete(key);
      leave(entry.element);
    }
  }

  #present(node) {
    while (node?.classList.contains("leaving")) node = node.nextSibling;
    return node;
  }
}

function leave(element) {
  if (!element.classList.contains("slides")) return element.remove();
  element.classList.add("leaving");
  element.inert = true;
  setTimeout(() => element.remove(), LEAVE_TIME);
}

/** Call `action` when the last call of the returned function is `delay` milliseconds ago. */
export function settled(action, delay) {
  let timer = null;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), delay);
  };
}
