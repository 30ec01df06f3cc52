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

/** So many widths are remembered. */
const MOST_WIDTHS = 5_000;
const widths = new Map<string, number>();

/** As much of a label as has room, with a sign that there is more. */
export function fitting(context: CanvasRenderingContext2D, label: string, within: number): string {
  const wide = widthOf(context, label);
  if (wide <= within) return label;
  const letters = Math.floor((within / wide) * label.length) - 1;
  return `${label.slice(0, Math.max(1, letters))}…`;
}

/** How wide a label of a lane is; they all have one font. */
export function widthOf(context: CanvasRenderingContext2D, label: string): number {
  const known = widths.get(label);
  if (known !== undefined) return known;
  if (widths.size >= MOST_WIDTHS) widths.clear();
  const { width } = context.measureText(label);
  widths.set(label, width);
  return width;
}
