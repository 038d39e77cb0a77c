/** What a canvas is drawn on with, once nothing is on it any more; `null` where there is no such thing. */
export function cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const context = canvas.getContext('2d');
  context?.resetTransform();
  context?.clearRect(0, 0, canvas.width, canvas.height);
  return context;
}
