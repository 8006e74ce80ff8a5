// Runs once in the screen: the reel's caption and its button follow the clip that plays.
function caption(video, time) {
  const clips = video.dataset.reel && JSON.parse(video.dataset.reel);
  if (!clips || !video.duration) return;
  const clip = clips[Math.min(clips.length - 1, Math.floor(time / video.duration * clips.length))];
  const button = element.querySelector(".take");
  if (!button || button.dataset.example === clip.id) return;
  button.dataset.example = clip.id;
  button.querySelector("span").textContent = clip.prompt;
}
element.addEventListener("timeupdate", ({ target }) => caption(target, target.currentTime), true);
// The event comes four times a second; a browser that tells of each frame has the caption change with the picture.
function watch(video) {
  video.requestVideoFrameCallback?.((now, frame) => {
    caption(video, frame.mediaTime);
    if (video.dataset.reel && video.isConnected) watch(video);
  });
}
const begin = () => {
  for (const video of element.querySelectorAll("video[data-src]:not([src])")) {
    globalThis.t2vReady.then(() => {
      if (!video.dataset.src || video.hasAttribute("src")) return; // it may show another video by then
      video.src = video.dataset.src;
      watch(video);
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
