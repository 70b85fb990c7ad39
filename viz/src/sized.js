// A canvas in the size of the picture.

/** The canvas's context, cleared and in CSS pixels of the frame. */
export function sized(canvas, { width, height }, ratio = window.devicePixelRatio || 1) {
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  }
  const to = canvas.getContext('2d');
  to.setTransform(ratio, 0, 0, ratio, 0, 0);
  to.clearRect(0, 0, width, height);
  return to;
}
