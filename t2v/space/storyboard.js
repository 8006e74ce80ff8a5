// Runs once in the editor of prompts over time. The prompt is the truth: rows are read from it, and written into it.
const MARK = /\[\s*(\d{1,4}(?:\.\d{1,3})?)\s*s\s*:((?:[^[\]]|\[[^[\]]*\])*)\]/g; // as in t2v/scenes.py
const WHOLE = /^(?:[^[\]]|\[[^[\]]*\])*$/; // brackets in pairs, as a scene may have them
const STEP = 2; // seconds from the last scene to a new one, if the video is that long
const board = element.querySelector(".storyboard"), rows = board.querySelector("ol");
const prompt = () => document.querySelector("#prompt textarea");
let written = null, shorter = null; // the length before a story
let typed = false; // the prompt was written by hand since it was read

// "a panda [2s: a wolf]" -> [[0, "a panda"], [2, "a wolf"]]
function scenes(text) {
  const marks = [...text.matchAll(MARK)];
  if (!marks.length) return [[0, text.trim()]];
  const last = marks.at(-1);
  const around = [text.slice(0, marks[0].index), text.slice(last.index + last[0].length)];
  const first = around.map((each) => each.trim()).filter(Boolean).join(" ");
  return [[0, first], ...marks.map(([, time, shows]) => [Number(time), shows.trim()])];
}
function text(list) {
  const [[, first], ...later] = list;
  const marks = later.filter(([, shows]) => shows).map(([time, shows]) => `[${time}s: ${WHOLE.test(shows) ? shows : shows.replace(/[[\]]/g, "")}]`);
  return [first, ...marks].filter(Boolean).join(" ");
}
const seconds = (value) => Math.round(1000 * Math.min(9999, Math.max(0, Number(value) || 0))) / 1000;
function listed() {
  return [...rows.children].map((row) => {
    const [time, shows] = row.querySelectorAll("input");
    return [seconds(time.value), shows.value.trim()];
  });
}
function write() {
  const field = prompt(), set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
  written = text(listed());
  set.call(field, written);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
function input(type, value, label) {
  const made = document.createElement("input");
  Object.assign(made, { type, value });
  made.setAttribute("aria-label", label);
  return made;
}
function row([time, shows], index) {
  const made = document.createElement("li"), at = input("number", time, board.dataset.at);
  Object.assign(at, { min: 0, step: 0.5, disabled: index === 0 });
  made.append(at, "s", input("text", shows, board.dataset.shows));
  if (index) {
    const remove = document.createElement("button");
    Object.assign(remove, { type: "button", textContent: "✕", title: board.dataset.remove });
    remove.setAttribute("aria-label", board.dataset.remove);
    made.append(remove);
  }
  return made;
}
// A story gets the longest of the offered lengths. Where the next scene wouldn't fit, all are spread over it.
function longer() {
  const offered = [...document.querySelectorAll("#length input[type=radio]")];
  const longest = offered.at(-1), chosen = offered.find((each) => each.checked);
  if (!chosen) return Infinity; // its frames were written
  if (chosen !== longest) {
    shorter = chosen.value;
    longest.click();
  }
  return Number(longest.value) || Infinity;
}
// Without later scenes the video has its own length again, unless another has been chosen since.
function asBefore() {
  if (rows.children.length > 1) return;
  const offered = [...document.querySelectorAll("#length input[type=radio]")];
  if (offered.at(-1)?.checked) offered.find((each) => each.value === shorter)?.click();
  shorter = null;
}
function added(list) {
  const length = longer(), last = Math.max(...list.map(([time]) => time)), next = last + STEP;
  if (next < length || last >= length) return [...list, [next, ""]];
  const spread = (index) => Math.round(10 * index * length / (list.length + 1)) / 10;
  return [...list, [next, ""]].map(([, shows], index) => [spread(index), shows]);
}
function fill(list) {
  rows.replaceChildren(...list.map(row));
}
// Whether a new sentence was typed over a story, of which the later scenes stay: deleting them leaves the first one.
function typedOver(now) {
  const [[, first] = [], ...later] = listed();
  return typed && now.trim() && now.trim() !== first && !now.match(MARK) && later.some(([, shows]) => shows);
}
// The prompt is looked at while the editor is open: examples, chips and links change it without an event.
function read(leaving = false) {
  const now = prompt()?.value;
  if (!board.open || now === undefined || now === written || board.contains(document.activeElement)) return;
  if (typedOver(now)) {
    if (!leaving && document.activeElement === prompt()) return; // more may be typed
    rows.querySelector("[type=text]").value = now;
    write();
  } else {
    written = now;
    fill(scenes(now));
    if (typed) asBefore();
  }
  typed = false;
}
document.addEventListener("input", ({ target, isTrusted }) => {
  if (isTrusted && board.open && target === prompt()) typed = true;
});
document.addEventListener("focusout", ({ target }) => { if (target === prompt()) read(true); });
document.addEventListener("keydown", ({ target, key }) => { // before Gradio takes it
  if (key === "Enter" && target === prompt()) read(true);
}, true);
board.addEventListener("toggle", () => {
  if (prompt()?.value.match(MARK)) written = null;
  read();
});
board.addEventListener("input", write);
board.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.add !== undefined) {
    const list = listed();
    if (!list.length) list.push(...scenes(prompt().value));
    fill(added(list));
    rows.lastChild.querySelector("[type=text]").focus();
  } else {
    button.closest("li").remove();
    write();
    asBefore();
    board.querySelector("[data-add]").focus();
  }
});
setInterval(read, 400);
