// Which names are written and where: heaviest first, none over another, none outside the picture. A name that finds no room beside
// its node is tried on the other side.

/**
 * candidates: [{x, y, width, height, weight, always, otherX}] in pixels, x at the left end, otherX where it may stand instead.
 * Returns those that fit, with their x, at most `most`.
 */
export function fitting(candidates, width, height, most = 60) {
  const taken = [];
  const chosen = [];
  const ranked = candidates.slice().sort((a, b) => (b.always ? 1 : 0) - (a.always ? 1 : 0) || b.weight - a.weight);
  for (const each of ranked) {
    if (chosen.length >= most && !each.always) break;
    const boxes = [each.x, each.otherX].filter((x) => x !== undefined).map((x) => boxAt(each, x));
    if (boxes[0].x1 < 0 || boxes[0].x0 > width || boxes[0].y1 < 0 || boxes[0].y0 > height) continue;
    const free = boxes.find((box) => box.x0 >= 0 && box.x1 <= width && !taken.some((other) => meets(box, other)));
    if (!free && !each.always) continue;
    const box = free || boxes[0];
    taken.push(box);
    chosen.push({ ...each, x: box.x0 });
  }
  return chosen;
}

function boxAt(each, x) {
  return { x0: x, x1: x + each.width, y0: each.y - each.height / 2, y1: each.y + each.height / 2 };
}

function meets(a, b) {
  return a.x0 < b.x1 && a.x1 > b.x0 && a.y0 < b.y1 && a.y1 > b.y0;
}
