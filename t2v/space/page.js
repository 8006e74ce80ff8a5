// Puts a text on the clipboard; false where the browser forbids it. Plain http on a network has no
// navigator.clipboard, and a page within another may not use it: both still have the older command.
async function put(text) {
  const focused = document.activeElement;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { /* the older way */ }
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true; // no keyboard comes up on a phone
  field.style.cssText = "position: fixed; top: 0; opacity: 0";
  document.body.append(field);
  field.select();
  let done = false;
  try { done = document.execCommand("copy"); } catch { /* not even that */ }
  field.remove();
  focused?.focus();
  return done;
}
// The link in a field, selected, for the visitor to copy by hand.
function offer(button, text) {
  const field = document.createElement("input");
  Object.assign(field, { value: text, readOnly: true, className: "copy-by-hand" });
  field.setAttribute("aria-label", button.textContent);
  button.replaceWith(field);
  field.select();
}
// Runs once in each gr.HTML that holds buttons: a picked tile sends its id, a copy button copies its link,
// and a tile's video plays while it is pointed at or focused.
element.addEventListener("click", async (event) => {
  const tile = event.target.closest("[data-pick]");
  if (tile) trigger("click", { pick: tile.dataset.pick });
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  copy.dataset.label ??= copy.textContent; // a second click finds the answer to the first there
  const link = new URL(copy.dataset.copy, location.href).href;
  if (!await put(link)) return offer(copy, link);
  copy.textContent = copy.dataset.copied;
  setTimeout(() => { copy.textContent = copy.dataset.label; }, 1500);
});
for (const [name, play] of [["pointerover", true], ["focusin", true], ["pointerout", false], ["focusout", false]]) {
  element.addEventListener(name, (event) => {
    const video = event.target.closest("[data-pick]")?.querySelector("video");
    if (video) play ? video.play().catch(() => {}) : video.pause();
  });
}
