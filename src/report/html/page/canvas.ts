/** Fits a canvas to its size on the screen, in the screen's own pixels; returns its context. */
export function fitted(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  ratio: number = devicePixelRatio,
): CanvasRenderingContext2D {
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser draws no canvas.');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
