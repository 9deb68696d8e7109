import type { Answer } from "./facts.ts";

const width = 400;
const height = 110;
const margin = 10;

/** History, forecast and interval as an SVG data address; readable on light and dark ground. */
export function chart({ history, mean, low, high }: Answer): string {
  const past = history.slice(-Math.max(60, mean.length * 3));
  const length = past.length + mean.length;
  const numbers = [...past, ...low, ...high].filter((value): value is number => value !== null);
  const least = Math.min(...numbers);
  const span = Math.max(...numbers) - least || 1;
  const point = (index: number, value: number) =>
    `${(margin + (index / Math.max(1, length - 1)) * (width - 2 * margin)).toFixed(1)} ${(height - margin - ((value - least) / span) * (height - 2 * margin)).toFixed(1)}`;
  const ahead = (values: readonly number[]) => values.map((value, index) => point(past.length + index, value));
  const band = `M${[...ahead(high), ...ahead(low).reverse()].join("L")}Z`;
  const last = past.at(-1);
  const join = last === null || last === undefined ? [] : [point(past.length - 1, last)];
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    `<path d="${band}" fill="#3794ff" fill-opacity="0.25"/>`,
    `<path d="${pastPath(past, point)}" fill="none" stroke="#888" stroke-width="1.5"/>`,
    `<path d="M${[...join, ...ahead(mean)].join("L")}" fill="none" stroke="#3794ff" stroke-width="2"/>`,
    "</svg>",
  ].join("");
  return `data:image/svg+xml;base64,${btoa(svg)}`;
}

function pastPath(past: readonly (number | null)[], point: (index: number, value: number) => string): string {
  let pen = "M";
  let path = "";
  for (const [index, value] of past.entries()) {
    if (value !== null) path += `${pen}${point(index, value)}`;
    pen = value === null ? "M" : "L";
  }
  return path;
}
