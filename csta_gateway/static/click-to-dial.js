// Makes the telephone numbers of any page links that open the call screen, ready to dial:
//
//   <script src="https://gateway.example.org/click-to-dial.js" defer></script>
//
// It has no session and sends nothing: a click opens `/dial#tel:…` of the gateway it came from, where the user presses
// Dial. What stands in an element with data-csta-dial="off" is left alone.
(() => {
  "use strict";

  const HANDLER = new URL("dial", document.currentScript.src);
  const MARK = "data-csta-dial";
  const WORDS = { de: "{number} anrufen", en: "Call {number}" };
  const WINDOW = "popup,noopener,width=420,height=760";
  const PAUSE = 100; // milliseconds in which changes of a page are collected
  const [FEWEST, MOST] = [7, 15]; // digits of a number that has no word before it, and of any (ITU-T E.164 §6)

  /** Elements whose text is no prose, or does something already. */
  const LEFT_ALONE =
    "a, button, input, textarea, select, script, style, noscript, template, code, pre, time, svg, math, [contenteditable], " +
    `[${MARK}]`;

  // A number begins with + or 0. Before it stands no letter, no sign of an address, and no digit of something longer
  // (an IBAN, a date, a version); between its digits are at most three signs, and no slash before another number.
  const BEFORE = String.raw`(?<![\p{L}\p{N}@#_=&?%+,]|\p{N}[ .:\u00a0-])`;
  const PLAIN = String.raw`${BEFORE}\(?(?:\+\s?[1-9]|0)(?:(?!\s?\/\s?[0+])[ \u00a0()/.–-]{0,3}\d){5,16}`;
  // With a word before it, also an extension or a local number is one.
  const LABELS = "Tel|Telefon|Telephone|Phone|Fon|Mobil|Mobile|Handy|Durchwahl|DW|Ext|Extension";
  const LABEL = String.raw`(?<=(?<!\p{L})(?:${LABELS})[.:]{0,2}[ \u00a0]{0,2})`;
  const LABELLED = String.raw`${LABEL}[1-9](?:[ \u00a0/–-]{0,3}\d){2,14}`;
  const NUMBER = new RegExp(`${PLAIN}|${LABELLED}`, "giu");
  const GOES_ON = /^(?:[\p{L}\p{N}@_%&=]|[.,:–-]\p{N})/u;
  const DATE_OR_DECIMAL = /^(?:\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:\d{4}|\d{2})(?!\d)|0\.\d+$)/;
  const FAX = /(?:^|[^\p{L}])(?:Tele)?fax[^\p{L}\p{N}]{0,4}$/iu;

  /** Where in a text numbers stand: `[{start, end, dial}]`. */
  function numbersIn(text) {
    return [...text.matchAll(NUMBER)].flatMap(({ 0: found, index: start }) => {
      const end = start + found.length;
      const dial = dialled(found);
      const digits = dial.replace("+", "").length;
      const short = /^[1-9]/.test(found) ? 0 : FEWEST;
      const other = digits < short || digits > MOST || DATE_OR_DECIMAL.test(found) || isOfOther(text, start, end);
      return other ? [] : [{ start, end, dial }];
    });
  }

  /** Digits and the plus; the zero in +49 (0)89 is only for callers at home. */
  function dialled(number) {
    const international = number.replace(/^\(?\+/, "+").replace(/^(\+[\d\s]+)\(0\)/, "$1");
    return (international.startsWith("+") ? "+" : "") + international.replace(/\D/g, "");
  }

  /** Whether the digits belong to something longer, a fax machine, or a web or mail address. */
  function isOfOther(text, start, end) {
    if (GOES_ON.test(text.slice(end)) || FAX.test(text.slice(0, start))) return true;
    const before = text.slice(0, start).match(/\S*$/)[0];
    const after = text.slice(end).match(/^\S*/)[0];
    return /:\/\/|www\.|@/i.test(before) || after.includes("@");
  }

  function link(text, dial) {
    const words = WORDS[document.documentElement.lang.slice(0, 2)] ?? WORDS[navigator.language.slice(0, 2)] ?? WORDS.en;
    const element = document.createElement("a");
    element.href = `tel:${dial}`;
    element.title = words.replace("{number}", text);
    element.setAttribute(MARK, "on");
    element.textContent = text;
    return element;
  }

  function linkNumbers(node) {
    const text = node.data;
    const parts = [];
    let done = 0;
    for (const { start, end, dial } of numbersIn(text)) {
      parts.push(text.slice(done, start), link(text.slice(start, end), dial));
      done = end;
    }
    if (parts.length) node.replaceWith(...parts, text.slice(done));
  }

  function textsIn(root) {
    if (root.nodeType === Node.TEXT_NODE) return [root];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    return texts;
  }

  function look(root) {
    for (const node of textsIn(root)) {
      const parent = node.parentElement;
      if (parent && node.isConnected && !parent.closest(LEFT_ALONE)) linkNumbers(node);
    }
  }

  const changed = new Set();
  let timer = null;

  function lookAtChanges() {
    timer = null;
    const roots = [...changed];
    changed.clear();
    roots.forEach(look);
  }

  function remember(records) {
    for (const { target, addedNodes, type } of records) {
      for (const node of type === "characterData" ? [target] : addedNodes) changed.add(node);
    }
    if (changed.size) timer ??= setTimeout(lookAtChanges, PAUSE);
  }

  /** The call screen, when it stands in a frame of this page: the number goes there. */
  function frame() {
    const screen = new URL("./", HANDLER).href;
    return [...document.querySelectorAll("iframe")].find(({ src }) => src.startsWith(screen))?.contentWindow;
  }

  function dial(event) {
    const target = event.target.closest?.('a[href^="tel:" i], a[href^="callto:" i]');
    if (!target || target.closest(`[${MARK}="off"]`)) return;
    event.preventDefault();
    const screen = frame();
    if (screen) return screen.postMessage({ csta: 1, type: "prepare", number: target.href }, HANDLER.origin);
    HANDLER.hash = target.href;
    window.open(HANDLER, "_blank", WINDOW);
  }

  if (window.cstaClickToDial) return; // the bookmark was pressed a second time
  window.cstaClickToDial = true;
  const start = () => {
    look(document.body);
    new MutationObserver(remember).observe(document.body, { childList: true, characterData: true, subtree: true });
    document.addEventListener("click", dial);
  };
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
