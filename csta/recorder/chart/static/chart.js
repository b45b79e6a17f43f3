// Shows the chart whose data stands in the page. Nothing is loaded, nothing is sent.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const chosen = { call: 0, devices: new Set(), begin: -Infinity, end: Infinity };
const APPLICATION = "var(--time)";

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

const laneAt = (lane) => `calc(var(--time) + var(--gap) + ${lane} * var(--step))`;
const groups = new Map(data.calls.map((call) => [call.number, call.group]));

// Lines and bars of a row are its background: they stretch with it when it unfolds.
function background(bars) {
  const drawn = bars.map(([lane, column, , state]) => {
    const left = `calc(var(--time) + var(--gap) + ${lane} * var(--step) + ${column * 12 - 4}px)`;
    return `linear-gradient(var(--${state}), var(--${state})) ${left} 0 / 8px 100%`;
  });
  const lanes = data.lanes.map((_, lane) => `linear-gradient(var(--lane), var(--lane)) ${laneAt(lane)} 0 / 1px 100%`);
  lanes.push(`linear-gradient(var(--lane), var(--lane)) ${APPLICATION} 0 / 1px 100%`);
  return [...drawn, ...lanes].map((layer) => `${layer} no-repeat`).join(", ");
}

function row(item, before) {
  const made = element("details", `${item.kind} ${item.up ? "up" : "down"}`);
  const line = element("summary");
  line.append(element("time", "", item.t.toFixed(3)));
  if (before && item.t === before.t) made.classList.add("same");
  if (before && item.t - before.t > 1) made.classList.add("pause");
  const label = element("div", "label");
  if (item.call) label.append(element("span", "number", String(item.call)));
  label.append(element("b", "", item.name));
  if (item.number) {
    const arrow = element("div", "arrow");
    arrow.style.width = `calc(var(--gap) + ${item.lane} * var(--step))`;
    line.append(arrow);
  } else {
    made.classList.add(item.kind === "remark" ? "remark" : "gap");
    if (item.name.startsWith("link lost")) made.classList.add("lost");
    line.addEventListener("click", (event) => event.preventDefault());
  }
  for (const mark of item.marks) label.append(element("span", "mark", mark));
  if (!item.marks.length || item.kind === "request") label.append(element("span", "facts", item.facts.join(" · ")));
  line.append(label);
  line.title = [item.name, ...item.facts].join("\n");
  made.append(line);
  made.addEventListener("toggle", () => made.open && made.children.length < 2 && made.append(inside(item)));
  return made;
}

function inside(item) {
  const made = element("div", "inside");
  const clock = new Date(Date.parse(data.started) + item.t * 1000);
  made.append(element("p", "", `message ${item.number} · ${clock.toISOString().replace("T", " ").replace("Z", " UTC")} · ${item.link}`));
  if (item.json) {
    const shown = element("pre");
    shown.append(...coloured(JSON.stringify(item.json, null, 2)));
    made.append(shown);
  } else made.append(element("pre", "", item.facts.join("\n")));
  made.append(item.xml ? element("pre", "", indented(item.xml)) : element("pre", "hex", hexdump(item.hex || "")));
  return made;
}

function* coloured(text) {
  let end = 0;
  for (const found of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|-?\b\d+(?:\.\d+)?\b|\b(?:true|false|null)\b/g)) {
    yield text.slice(end, found.index);
    yield element("span", found[2] ? "k" : found[1] ? "s" : "n", found[1] || found[0]);
    end = found.index + (found[1] || found[0]).length;
  }
  yield text.slice(end);
}

