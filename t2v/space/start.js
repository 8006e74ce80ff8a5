// Runs once in the screen: the reel's caption and its button follow the clip that plays.
element.addEventListener("timeupdate", (event) => {
  const video = event.target, clips = video.dataset?.reel && JSON.parse(video.dataset.reel);
  if (!clips || !video.duration) return;
  const clip = clips[Math.min(clips.length - 1, Math.floor(video.currentTime / video.duration * clips.length))];
  const button = element.querySelector(".take");
  if (!button || button.dataset.example === clip.id) return;
  button.dataset.example = clip.id;
  button.querySelector("span").textContent = clip.prompt;
}, true);
const begin = () => {
  for (const video of element.querySelectorAll("video[data-src]:not([src])")) {
    globalThis.t2vReady.then(() => {
      if (!video.dataset.src || video.hasAttribute("src")) return; // it may show another video by then
      video.src = video.dataset.src;
      if (!matchMedia("(prefers-reduced-motion: reduce)").matches) video.play().catch(() => {});
    });
  }
};
begin();
new MutationObserver(begin).observe(element, { childList: true, subtree: true });
element.addEventListener("click", (event) => {
  const taken = event.target.closest(".take");
  if (taken) trigger("click", { example: taken.dataset.example });
});
