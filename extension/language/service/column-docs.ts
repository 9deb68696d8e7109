import type { ColumnFacts, DataFacts } from "../../../protocol/facts.ts";
import { sparkline } from "./sparkline.ts";
import { count, percent, shortNumber } from "./text.ts";

const typeNames: Readonly<Record<ColumnFacts["type"], string>> = {
  number: "number",
  text: "text",
  time: "timestamp",
  boolean: "true/false",
};

/** Type and share of missing values, for the grey text beside a completion. */
export function columnDetail(column: ColumnFacts): string {
  const missing = column.missing > 0 ? ` · ${percent(column.missing)} missing` : "";
  return `${typeNames[column.type]}${missing}`;
}

/** A column's profile as Markdown: type, range, examples and its course over the file. */
export function columnMarkdown(column: ColumnFacts, data: DataFacts): string {
  const lines = [`**${column.name}** — ${typeNames[column.type]}, ${count(data.rows, "row")}`];
  const facts = [`${percent(column.missing)} missing`];
  if (column.distinct !== undefined) facts.push(`${count(column.distinct, "distinct value")}`);
  if (column.minimum !== undefined && column.maximum !== undefined) facts.push(`${column.minimum} … ${column.maximum}`);
  if (column.mean !== undefined) facts.push(`mean ${shortNumber(column.mean)}`);
  lines.push(facts.join(" · "));
  if (column.type === "text" && column.examples.length > 0)
    lines.push(`Such as ${column.examples.slice(0, 4).join(", ")}`);
  if (column.profile.some((value) => value !== null))
    lines.push(`![course of ${column.name}](${sparkline(column.profile)})`);
  const leak = data.panel?.leaks.find(({ column: name }) => name === column.name);
  if (leak !== undefined) lines.push(`⚠ Correlation with the target ${leak.correlation.toFixed(3)}: it may reveal it.`);
  return lines.join("\n\n");
}