function indented(xml) {
  let depth = 0;
  return xml.replace(/>\s*</g, ">\n<").split("\n").map((line) => {
    if (/^<\//.test(line)) depth -= 1;
    const shown = "  ".repeat(Math.max(0, depth)) + line;
    if (/^<[^?!/]/.test(line) && !/\/>$/.test(line) && !/<\//.test(line)) depth += 1;
    return shown;
  }).join("\n");
}

function hexdump(hex) {
  const octets = hex.match(/../g) || [];
  const lines = [];
  for (let at = 0; at < octets.length; at += 16) {
    const part = octets.slice(at, at + 16);
    const text = part.map((octet) => { const code = parseInt(octet, 16); return code > 31 && code < 127 ? String.fromCharCode(code) : "·"; });
    lines.push(`${at.toString(16).padStart(4, "0")}  ${part.join(" ").padEnd(47)}  ${text.join("")}`);
  }
  return lines.join("\n");
}

const ofCall = (call) => !chosen.call || groups.get(call) === groups.get(chosen.call);

function shown(item) {
  if (!item.number || item.t < chosen.begin || item.t > chosen.end || !ofCall(item.call)) return false;
  return !chosen.devices.size || chosen.devices.has(data.lanes[item.lane]);
}

// Remarks stay where they stand among messages: the loss of a link in a call, but not those before and after it.
function filter() {
  const wanted = data.rows.map(shown);
  const all = !chosen.call && !chosen.devices.size;
  const first = all ? 0 : wanted.indexOf(true), last = all ? wanted.length : wanted.lastIndexOf(true);
  rows.forEach((made, place) => {
    const item = data.rows[place];
    const remark = !item.number && place >= first && place <= last && item.t >= chosen.begin && item.t <= chosen.end;
    made.hidden = !wanted[place] && !remark;
    if (!made.hidden) made.style.background = background(bars[place].filter(([, , call]) => ofCall(call)));
  });
  const count = wanted.filter(Boolean).length;
  $("count").textContent = `${count.toLocaleString("en")} of ${data.messages.toLocaleString("en")} messages`;
  $("nothing").hidden = count > 0;
  for (const each of document.querySelectorAll(".story")) {
    each.setAttribute("aria-pressed", String(chosen.call === Number(each.dataset.call)));
  }
}

function stories() {
  for (const call of data.calls) {
    const made = element("button", "story");
    made.dataset.call = call.number;
    made.append(element("span", "number", String(call.number)), element("b", "", `${call.calling || "?"} → ${call.called || "?"}`));
    made.append(element("time", "", call.began.toFixed(1)));
    made.append(element("small", call.bad ? "bad" : "", call.talked === null ? call.result : `${call.result}, ${length(call.talked)}`));
    made.addEventListener("click", () => { chosen.call = chosen.call === call.number ? 0 : call.number; filter(); });
    $("calls").append(made);
  }
  $("calls").hidden = !data.calls.length;
}

const length = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")} min`;

function controls() {
  for (const lane of data.lanes.filter(Boolean)) {
    const made = element("button", "chip", lane);
    made.setAttribute("aria-pressed", "false");
    made.addEventListener("click", () => {
      if (!chosen.devices.delete(lane)) chosen.devices.add(lane);
      made.setAttribute("aria-pressed", String(chosen.devices.has(lane)));
      filter();
    });
    $("devices").append(made);
  }
  for (const [id, otherwise] of [["begin", -Infinity], ["end", Infinity]]) {
    $(id).addEventListener("input", () => {
      const said = parseFloat($(id).value);
      chosen[id] = Number.isNaN(said) ? otherwise : said;
      filter();
    });
  }
  for (const state of ["initiated", "alerting", "connected", "hold", "queued", "fail"]) {
    const made = element("span");
    const colour = element("i");
    colour.style.background = `var(--${state})`;
    made.append(colour, state);
    $("legend").append(made);
  }
  $("theme").addEventListener("click", () => theme(document.documentElement.dataset.theme !== "dark"));
}

function theme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  $("theme").textContent = dark ? "Light" : "Dark";
}

function heads() {
  const made = element("div", "heads");
  const add = (text, left, className = "") => {
    const head = element("div", `head ${className}`, text);
    head.style.left = left;
    made.append(head);
  };
  add("Application", `max(${APPLICATION}, 58px)`, "application");
  data.lanes.forEach((lane, place) => add(lane || "Switch", laneAt(place)));
  return made;
}

theme(matchMedia("(prefers-color-scheme: dark)").matches);
controls();
stories();
const starting = new Map();
for (const bar of data.bars) starting.set(bar[4], [...(starting.get(bar[4]) || []), bar]);
let running = [];
const bars = data.rows.map((_, place) => {
  running = [...running.filter((bar) => bar[5] > place), ...(starting.get(place) || [])];
  return running;
});
const rows = data.rows.map((item, place) => row(item, data.rows[place - 1]));
$("chart").style.setProperty("--lanes", data.lanes.length);
$("chart").append(heads(), ...rows);
filter();
