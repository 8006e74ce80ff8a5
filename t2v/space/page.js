// Runs once in each gr.HTML that holds buttons. What a visitor clicks is sent on as the button's data; copying,
// sharing and the smoother version are done here.

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
// Says something on a button for a moment.
function say(button, text, milliseconds = 1500) {
  button.dataset.label ??= button.textContent; // a second click finds the answer to the first there
  button.textContent = text;
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { button.textContent = button.dataset.label; }, milliseconds);
}
async function copy(button) {
  const link = new URL(button.dataset.copy, location.href).href;
  await put(link) ? say(button, button.dataset.copied) : offer(button, link);
}
// The phone's own sheet: the video itself where it takes files, else the link.
async function share(button) {
  const video = element.querySelector(".frame video"), link = new URL(button.dataset.share, location.href).href;
  try {
    const answer = await fetch(video.currentSrc), name = element.querySelector("a[download]").download;
    const files = [new File([await answer.blob()], name, { type: "video/mp4" })];
    await navigator.share(navigator.canShare?.({ files }) ? { files } : { url: link });
  } catch { /* the visitor thought better of it */ }
}
// Between the video and its smoother version: the player's and the downloads' files. The first time it is made.
async function smooth(button) {
  const on = button.getAttribute("aria-pressed") !== "true", video = element.querySelector(".frame video");
  const name = (link) => {
    const plain = link.replace(button.dataset.smooth + ".", ".");
    return on ? plain.replace(/\.(\w+)$/, button.dataset.smooth + ".$1") : plain;
  };
  const source = name(video.getAttribute("src"));
  button.dataset.label ??= button.textContent;
  button.textContent = button.dataset.wait;
  button.setAttribute("aria-busy", "true");
  const made = await fetch(source).then((answer) => answer.ok, () => false);
  button.removeAttribute("aria-busy");
  button.textContent = button.dataset.label;
  if (!made) return say(button, button.dataset.wrong, 3000);
  button.setAttribute("aria-pressed", String(on));
  const playing = !video.paused;
  video.src = video.dataset.begun = source;
  if (playing) video.play().catch(() => {});
  for (const link of element.querySelectorAll("a[download]")) {
    link.setAttribute("href", name(link.getAttribute("href")));
    link.download = name(link.download);
  }
}
// A second click within some seconds deletes.
function sure(button) {
  if (button.dataset.asked) return true;
  button.dataset.asked = "yes";
  say(button, button.dataset.sure, 4000);
  setTimeout(() => { delete button.dataset.asked; }, 4000);
  return false;
}
element.addEventListener("click", (event) => {
  const button = event.target.closest("button, [role=button]");
  if (!button) return;
  if (button.dataset.copy !== undefined) { // a link too: another tab or window is the browser's business
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    copy(button);
  }
  const { pick, stop, way, group, more } = button.dataset;
  if (pick !== undefined) trigger("click", { pick });
  if (stop !== undefined) trigger("click", { stop });
  if (way !== undefined) trigger("click", { way });
  if (group !== undefined) trigger("click", { group });
  if (more !== undefined) trigger("click", { more });
  if (button.dataset.delete !== undefined && sure(button)) trigger("click", { delete: button.dataset.delete });
  if (button.dataset.share !== undefined) share(button);
  if (button.dataset.smooth !== undefined && !button.hasAttribute("aria-busy")) smooth(button);
});
element.addEventListener("keydown", (event) => {
  const link = event.key === " " && event.target.closest("a[role=button]");
  if (!link) return;
  event.preventDefault();
  link.click();
});
// A tile's video plays while it is pointed at or focused.
for (const [name, play] of [["pointerover", true], ["focusin", true], ["pointerout", false], ["focusout", false]]) {
  element.addEventListener(name, (event) => {
    const video = event.target.closest("[data-pick]")?.querySelector("video");
    if (video) play ? video.play().catch(() => {}) : video.pause();
  });
}
// Pictures come after what the prompt needs: on a slow line they would keep it waiting.
globalThis.t2vReady ??= new Promise((resolve) => {
  const look = () => {
    const there = document.readyState === "complete" && document.querySelector("#prompt textarea, #generate");
    there ? setTimeout(resolve, 300) : setTimeout(look, 100);
  };
  look();
});
const stills = () => {
  for (const video of element.querySelectorAll("video[data-still]:not([poster])")) {
    globalThis.t2vReady.then(() => {
      if (video.dataset.still) video.poster = video.dataset.still; // the element may show another video by then
    });
  }
};
stills();
new MutationObserver(stills).observe(element, { childList: true, subtree: true });
