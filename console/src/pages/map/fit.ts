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

/** A name in as many lines as may be, broken behind a dot where there is one. */
export function nameLines(name: string, room: number, most: number): string[] {
  const lines: string[] = [];
  let rest = name;
  while (lines.length < most - 1 && widthOf(rest, 13, true) > room) {
    const line = firstLine(rest, room);
    lines.push(line);
    rest = rest.slice(line.length);
  }
  return [...lines, fit(rest, room, 13, true)];
}

/** Its labels that there is room for; of a label without room, what goes in. */
function firstLine(name: string, room: number): string {
  const goes = (n: number) => widthOf(name.slice(0, n), 13, true) <= room;
  let cut = 0;
  for (let i = name.indexOf("."); i >= 0 && goes(i + 1); i = name.indexOf(".", i + 1)) cut = i + 1;
  if (cut > 0) return name.slice(0, cut);
  let n = name.length - 1;
  while (n > 1 && !goes(n)) n--;
  return name.slice(0, n);
}
