// Runs once in the painter: shows the source's first frame, lets the visitor paint on it, and uploads what is painted
// as a mask, white on black; its path goes into the form's field.
const SIDE = 512; // pixels of the longer side
const box = element.querySelector(".painter"), canvas = box.querySelector("canvas"), context = canvas.getContext("2d");
const said = box.querySelector("[role=status]"), brush = box.querySelector("[type=range]");
const paint = document.createElement("canvas"), tint = document.createElement("canvas");
let picture = null, shown = "", erasing = false, last = null, turn = 0;
let brushAt = null; // where the keyboard has the brush
let keyed = false; // whether it has it now
let sending = null, awaited = false; // the mask's last way to the server; whether Generate waits for it

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
  if (keyed) ring();
}
// The brush of the keyboard, in two tones; it is whole while it paints.
function ring() {
  for (const [colour, wide] of [["#000", 4], ["#fff", 2]]) {
    Object.assign(context, { strokeStyle: colour, lineWidth: wide });
    context.setLineDash(last ? [] : [6, 6]);
    context.beginPath();
    context.arc(...brushAt, Number(brush.value) / 2, 0, 2 * Math.PI);
    context.stroke();
  }
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
    if (said.textContent === box.dataset.failed) say("");
  } catch {
    say(box.dataset.failed);
  } finally {
    if (mine === turn) sending = null;
  }
}
// Generate waits for a mask that is on its way.
function wait(event) {
  const entered = event.type === "keydown" && event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.closest?.("#prompt");
  const button = entered ? document.querySelector("#generate") : event.target.closest?.("#generate, #variations");
  if (!sending || !button || (event.type === "keydown" && !entered)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (awaited) return;
  awaited = true;
  const go = () => sending ? sending.then(go) : setTimeout(() => { awaited = false; button.click(); }, 150);
  go();
}
for (const name of ["click", "keydown"]) document.addEventListener(name, wait, true);
function clear() {
  turn += 1;
  sending = null;
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
  last = brushAt = null;
  say("");
  clear();
  takeUp();
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
  clear(); // at once: the mask was of another picture
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
function stroke(x, y) {
  const strokes = paint.getContext("2d");
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
  keyed = false;
  stroke(...place(event));
});
canvas.addEventListener("pointermove", (event) => { if (last && !keyed) stroke(...place(event)); });
function lift() {
  if (last) sending = send();
  last = null;
}
for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { if (!keyed) lift(); });
// With the keyboard: the arrow keys move the brush by half its width, with Shift by a few pixels; Space puts it down
// and lifts it.
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }, FINE = 4;
const within = (value, most) => Math.min(most, Math.max(0, value));
function takeUp() {
  if (!picture || !canvas.matches(":focus-visible")) return;
  brushAt ??= [canvas.width / 2, canvas.height / 2];
  keyed = true;
  say(box.dataset.keys);
  draw();
}
canvas.addEventListener("focus", takeUp);
canvas.addEventListener("keydown", (event) => {
  const way = WAYS[event.key], held = last && !keyed; // by the pointer
  if (!picture || held || (!way && event.key !== " ") || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  brushAt ??= [canvas.width / 2, canvas.height / 2];
  keyed = true;
  if (way) {
    const step = event.shiftKey ? FINE : Number(brush.value) / 2, [x, y] = brushAt;
    brushAt = [within(x + way[0] * step, canvas.width), within(y + way[1] * step, canvas.height)];
    if (last) stroke(...brushAt);
  } else if (!event.repeat) {
    last ? lift() : stroke(...brushAt);
    say(last ? box.dataset.down : box.dataset.up);
  }
  draw();
});
canvas.addEventListener("blur", () => {
  if (!keyed) return;
  lift();
  keyed = false;
  say("");
  draw();
});
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
    sending = send();
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
