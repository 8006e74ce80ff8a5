// Runs once a page, and watches it: title, sounds for those who listen, focus, playing, the way to the video.

const [status, alarm] = element.querySelectorAll("[role]");
const base = document.title, calm = matchMedia("(prefers-reduced-motion: reduce)");
const SAY_AGAIN = 1000; // milliseconds between two announcements
let state = "", told = "", toldAt = 0, asked = location.search !== "", held = null, notify = null;

const find = (selector) => document.querySelector(selector);
const open = (part) => find(`${part} > .label-wrap:not(.open)`)?.click();
const visible = (node) => node?.isConnected && node.offsetParent !== null;

// -- what is told

function announce(screen) {
  const warning = find("#cost [data-say]")?.dataset.say || "";
  const text = [screen.dataset.say, warning].filter(Boolean).join(" ");
  if (text === told || Date.now() - toldAt < SAY_AGAIN) return;
  told = text;
  toldAt = Date.now();
  (screen.dataset.state === "failed" ? alarm : status).textContent = text;
}
function title(screen) {
  const working = screen.dataset.state === "working", ended = screen.dataset.state === "done";
  const mark = working ? `${screen.dataset.percent ?? 0} % · ` : ended && document.hidden ? "✓ " : "";
  const wanted = mark + base;
  if (document.title !== wanted && (mark || !document.hidden)) document.title = wanted;
}
function ended(screen) {
  if (!notify || !document.hidden) return;
  new Notification(screen.dataset.state === "done" ? notify.done : notify.failed, { tag: "t2v" });
  notify = null;
}
async function ask(button) {
  if (await Notification.requestPermission() !== "granted") return;
  notify = { ...button.dataset };
  button.textContent = notify.on;
  button.disabled = true;
}

// -- what is shown

// The video comes into view after a visitor has asked for it, also by a link, unless they have scrolled since.
function show() {
  const frame = find("#screen .frame");
  if (!asked || !frame) return;
  const { top, bottom } = frame.getBoundingClientRect();
  if (top >= 0 && bottom <= innerHeight) return;
  const block = bottom - top > innerHeight ? "start" : "center";
  frame.scrollIntoView({ block, behavior: calm.matches ? "auto" : "smooth" });
}
// Begins each video once; one that can't begin yet is tried again.
function play() {
  for (const video of document.querySelectorAll("video[data-play]")) {
    const source = video.getAttribute("src");
    if (calm.matches || video.dataset.begun === source) continue;
    video.play().then(() => { video.dataset.begun = source; }, () => {});
  }
}
function reveal() {
  const notifies = "Notification" in globalThis && isSecureContext && Notification.permission !== "denied";
  const able = [navigator.share && "[data-share][hidden]", notifies && "[data-notify][hidden]"].filter(Boolean);
  for (const button of able.length ? document.querySelectorAll(able.join()) : []) button.hidden = false;
}
// What Gradio's accordions look like, for those who listen; and its lists' boxes, which have no name.
function describe(sentence) {
  const field = sentence.parentElement.querySelector("input, textarea");
  const name = sentence.parentElement.querySelector("[data-testid=block-info]")?.firstChild?.textContent;
  if (!field) return;
  sentence.id = `t2v-${Math.random().toString(36).slice(2)}`;
  field.setAttribute("aria-describedby", sentence.id);
  if (name && !field.ariaLabel) field.setAttribute("aria-label", name.trim());
}
function label() {
  for (const button of document.querySelectorAll(".label-wrap")) {
    const open = String(button.classList.contains("open"));
    if (button.getAttribute("aria-expanded") !== open) button.setAttribute("aria-expanded", open);
    button.querySelector(".icon:not([aria-hidden])")?.setAttribute("aria-hidden", "true");
  }
  for (const sentence of document.querySelectorAll("label > .info-text:not([id])")) describe(sentence);
  for (const set of document.querySelectorAll("fieldset:not([aria-label])")) {
    set.setAttribute("aria-label", set.querySelector("[data-testid=block-info]")?.textContent.trim() ?? "");
  }
}

// Gradio shows each message anew: of equal ones the last is seen.
function once() {
  const seen = new Set();
  for (const item of [...document.querySelectorAll(".toast-message-item")].reverse()) {
    const repeated = seen.has(item.textContent);
    if (item.hidden !== repeated) item.hidden = repeated;
    seen.add(item.textContent);
  }
}

