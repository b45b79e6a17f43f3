// How a page talks with the call screen in its frame: version 1 of the messages, both ways.

const screen = document.getElementById("screen");
const address = new URLSearchParams(location.search).get("gateway") ?? screen.dataset.gateway;
const gateway = new URL(address).origin;

function say(type, content = {}) {
  screen.contentWindow.postMessage({ csta: 1, type, ...content }, gateway);
}

const hear = {
  ready: ({ version }) => log(`call screen, version ${version}`),
  session: ({ logged_in: known }) => log(known ? "logged in" : "not logged in"),
  call: ({ call }) => log(`${call.label}: ${call.name ?? call.number.display}`),
  pop: ({ url }) => (document.getElementById("record").src = url),
  panel: ({ visible }) => (screen.hidden = !visible),
  prepared: ({ number }) => log(`ready to dial: ${number}`),
};

function log(words) {
  const item = document.createElement("li");
  item.textContent = words;
  document.getElementById("log").append(item);
}

addEventListener("message", ({ origin, source, data }) => {
  if (origin !== gateway || source !== screen.contentWindow || data?.csta !== 1) return;
  if (Object.hasOwn(hear, data.type)) hear[data.type](data);
});
screen.addEventListener("load", () => say("hello"));
for (const button of document.querySelectorAll("[data-number]")) {
  button.addEventListener("click", () => say("prepare", { number: button.dataset.number }));
}
screen.src = address;
