// -> what is wrong with where text stands: outside the window, outside its box, or over another text.
() => {
  const gap = 1.5; // pixels that rounding and the shapes of letters may take
  const hidden = (node) => {
    for (let e = node; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.visibility === "hidden" || style.display === "none" || +style.opacity === 0) return true;
      if (style.clipPath !== "none" || e.closest("#live, .sr-only, footer, .toast-wrap")) return true;
    }
    return false;
  };
  const cut = (e) => { // shortened on purpose, with an ellipsis
    const style = getComputedStyle(e);
    return style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || ["SCRIPT", "STYLE", "OPTION"].includes(parent.tagName) || hidden(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [];
    for (let e = parent; e && e !== document.body; e = e.parentElement) boxes.push(e);
    const scrolled = boxes.find((e) => /auto|scroll/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth);
    const shortened = boxes.find(cut);
    for (const rect of range.getClientRects()) {
      if (rect.width < 1 || rect.height < 1) continue;
      if (shortened && rect.bottom > shortened.getBoundingClientRect().bottom + gap) continue; // clamped away
      texts.push({ node, rect, parent, scrolled, shortened, boxes, words: node.data.trim().slice(0, 60) });
    }
  }
  for (const field of document.querySelectorAll("input:not([type=checkbox], [type=radio], [type=file]), textarea")) {
    if (!hidden(field)) texts.push({ node: field, rect: field.getBoundingClientRect(), parent: field, boxes: [], words: field.value });
  }
  const wrong = [];
  for (const { rect, words, boxes, scrolled, shortened } of texts) {
    if (scrolled || shortened) continue;
    if (rect.left < -gap || rect.right > innerWidth + gap) wrong.push(`outside the window: ${words}`);
    for (const box of boxes) {
      const style = getComputedStyle(box), bounds = box.getBoundingClientRect();
      if (style.display === "inline" || style.display === "contents" || !bounds.width) continue;
      const out = rect.left < bounds.left - gap || rect.right > bounds.right + gap;
      const below = style.overflowY !== "visible" && (rect.top < bounds.top - gap - 2 || rect.bottom > bounds.bottom + gap + 2);
      if (out || below) { wrong.push(`outside ${box.tagName}#${box.id}.${box.className}: ${words}`); break; }
    }
  }
  for (let i = 0; i < texts.length; i++) {
    for (let j = i + 1; j < texts.length; j++) {
      const a = texts[i], b = texts[j];
      if (a.node === b.node || a.parent.contains(b.parent) || b.parent.contains(a.parent)) continue;
      const width = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
      const height = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
      if (width > gap && height > gap + 1) wrong.push(`“${a.words}” over “${b.words}”`);
    }
  }
  return [...new Set(wrong)];
}
