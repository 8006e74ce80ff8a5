// Runs once in the painter: shows the source's first frame, lets the visitor paint on it, and uploads what is painted
// as a mask, white on black; its path goes into the form's field.
const SIDE = 512; // pixels of the longer side
const box = element.querySelector(".painter"), canvas = box.querySelector("canvas"), context = canvas.getContext("2d");
const said = box.querySelector("[role=status]"), brush = box.querySelector("[type=range]");
const paint = document.createElement("canvas"), tint = document.createElement("canvas");
let picture = null, shown = "", erasing = false, last = null, turn = 0;

// Two tones, so that it is seen on a picture of any colour.
const tile = Object.assign(document.createElement("canvas"), { width: 16, height: 16 }), ink = tile.getContext("2d");
for (const [tone, left] of [["#ff3d7f", 0], ["#fff", 8]]) {
  ink.fillStyle = tone;
  ink.fillRect(left, 0, 8, 8);
  ink.fillRect(8 - left, 8, 8, 8);
}
const checks = context.createPattern(tile, "repeat");

const say = (text) => { said.textContent = text; };
const field = () => document.querySelector("#mask input, #mask textarea");
function write(path) {
  const input = field(), set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value").set;
  set.call(input, path);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}
function draw() {
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!picture) return;
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const colours = tint.getContext("2d");
  colours.globalCompositeOperation = "copy";
  colours.drawImage(paint, 0, 0);
  colours.globalCompositeOperation = "source-in";
  colours.fillStyle = checks;
  colours.fillRect(0, 0, tint.width, tint.height);
  context.globalAlpha = 0.6;
  context.drawImage(tint, 0, 0);
  context.globalAlpha = 1;
}
// The mask as it is painted now goes to the server; of several on their way only the last counts.
async function send() {
  const mine = ++turn, mask = document.createElement("canvas");
  Object.assign(mask, { width: paint.width, height: paint.height });
  const colours = mask.getContext("2d");
  colours.fillRect(0, 0, mask.width, mask.height);
  colours.drawImage(paint, 0, 0);
  const body = new FormData();
  body.append("files", await new Promise((done) => mask.toBlob(done)), "mask.png");
  try {
    const answer = await fetch("gradio_api/upload", { method: "POST", body });
    if (!answer.ok) throw new Error(answer.status);
    const [path] = await answer.json();
    if (mine === turn) write(path);
    say("");
  } catch {
    say(box.dataset.failed);
  }
}
function clear() {
  turn += 1;
  paint.getContext("2d").clearRect(0, 0, paint.width, paint.height);
  if (field()?.value) write("");
  draw();
}
function show(frame, width, height) {
  const scale = Math.min(1, SIDE / Math.max(width, height));
  for (const each of [canvas, paint, tint]) {
    Object.assign(each, { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) });
  }
  picture = frame;
  say("");
  clear();
}
async function asImage(link) {
  const image = new Image();
  image.src = link;
  await image.decode();
  return [image, image.naturalWidth, image.naturalHeight];
}
function asVideo(link) {
  const video = document.createElement("video");
  Object.assign(video, { muted: true, playsInline: true, preload: "auto", src: link });
  return new Promise((done, failed) => {
    video.onloadeddata = () => done([video, video.videoWidth, video.videoHeight]);
    video.onerror = failed;
  });
}
async function look() {
  const link = document.querySelector("#source a[href]")?.href ?? "";
  if (link === shown) return;
  shown = link;
  picture = null;
  draw();
  if (!link) return say(box.dataset.none);
  try {
    const found = await asImage(link).catch(() => asVideo(link));
    if (link === shown) show(...found);
  } catch {
    if (link === shown) say(box.dataset.unseen);
  }
}
const place = (event) => {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return [(event.clientX - left) * canvas.width / width, (event.clientY - top) * canvas.height / height];
};
function stroke(event) {
  const strokes = paint.getContext("2d"), [x, y] = place(event);
  strokes.globalCompositeOperation = erasing ? "destination-out" : "source-over";
  Object.assign(strokes, { lineWidth: Number(brush.value), lineCap: "round", strokeStyle: "#fff" });
  strokes.beginPath();
  strokes.moveTo(...(last ?? [x, y]));
  strokes.lineTo(x, y);
  strokes.stroke();
  last = [x, y];
  draw();
}
canvas.addEventListener("pointerdown", (event) => {
  if (!picture) return;
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  last = null;
  stroke(event);
});
canvas.addEventListener("pointermove", (event) => { if (last) stroke(event); });
for (const name of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(name, () => {
    if (last) send();
    last = null;
  });
}
box.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.clear !== undefined) clear();
  if (button?.dataset.erase !== undefined) {
    erasing = !erasing;
    button.setAttribute("aria-pressed", String(erasing));
  }
});
// A picture that is white where the video is made anew, in place of painting.
box.querySelector("[type=file]").addEventListener("change", async (event) => {
  const file = event.target.files[0];
  if (!file || !picture) return;
  const link = URL.createObjectURL(file), strokes = paint.getContext("2d", { willReadFrequently: true });
  try {
    const [image] = await asImage(link);
    strokes.globalCompositeOperation = "copy";
    strokes.drawImage(image, 0, 0, paint.width, paint.height);
    const pixels = strokes.getImageData(0, 0, paint.width, paint.height), { data } = pixels;
    for (let at = 0; at < data.length; at += 4) {
      const white = (data[at] + data[at + 1] + data[at + 2]) * data[at + 3] >= 3 * 128 * 255;
      data.fill(255, at, at + 3);
      data[at + 3] = white ? 255 : 0;
    }
    strokes.putImageData(pixels, 0, 0);
    draw();
    send();
  } catch {
    say(box.dataset.failed);
  } finally {
    URL.revokeObjectURL(link);
    event.target.value = "";
  }
});
const source = document.querySelector("#source");
new MutationObserver(look).observe(source, { childList: true, subtree: true, attributes: true });
look();
