// How wide words are in a drawing, so that none is cut or lies on another.

const families = '"Open Sans", "Helvetica Neue", Arial, sans-serif';
let pen: CanvasRenderingContext2D | null | undefined;

export function widthOf(text: string, size = 13, bold = false): number {
  pen ??= document.createElement("canvas").getContext("2d");
  if (!pen) return text.length * size * 0.6;
  pen.font = `${bold ? "700 " : ""}${size}px ${families}`;
  return pen.measureText(text).width;
}

/** As much of the text as there is room for, with a sign for what is left out. */
export function fit(text: string, room: number, size = 13, bold = false): string {
  if (widthOf(text, size, bold) <= room) return text;
  let n = text.length - 1;
  while (n > 1 && widthOf(`${text.slice(0, n)}…`, size, bold) > room) n--;
  return `${text.slice(0, n)}…`;
}

/** A domain's name in at most two lines, broken at a dot where there is one. */
export function nameLines(name: string, room: number): string[] {
  if (widthOf(name, 13, true) <= room) return [name];
  let cut = 0;
  for (let i = name.indexOf("."); i > 0; i = name.indexOf(".", i + 1))
    if (widthOf(name.slice(0, i + 1), 13, true) <= room) cut = i + 1;
  if (cut === 0) return [fit(name, room, 13, true)];
  return [name.slice(0, cut), fit(name.slice(cut), room, 13, true)];
}
