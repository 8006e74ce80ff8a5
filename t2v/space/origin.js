// Runs once in the list of what a video may start from: the visitor's own videos and the examples, as they are shown
// elsewhere on the page. A clicked one is taken as if its file had been dropped (`t2vStart`, in live.js).
const places = { gallery: "video", examples: "example" };
const list = element.querySelector(".starts");
function tile(folder, button) {
  const id = button.dataset.pick, shown = document.createElement("button"), still = document.createElement("img");
  Object.assign(shown, { type: "button", className: "start", title: button.title });
  shown.setAttribute("aria-label", button.title);
  shown.dataset.from = `${folder}/${id}.mp4`;
  Object.assign(still, { src: `still/${id}.webp`, alt: "", loading: "lazy" });
  shown.append(still);
  return shown;
}
function fill() {
  const found = Object.entries(places).flatMap(([id, folder]) =>
    [...document.querySelectorAll(`#${id} [data-pick]`)].map((button) => tile(folder, button)));
  const key = found.map((each) => each.dataset.from).join();
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...found);
  element.hidden = !found.length;
}
for (const id of Object.keys(places)) {
  const shelf = document.getElementById(id);
  if (shelf) new MutationObserver(fill).observe(shelf, { childList: true, subtree: true });
}
fill();