// What was refused for want of a mask: it may be folded away, or far below the button.
function refused() {
  const wrong = find("#origin .validation-error:not([data-seen])");
  if (!wrong) return;
  wrong.dataset.seen = "yes";
  open("#origin");
  const scroll = () => wrong.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  until(() => visible(wrong)).then(scroll);
}

// -- the keyboard

// Focus of a control that is gone goes to what is in its place: the screen, the field for another file, or else
// Generate. From the screen, where a key does nothing, it goes back once the control is there again. Gradio may have
// written another control into the same element: attributes say what each one does.
const DOES = ["id", "data-way", "data-pick", "data-stop", "data-from", "data-delete"], SCREEN = "#screen .screen";
const file = (id) => `#${id} :is(.upload-container, [aria-label=Clear])`;
const HEIRS = {
  screen: SCREEN, queue: SCREEN, gallery: "#gallery .tile", source: file("source"), end: file("end"), drop: file("drop"),
};
const PLACES = Object.keys(HEIRS).map((id) => `#${id}`).join();
const does = (node) => DOES.map((name) => node.getAttribute(name) ?? "").join(" ");
const again = (place, what) => [...document.querySelectorAll(`#${place} :is([data-way], [data-pick])`)]
  .find((node) => does(node) === what && visible(node));
function refocus() {
  const focused = document.activeElement, { node, what, place, heir } = held ?? {};
  if (!node || ![document.body, node, heir].includes(focused)) return;
  if (focused !== heir && node.isConnected && does(node) === what && (focused === node || visible(node))) return;
  held.heir = again(place, what) ?? find(HEIRS[place] ?? "#generate") ?? find("#generate");
  if (focused !== held.heir) held.heir?.focus({ preventScroll: true });
}
document.addEventListener("focusin", ({ target }) => {
  if (target === held?.heir && target.matches(SCREEN)) return;
  held = { node: target, what: does(target), place: target.closest(PLACES)?.id };
});
// Esc leaves a field, a list, a question or an open part; only where there is nothing to be left it stops the work.
const ASKING = "[role=listbox], ul.options, dialog[open], [role=dialog], .api-docs, [data-asked]";
const PART = "details[open], :has(> .label-wrap.open)", HEAD = ":scope > summary, :scope > .label-wrap";
const LISTS = ".every[aria-expanded=true], details.more[open] > summary";
function leaves(target) {
  if (document.fullscreenElement || [...document.querySelectorAll(ASKING)].some(visible)) return true;
  const field = target.closest("input, textarea, select");
  if (field?.closest("#prompt")) return false; // there a visitor has asked for the work
  if (field && !field.closest(".all")) return true; // that of a list is emptied and its list closed
  const lists = [...document.querySelectorAll(LISTS)];
  const opener = [target.closest(PART)?.querySelector(HEAD), ...lists].find(visible);
  opener?.click();
  opener?.focus();
  return Boolean(opener);
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || leaves(event.target)) return;
  const stop = find("#stop");
  if (visible(stop)) stop.click();
});

// Gradio's lists stay open, over what is next, when Tab leaves them: their field hears of it once more.
document.addEventListener("keydown", ({ key, target }) => {
  if (key === "Tab" && target.matches?.("[role=combobox]")) {
    setTimeout(() => target.dispatchEvent(new FocusEvent("blur")), 50);
  }
});

// Tab stops once in each row of chips or videos; the arrow keys, Home and End go along it.
const ROWS = ".chips, .tiles, .starts";
const along = (row) => [...row.querySelectorAll("button")];
function stops() {
  for (const row of document.querySelectorAll(ROWS)) {
    const all = along(row), focused = all.find((each) => each === document.activeElement);
    const stop = focused ?? row.querySelector("button[tabindex='0']") ?? all[0];
    for (const each of all) {
      const wanted = each === stop ? "0" : "-1";
      if (each.getAttribute("tabindex") !== wanted) each.setAttribute("tabindex", wanted);
    }
  }
}
document.addEventListener("focusin", ({ target }) => { if (target.closest(ROWS)) stops(); });
document.addEventListener("keydown", (event) => {
  const { key, target } = event, row = target.closest(ROWS), all = row ? along(row) : [], at = all.indexOf(target);
  if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
  const next = (at + 1) % all.length;
  const to = { ArrowRight: next, ArrowDown: next, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: -1 }[key];
  if (to === undefined) return;
  event.preventDefault();
  all.at(to).focus();
});

