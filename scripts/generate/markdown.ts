/** A Markdown table; bars inside cells are escaped. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Says at the top of a page where its text comes from. */
export function generatedNote(source: string): string {
  return `<!-- Generated from ${source} by \`npm run generate\`: change the source. -->`;
}

/** Breaks paragraphs into lines of at most 120 columns; tables, code and headings stay as they are. */
export function wrapped(text: string): string {
  return text.split("\n\n").map(wrapParagraph).join("\n\n");
}

function wrapParagraph(paragraph: string): string {
  if (/^(\||#|<!--| {4})/.test(paragraph)) return paragraph;
  const lines: string[] = [];
  for (const word of paragraph.split(/\s+/)) {
    const line = `${lines.at(-1) ?? ""} ${word}`.trimStart();
    if (lines.length > 0 && line.length <= 120) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines.join("\n");
}
