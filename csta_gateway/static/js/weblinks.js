// Dialling numbers that stand on other pages: `tel:` links of the whole browser, and a bookmark for pages without links.

import { h } from "./dom.js";
import { t } from "./i18n.js";

/** The page that takes a number, see numberOfFragment. */
const HANDLER = "dial#";

/** The rows of the settings. */
export function webLinks() {
  return [handlerRow(), bookmarkRow()];
}

/** Let the browser open `tel:` links of any page here; it asks the user itself. Other schemes it would refuse. */
function handlerRow() {
  if (!navigator.registerProtocolHandler) return null; // without https, or in a browser that has none
  const address = new URL(`${HANDLER}%s`, document.baseURI).href;
  const click = () => navigator.registerProtocolHandler("tel", address);
  return h(
    "div",
    { class: "setting" },
    h("span", {}, t("settings.links")),
    h("button", { type: "button", class: "button button--outline", on: { click } }, t("settings.links_button")),
  );
}

/** A link to drag into the bookmarks. Here a click does nothing: the policy of this page forbids such addresses. */
function bookmarkRow() {
  const look = { class: "button button--outline", href: bookmarklet(document.baseURI), draggable: "true" };
  return h(
    "div",
    { class: "setting" },
    h("span", {}, t("settings.bookmark")),
    h("a", { ...look, on: { click: (event) => event.preventDefault() } }, t("settings.bookmark_button")),
  );
}

/** Dials what is marked on a page; when nothing is, makes its numbers links. */
export function bookmarklet(base) {
  const [handler, script] = [new URL(HANDLER, base).href, new URL("click-to-dial.js", base).href];
  const open = `open(${JSON.stringify(handler)}+encodeURIComponent("tel:"+n),"_blank","popup,noopener,width=420,height=760")`;
  const add = `document.head.append(Object.assign(document.createElement("script"),{src:${JSON.stringify(script)}}))`;
  return `javascript:${encodeURIComponent(`(()=>{const n=String(getSelection()).trim();n?${open}:${add}})()`)}`;
}