// Gradio names each radio apart, and anew when one is chosen. Of one name, the arrow keys choose among them, and
// Tab stops once.
function nameAlike({ target }) {
  const group = target.matches?.("[type=radio]") ? target.closest("fieldset") : null;
  const [first, ...rest] = group?.querySelectorAll("[type=radio]") ?? [];
  for (const radio of rest) radio.name = first.name;
}
for (const name of ["focusin", "keydown"]) document.addEventListener(name, nameAlike, true);

// -- asking, and dropping a file anywhere

// A link's address ends where another video is asked for or picked: a reload would show the link's again.
function leaveLink() {
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => name.startsWith("__"));
  const search = kept.length ? `?${new URLSearchParams(kept)}` : "";
  if (search === location.search) return;
  history.replaceState(history.state, "", location.pathname + search);
  globalThis.t2vKeep?.(find("#prompt textarea").value);
}
function asks(event) {
  const typed = event.type === "keydown"; // a key on a button clicks it, or goes on to what is next
  const button = typed ? null : event.target.closest?.("#generate, #variations, [data-pick], [data-way], [data-group]");
  const entered = typed && event.key === "Enter" && event.target.closest?.("#prompt");
  if (button || entered) asked = true;
  if (button?.matches("[data-pick]")) return leaveLink();
  if (!entered && !button?.matches("#generate, #variations")) return;
  const prompt = find("#prompt textarea");
  if (prompt?.value.trim()) leaveLink();
  else prompt?.focus(); // it will be refused
}
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-notify]");
  if (button) ask(button);
}, true);
for (const name of ["click", "keydown"]) document.addEventListener(name, asks, true);
for (const name of ["wheel", "touchmove"]) {
  document.addEventListener(name, () => { asked = false; }, { passive: true });
}
document.addEventListener("dragover", (event) => {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
});
// A file that holds settings of ours is shown; any other, and every picture, is what the next video starts from.
const OURS = /^(video\/mp4|image\/(gif|webp))$/;
function put(field, file) {
  const files = new DataTransfer();
  files.items.add(file);
  field.files = files.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
const until = async (found) => {
  for (let tries = 0; tries < 100 && !found(); tries += 1) await new Promise((later) => { setTimeout(later, 50); });
  return found();
};
// Puts a file, or the video at an address, into “Start from”, which is opened and comes into view.
async function startFrom(given) {
  open("#origin");
  const file = typeof given === "string" ? await download(given) : given;
  find("#source [aria-label=Clear]")?.click();
  const field = await until(() => find("#source input[type=file]"));
  if (!file || !field) return;
  put(field, file);
  find("#origin").scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
}
async function download(link) {
  const answer = await fetch(link).catch(() => null);
  return answer?.ok ? new File([await answer.blob()], link.split("/").pop(), { type: "video/mp4" }) : null;
}
function take(event, file) {
  const field = find("#drop input[type=file]");
  event.preventDefault();
  OURS.test(file.type) && field ? put(field, file) : startFrom(file);
}
document.addEventListener("drop", (event) => {
  const [file] = event.dataTransfer?.files ?? [];
  if (file && !event.target.closest("#drop, #source, #end")) take(event, file);
});
document.addEventListener("paste", (event) => {
  const [file] = event.clipboardData?.files ?? [];
  if (file) take(event, file);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-from]");
  if (button) startFrom(button.dataset.from);
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) changed(); });

// -- once a frame, after any change

function changed() {
  const screen = find("#screen [data-state]");
  label();
  reveal();
  play();
  refocus();
  refused();
  once();
  stops();
  if (!screen) return;
  announce(screen);
  title(screen);
  const key = screen.dataset.state + (screen.querySelector("video")?.getAttribute("src") ?? "");
  if (key === state) return;
  if (state.startsWith("working")) ended(screen);
  state = key;
  show();
}
let due = false;
new MutationObserver(() => {
  if (due) return;
  due = true;
  setTimeout(() => { due = false; changed(); }, 50); // a hidden page has no frames
}).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
setInterval(changed, 2000); // what was told too soon after something else
changed();
