/** One CSV line (RFC 4180): quotes where a cell needs them, an empty cell for what is missing. */
export function csvLine(cells: readonly (string | number)[]): string {
  let line = "";
  for (const cell of cells) line += `${csvCell(cell)},`;
  return `${line.slice(0, -1)}\n`;
}

function csvCell(cell: string | number): string {
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : "";
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
