// -> what is wrong with the controls that are seen: one lies over another, or a word of one is broken over lines.
() => {
  const gap = 1; // pixels that rounding may take
  const controls = [...document.querySelectorAll("#columns :is(button, a, summary, input, textarea, .draws)")]
    .filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !each.closest(".all"));
  const boxes = controls.map((each) => [each, each.getBoundingClientRect()]).filter(([, box]) => box.width > 1);
  const name = (each) => (each.innerText || each.ariaLabel || each.tagName).slice(0, 40), wrong = [];
  for (const [i, [a, first]] of boxes.entries()) {
    for (const [b, second] of boxes.slice(i + 1)) {
      if (a.contains(b) || b.contains(a)) continue;
      const width = Math.min(first.right, second.right) - Math.max(first.left, second.left);
      const height = Math.min(first.bottom, second.bottom) - Math.max(first.top, second.top);
      if (width > gap && height > gap) wrong.push(`“${name(a)}” over “${name(b)}”`);
    }
  }
  for (const [control] of boxes) {
    const walker = document.createTreeWalker(control, NodeFilter.SHOW_TEXT), range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const { index, 0: word } of node.data.matchAll(/[\p{L}\p{N}]+/gu)) {
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        if (range.getClientRects().length > 1) wrong.push(`a broken word: ${word}`);
      }
    }
  }
  return [...new Set(wrong)];
}
