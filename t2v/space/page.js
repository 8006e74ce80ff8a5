// Runs once in each gr.HTML that holds buttons: a picked tile sends its id, a copy button copies its link,
// and a tile's video plays while it is pointed at or focused.
element.addEventListener("click", async (event) => {
  const tile = event.target.closest("[data-pick]");
  if (tile) trigger("click", { pick: tile.dataset.pick });
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  const label = copy.textContent;
  await navigator.clipboard.writeText(new URL(copy.dataset.copy, location.href).href);
  copy.textContent = copy.dataset.copied;
  setTimeout(() => { copy.textContent = label; }, 1500);
});
for (const [name, play] of [["pointerover", true], ["focusin", true], ["pointerout", false], ["focusout", false]]) {
  element.addEventListener(name, (event) => {
    const video = event.target.closest("[data-pick]")?.querySelector("video");
    if (video) play ? video.play().catch(() => {}) : video.pause();
  });
}
