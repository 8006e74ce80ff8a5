// Runs once in each gr.HTML with chips: a clicked one writes into the prompt.
const prompt = () => document.querySelector("#prompt textarea");
// Gradio hears of a value by the event, and the setter of the element's class isn't shadowed by it.
// With a keyboard it is written as if it had been typed, so that Ctrl+Z brings back what was there.
function write(text) {
  const field = prompt(), set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
  const wanted = text.replace(/\s+/g, " ").trim(), focused = document.activeElement;
  if (wanted === field.value) return;
  if (matchMedia("(pointer: fine)").matches) {
    field.focus({ preventScroll: true });
    field.select();
    document.execCommand(wanted ? "insertText" : "delete", false, wanted);
    const done = field.value === wanted;
    focused?.focus({ preventScroll: true });
    if (done) return;
  }
  set.call(field, wanted);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
const article = (word) => (/^[aeiou]/i.test(word) ? "an" : "a");
const ideas = () => element.querySelector(".ideas");
// A regular expression of the longest of some phrases, after a space.
const phrases = (list, more = "") => {
  const known = [...JSON.parse(list ?? "[]")].sort((a, b) => b.length - a.length);
  return new RegExp(`\\s+(?:${[more, ...known].filter(Boolean).join("|") || "-"})\\b`, "i");
};
const motion = () => phrases(ideas()?.dataset.motions);
const background = () => phrases(ideas()?.dataset.scenes, "(?:on|in front of)\\s+an?\\s+[\\w-]+\\s+background");
const bare = (say) => say.replace(/^(an?|the) /, "");
const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
// The first of some subjects that a sentence names, the longest where several begin there, and its article.
function named(text, subjects) {
  const known = subjects.map((say) => escaped(bare(say))).sort((a, b) => b.length - a.length);
  return text.match(new RegExp(`(?:\\b(?:an?|the)\\s+)?(?<![\\p{L}])(?:${known.join("|") || "-"})(?![\\p{L}])`, "iu"));
}
const onChips = () => [...element.querySelectorAll("[data-part=subject]")].map((chip) => chip.dataset.say);
// A sentence is "a panda", then a motion, then "on a green background": a part replaces its like, or is added.
const parts = {
  // `subjects`: those that may be in the sentence. "a blue whale" becomes "a blue panda".
  subject(text, say, subjects) {
    const found = named(text, subjects), before = text.slice(0, found?.index);
    if (found) {
      const follows = /[\p{L}\d]\s+$/u.test(before) && !/\b(?:and|or|with)\s+$/i.test(before);
      const article = /^(?:an?|the)\s/i.test(found[0]);
      return before + (follows && !article ? bare(say) : say) + text.slice(found.index + found[0].length);
    }
    const ends = [text.search(motion()), text.search(background())].filter((at) => at > 0);
    const at = Math.min(text.length, ...ends);
    return text.slice(0, at).replace(/[\s.,;!?]*$/, (end) => ` and ${say}${end}`) + text.slice(at);
  },
  // In place of a sentence of which nothing is drawn.
  instead(text, say) {
    const rest = [text.match(motion()), text.match(background())].filter(Boolean).map((match) => match[0]);
    return say + rest.join("");
  },
  motion(text, say) {
    const without = text.replace(motion(), ""), had = text.match(motion())?.[0].trim() === say;
    if (had) return without;
    const at = without.search(background());
    return at < 0 ? `${without} ${say}` : `${without.slice(0, at)} ${say}${without.slice(at)}`;
  },
  scene(text, say) {
    return says.scene(text, say) ? text.replace(background(), "") : `${text.replace(background(), "")} ${say}`;
  },
  colour(text, say) {
    return parts.scene(text, `on ${article(say)} ${say} background`);
  },
};
// Whether a sentence has a part that a chip says.
const says = {
  subject: (text, say) => Boolean(named(text, [say])),
  motion: (text, say) => text.match(motion())?.[0].trim().toLowerCase() === say,
  scene: (text, say) => text.match(background())?.[0].trim().toLowerCase() === say,
  colour: (text, say) => says.scene(text, `on ${article(say)} ${say} background`),
};
function mark(text) {
  for (const chip of element.querySelectorAll("[data-part]")) {
    const pressed = String(says[chip.dataset.part](` ${text}`, chip.dataset.say));
    if (chip.getAttribute("aria-pressed") === pressed) continue;
    chip.setAttribute("aria-pressed", pressed);
    if (pressed === "true") bring(chip);
  }
}
// On a phone a row of chips is scrolled sideways: its pressed one comes into sight.
function bring(chip) {
  const row = chip.closest(".choice"), seen = row?.getBoundingClientRect(), box = chip.getBoundingClientRect();
  const fading = 48; // pixels at the right, as in prompting.css
  if (!row || (box.left >= seen.left && box.right <= seen.right - fading)) return;
  row.scrollLeft += box.left - seen.left - (seen.width - box.width) / 2;
}
function take(chip) {
  const { say, part, replace, write: whole } = chip.dataset, text = prompt().value.trim();
  if (whole) return write(whole);
  if (replace) {
    const found = named(text, [replace]);
    return write(found ? text.replace(found[0], () => say) : say);
  }
  if (part === "subject") return subject(say);
  if (!part) return write(text ? parts.instead(text, say) : say);
  const first = element.querySelector("[data-part=subject]")?.dataset.say ?? "";
  write(parts[part](text || first, say));
}
// All subjects are asked for only where the sentence names none of those on chips.
async function subject(say) {
  const text = () => prompt().value.trim();
  if (!text()) return write(say);
  if (says.subject(text(), say)) return;
  const all = named(text(), onChips()) ? null : await words().catch(() => null);
  write(parts.subject(text(), say, all ? all.subjects.map(([, , phrase]) => phrase) : onChips()));
}
const any = (list) => list[Math.floor(Math.random() * list.length)];
const words = async () => (element.words ??= await (await fetch(ideas().dataset.words)).json());
async function surprise() {
  const { subjects, tints, backgrounds, motions, scenery } = await words();
  const [, , phrase] = any(subjects), colour = any(backgrounds), tint = any(tints.filter((each) => each !== colour));
  const tinted = tint && Math.random() < 0.25 && phrase.match(/^an? (.*)/);
  const subject = tinted ? `${article(tint)} ${tint} ${tinted[1]}` : phrase;
  const ground = Math.random() < 0.3 && any(scenery) || `on ${article(colour)} ${colour} background`;
  write(`${subject} ${any(motions)} ${ground}`);
  setTimeout(() => document.querySelector("button#generate:not(:disabled), #generate button:not(:disabled)")?.click(), 150);
}
function chips(subjects) {
  return subjects.map(([, name, phrase]) => {
    const chip = document.createElement("button");
    Object.assign(chip, { type: "button", className: "chip", textContent: name });
    Object.assign(chip.dataset, { part: "subject", say: phrase });
    return chip;
  });
}
async function list(wanted) {
  const none = element.querySelector(".none"), field = element.querySelector(".all input");
  let found = (await words()).subjects.filter(([, name]) => name.includes(wanted)), said = "";
  if (!found.length) {
    found = await (await fetch(`${ideas().dataset.words}&near=${encodeURIComponent(wanted)}`)).json();
    said = none.dataset.none.replace("{word}", wanted) + (found.length ? ` ${none.dataset.near}` : "");
  }
  if (field.value.trim().toLowerCase() !== wanted) return; // more has been typed by now
  none.textContent = said;
  element.querySelector(".found").replaceChildren(...chips(found));
  mark(prompt().value);
}
function unfold(button) {
  const all = element.querySelector(".all"), open = all.hidden;
  all.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  all.querySelector("input").value = "";
  if (open) list("").then(() => all.querySelector("input").focus(), () => {});
}
// What is written stays over a reload, Back and Forward: each address has its own, of a link only in this tab.
if (!globalThis.t2vKeep) {
  const store = () => (location.search ? sessionStorage : localStorage), key = () => `t2v-draft${location.search}`;
  const safely = (use) => { try { return use(); } catch { return null; } }; // storage may be forbidden
  let draft = safely(() => store().getItem(key()));
  globalThis.t2vKeep = (text) => safely(() => store().setItem(key(), text ?? ""));
  globalThis.t2vDraft = (text) => {
    globalThis.t2vDraft = null; // once, after the page has arrived
    return draft || text;
  };
  document.addEventListener("input", (event) => {
    if (event.target === prompt()) globalThis.t2vKeep(draft = event.target.value);
  });
  if (draft && prompt() && !prompt().value) write(draft);
}
if (ideas()) { // another model brings other chips
  globalThis.t2vMark = (text) => mark(text ?? "");
  document.addEventListener("input", (event) => { if (event.target === prompt()) mark(event.target.value); });
  new MutationObserver(() => mark(prompt()?.value ?? "")).observe(element, { childList: true, subtree: true });
}
element.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-say]");
  if (chip) take(chip);
  if (event.target.closest("[data-surprise]")) surprise().catch(() => {});
  const every = event.target.closest(".every");
  if (every) unfold(every);
});
element.addEventListener("input", (event) => {
  if (event.target.closest(".all")) list(event.target.value.trim().toLowerCase()).catch(() => {});
});
