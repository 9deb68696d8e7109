const width = 220;
const height = 40;

/** A line chart of the numbers as an SVG data address for a Markdown image; gaps (null) break the line. */
export function sparkline(values: readonly (number | null)[], colour = "#3794ff"): string {
  const numbers = values.filter((value): value is number => value !== null);
  const low = Math.min(...numbers);
  const span = Math.max(...numbers) - low || 1;
  const step = width / Math.max(1, values.length - 1);
  let path = "";
  let pen = "M";
  for (const [index, value] of values.entries()) {
    if (value === null) {
      pen = "M";
      continue;
    }
    path += `${pen}${(index * step).toFixed(1)} ${(height - 4 - ((value - low) / span) * (height - 8)).toFixed(1)}`;
    pen = "L";
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/></svg>`;
  return `data:image/svg+xml;base64,${btoa(svg)}`;
}

const blocks = "▁▂▃▄▅▆▇█";

/** The numbers as block characters, one a value (at most `length`); spaces for gaps. */
export function blockLine(values: readonly (number | null)[], length = 24): string {
  const slices = values.length <= length ? values : Array.from({ length }, (_, i) => sliceMean(values, i, length));
  const numbers = slices.filter((value): value is number => value !== null);
  if (numbers.length === 0) return "";
  const low = Math.min(...numbers);
  const span = Math.max(...numbers) - low || 1;
  return slices.map((value) => (value === null ? " " : blocks[Math.round(((value - low) / span) * 7)]!)).join("");
}

function sliceMean(values: readonly (number | null)[], index: number, slices: number): number | null {
  const from = Math.floor((index * values.length) / slices);
  const to = Math.max(from + 1, Math.floor(((index + 1) * values.length) / slices));
  const numbers = values.slice(from, to).filter((value): value is number => value !== null);
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
