/** A Markdown table; bars inside cells are escaped. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Says at the top of a page where its text comes from. */
export function generatedNote(source: string): string {
  return `<!-- Generated from ${source} by \`npm run generate\`: change the source, not this page. -->`;
}
