// The icon set: 20 × 20 px outlines with 1.5 px strokes in the colour of the text around them.

import { h, svg } from "./dom.js";

const HANDSET =
  "M6.7 3.2 4.6 3.6c-.7.1-1.2.8-1.1 1.5.6 6.1 5.3 10.8 11.4 11.4.7.1 1.4-.4 1.5-1.1l.4-2.1c.1-.6-.2-1.2-.8-1.4l-2.4-1" +
  "c-.5-.2-1.1-.1-1.4.4l-.6.8a9 9 0 0 1-3.9-3.9l.8-.6c.5-.3.6-.9.4-1.4l-1-2.4c-.2-.5-.7-.7-1.2-.6Z";

const PATHS = {
  phone: [HANDSET],
  ringing: [HANDSET, "M12 3.2a5 5 0 0 1 4.8 4.8", "M11.8 6.2a2.2 2.2 0 0 1 2 2"],
  hangup: [
    "M2.4 11.6c4.2-4.2 11-4.2 15.2 0 .4.4.5 1 .1 1.5l-1.2 1.5c-.3.4-.9.5-1.3.3l-2-1c-.4-.2-.7-.7-.6-1.2l.1-1" +
      "a8.5 8.5 0 0 0-5.4 0l.1 1c.1.5-.2 1-.6 1.2l-2 1c-.4.2-1 .1-1.3-.3l-1.2-1.5c-.4-.5-.3-1.1.1-1.5Z",
  ],
  pause: ["M7 4.5v11", "M13 4.5v11"],
  play: ["M6.5 4.2v11.6l9-5.8z"],
  consult: [
    "M3 5.5h8.5a1 1 0 0 1 1 1V11a1 1 0 0 1-1 1H7l-2.5 2.2V12H3a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1Z",
    "M15 8.5h2a1 1 0 0 1 1 1v4.2a1 1 0 0 1-1 1h-.8v1.8l-2.2-1.8h-2.5",
  ],
  transfer: ["M3 7.5h12.5", "M12.2 4.2l3.3 3.3-3.3 3.3", "M3 13h6"],
  complete: ["M3.5 10.5l4 4L16.5 5.5"],
  alternate: ["M6.5 16V4.5", "M3.5 7.5l3-3 3 3", "M13.5 4v11.5", "M10.5 12.5l3 3 3-3"],
  conference: [
    "M7.5 9.2a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2Z",
    "M2.5 16c.3-2.8 2.3-4.5 5-4.5s4.7 1.7 5 4.5",
    "M13 4.3a2.5 2.5 0 0 1 0 4.7",
    "M14.5 11.9c1.7.5 2.8 1.9 3 4.1",
  ],
  keypad: [
    "M5 5h.01",
    "M10 5h.01",
    "M15 5h.01",
    "M5 10h.01",
    "M10 10h.01",
    "M15 10h.01",
    "M5 15h.01",
    "M10 15h.01",
    "M15 15h.01",
  ],
  incoming: ["M15 5 5.5 14.5", "M5.5 7.5v7h7"],
  outgoing: ["M5 15 14.5 5.5", "M7.5 5.5h7v7"],
  missed: ["M3 6.5l6 6 8-8", "M3 11V6.5h4.5"],
  crossed: ["M5.5 5.5l9 9", "M14.5 5.5l-9 9"],
  person: ["M10 10a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 10 10Z", "M4 16.5c.4-3 2.8-4.8 6-4.8s5.6 1.8 6 4.8"],
  company: [
    "M4 16.5V4.5a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v12",
    "M12 8.5h3a1 1 0 0 1 1 1v7",
    "M2.5 16.5h15",
    "M7 7h2",
    "M7 10h2",
    "M7 13h2",
  ],
  moon: ["M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3Z"],
  forward: ["M3 15v-3.5a4 4 0 0 1 4-4h9.5", "M13 4l3.5 3.5L13 11"],
  settings: [
    "M3.5 6h7",
    "M14.5 6h2",
    "M3.5 14h2",
    "M9.5 14h7",
    "M12.5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
    "M7.5 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  ],
  search: ["M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Z", "M13 13l4 4"],
  open: ["M8 4.5H5a1 1 0 0 0-1 1V15a1 1 0 0 0 1 1h9.5a1 1 0 0 0 1-1v-3", "M11.5 4H16v4.5", "M16 4l-7 7"],
  note: ["M4 16l.8-3.4L13.2 4.2a1.4 1.4 0 0 1 2 0l.6.6a1.4 1.4 0 0 1 0 2L7.4 15.2 4 16Z", "M11.8 5.6l2.6 2.6"],
  check: ["M4.5 10.5l3.5 3.5 7.5-8"],
  lock: ["M5.5 9h9a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-5a1 1 0 0 1 1-1Z", "M7 9V6.8a3 3 0 0 1 6 0V9"],
  chevron: ["M5.5 8l4.5 4.5L14.5 8"],
  close: ["M5.5 5.5l9 9", "M14.5 5.5l-9 9"],
  warning: ["M10 3.5 2.5 16.5h15z", "M10 8.5v3.5", "M10 14.2h.01"],
  clock: ["M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z", "M10 6v4l2.5 2"],
  busy: ["M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z", "M6.5 10h7"],
  dots: ["M5 10h.01", "M10 10h.01", "M15 10h.01"],
  bell: ["M5 8.5a5 5 0 0 1 10 0c0 4 1.5 5 1.5 5h-13s1.5-1 1.5-5Z", "M8.5 16.2a1.6 1.6 0 0 0 3 0"],
  keyboard: [
    "M3 5.5h14a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z",
    "M5.5 8.5h.01",
    "M8.5 8.5h.01",
    "M11.5 8.5h.01",
    "M14.5 8.5h.01",
    "M7 11.7h6",
  ],
};

const BOLD_DOTS = new Set(["keypad", "dots"]);

/** An icon by name; hidden from screen readers, since a word always stands beside it or labels its button. */
export function icon(name, size = 20) {
  const paths = PATHS[name].map((d) => svg("path", { d }));
  return svg(
    "svg",
    {
      class: `icon icon-${name}`,
      viewBox: "0 0 20 20",
      width: size,
      height: size,
      fill: "none",
      stroke: "currentColor",
      "stroke-width": BOLD_DOTS.has(name) ? 2.4 : 1.5,
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
      "aria-hidden": "true",
      focusable: "false",
    },
    ...paths,
  );
}

/** A button with nothing but a sign and a spoken name. */
export function iconButton(name, label, click) {
  return h(
    "button",
    { type: "button", class: "button button--icon", "aria-label": label, title: label, on: { click } },
    icon(name),
  );
}
