"use strict";
const at = (id) => document.getElementById(id);
const canvas = at("canvas");
const pen = canvas.getContext("2d", { willReadFrequently: true });
const isGrey = canvas.dataset.grey === "yes";
const rows = [...document.querySelectorAll("#classes li")];
const cursor = { x: canvas.width / 2, y: canvas.height / 2, drawing: false };
let last = null; // where the stroke is, or nothing
let asking = false;
let again = false;

const longest = Math.max(...rows.map((row) => row.firstElementChild.textContent.length));
at("classes").style.setProperty("--names", `${Math.min(9, 0.62 * longest + 0.6)}rem`);

// One question at a time; what changed meanwhile is asked when the answer is there.
async function ask() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    do {
      again = false;
      const points = pen.getImageData(0, 0, canvas.width, canvas.height).data;
      const where = at("centre")?.checked ? "/answer?centre" : "/answer";
      const reply = await fetch(where, { method: "POST", body: points });
      if (!reply.ok) throw new Error(await reply.text());
      show(await reply.json());
      at("trouble").hidden = true;
    } while (again);
  } catch (error) {
    at("trouble").textContent = error instanceof TypeError ? "The server has stopped." : error.message;
    at("trouble").hidden = false;
  } finally {
    asking = false;
  }
}

function show(told) {
  const best = told.probabilities.indexOf(Math.max(...told.probabilities));
  rows.forEach((row, number) => {
    const percent = `${(100 * told.probabilities[number]).toFixed(1)}%`;
    row.querySelector("i").style.width = percent;
    row.querySelector(".percent").textContent = percent;
    row.classList.toggle("first", number === best);
  });
  at("top").textContent = rows[best].firstElementChild.textContent;
  at("share").textContent = rows[best].querySelector(".percent").textContent;
  at("seen").src = told.image;
  at("seen").hidden = false;
  const figures = at("layers");
  while (figures.childElementCount < told.layers.length) figures.append(figure());
  told.layers.forEach((layer, number) => {
    const { children: [caption, image] } = figures.children[number];
    caption.firstElementChild.textContent = layer.path;
    caption.lastElementChild.textContent = ` ${layer.text} → ${layer.shape}`;
    image.src = layer.picture;
    image.alt = `The output of ${layer.path}, ${layer.shape}`;
    image.style.width = `${layer.width}px`;
  });
}

function figure() {
  const [made, caption, image] = ["figure", "figcaption", "img"].map((name) => document.createElement(name));
  caption.append(document.createElement("b"), document.createElement("span"));
  image.className = "pixels";
  made.append(caption, image);
  return made;
}

function clear() {
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  ask();
}

function stroke(from, to) {
  pen.strokeStyle = at("colour")?.value ?? "#fff";
  pen.lineWidth = Number(at("pen").value);
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(from.x, from.y);
  pen.lineTo(to.x, to.y);
  pen.stroke();
  ask();
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) / box.width) * canvas.width,
    y: ((event.clientY - box.top) / box.height) * canvas.height,
  };
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  canvas.setPointerCapture(event.pointerId);
  last = place(event);
  stroke(last, last);
});
canvas.addEventListener("pointermove", (event) => {
  if (!last) return;
  for (const one of event.getCoalescedEvents?.() ?? [event]) {
    const next = place(one);
    stroke(last, next);
    last = next;
  }
});
for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });

const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
canvas.addEventListener("keydown", (event) => {
  if (event.key === " ") { cursor.drawing = true; stroke(cursor, cursor); }
  else if (event.key === "Delete" || event.key === "Backspace") clear();
  else if (event.key in moves) {
    const [dx, dy] = moves[event.key];
    const from = { ...cursor };
    cursor.x = Math.min(canvas.width, Math.max(0, cursor.x + 10 * dx));
    cursor.y = Math.min(canvas.height, Math.max(0, cursor.y + 10 * dy));
    if (cursor.drawing) stroke(from, cursor);
  } else return;
  event.preventDefault();
});
canvas.addEventListener("keyup", (event) => { if (event.key === " ") cursor.drawing = false; });

// A picture fills the canvas, and what does not fit is cut off; on a canvas for drawings all of it is shown.
async function take(file) {
  if (!file?.type.startsWith("image/")) return;
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) {
    at("trouble").textContent = "This browser cannot read that picture.";
    at("trouble").hidden = false;
    return;
  }
  const fits = [canvas.width / picture.width, canvas.height / picture.height];
  const scale = at("centre")?.checked ? Math.min(...fits) : Math.max(...fits);
  const [width, height] = [picture.width * scale, picture.height * scale];
  const [left, top] = [(canvas.width - width) / 2, (canvas.height - height) / 2];
  const put = (paper) => {
    pen.fillStyle = paper;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture, left, top, width, height);
  };
  put("#000");
  if (isGrey) {
    at("invert").checked = hasBrightBorder(Math.max(0, left), Math.max(0, top));
    if (at("invert").checked) { put("#fff"); invert(); }
  }
  ask();
}

// Whether the edges of a picture in the middle of the canvas, so far from its left and its top, are bright: paper.
function hasBrightBorder(left, top) {
  const [width, height] = [Math.round(canvas.width - 2 * left), Math.round(canvas.height - 2 * top)];
  const { data } = pen.getImageData(Math.round(left), Math.round(top), width, height);
  let [sum, count] = [0, 0];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      if (x < 3 || y < 3 || x >= width - 3 || y >= height - 3) {
        const place = 4 * (y * width + x);
        sum += data[place] + data[place + 1] + data[place + 2];
        count += 3;
      }
  return sum / count > 127;
}

function invert() {
  const image = pen.getImageData(0, 0, canvas.width, canvas.height);
  for (let place = 0; place < image.data.length; place += 4)
    for (let channel = 0; channel < 3; channel += 1) image.data[place + channel] = 255 - image.data[place + channel];
  pen.putImageData(image, 0, 0);
}

addEventListener("dragover", (event) => { event.preventDefault(); canvas.classList.add("over"); });
addEventListener("dragleave", () => canvas.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  canvas.classList.remove("over");
  take(event.dataTransfer.files[0]);
});
addEventListener("paste", (event) => take(event.clipboardData.files[0]));
at("file").addEventListener("change", (event) => { take(event.target.files[0]); event.target.value = ""; });
at("clear").addEventListener("click", clear);
at("centre")?.addEventListener("change", ask);
at("invert")?.addEventListener("change", () => { invert(); ask(); });
clear();
