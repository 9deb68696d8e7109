import { type Child, h } from "../../shared/dom.ts";
import { formatNumber } from "../../shared/format.ts";
import { problemList } from "../../shared/problems.ts";
import { dataTable } from "../../shared/table.ts";
import type { ReportContext, Section } from "../context.ts";
import { section } from "../section.ts";

/** What the data are like and what the run warns about. */
export function dataSection({ summary }: ReportContext): Section {
  const warnings = problemList(summary.run.warnings);
  return section(
    "data",
    "Data",
    "",
    h(
      "div",
      { class: "card" },
      h("h3", {}, "Warnings"),
      warnings ?? h("p", { class: "muted" }, "The run had nothing to warn about."),
    ),
    summary.profile === undefined ? null : h("div", { class: "card" }, h("h3", {}, "Profile"), facts(summary.profile)),
  );
}

/** Any record as a readable outline: plain values as facts, lists of records as tables. */
export function facts(record: Readonly<Record<string, unknown>>): Child {
  const plain = Object.entries(record).filter(([, value]) => !isNested(value));
  const nested = Object.entries(record).filter(([, value]) => isNested(value));
  return [
    plain.length === 0
      ? null
      : h(
          "dl",
          { class: "facts" },
          plain.map(([key, value]) => h("div", {}, h("dt", {}, readable(key)), h("dd", {}, plainText(value)))),
        ),
    nested.map(([key, value]) =>
      h(
        "div",
        { class: "nested" },
        h("h4", {}, readable(key)),
        Array.isArray(value) ? recordTable(key, value) : facts(value as Record<string, unknown>),
      ),
    ),
  ];
}

function isNested(value: unknown): boolean {
  if (Array.isArray(value))
    return (
      value.length > 0 && value.every((entry) => typeof entry === "object" && entry !== null && !Array.isArray(entry))
    );
  return typeof value === "object" && value !== null;
}

function recordTable(key: string, rows: readonly Readonly<Record<string, unknown>>[]): HTMLElement {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return dataTable({
    caption: readable(key),
    rows,
    limit: 20,
    columns: columns.map((name) => ({
      title: readable(name),
      value: (row: Readonly<Record<string, unknown>>) => {
        const value = row[name];
        return typeof value === "number" ? value : value === undefined || value === null ? null : plainText(value);
      },
      numeric: rows.some((row) => typeof row[name] === "number"),
    })),
  });
}

/** `missingShare` and `missing-share` as `Missing share`. */
function readable(key: string): string {
  const words = key
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll(/[-_]/g, " ")
    .toLocaleLowerCase("en");
  return words.charAt(0).toLocaleUpperCase("en") + words.slice(1);
}

function plainText(value: unknown): string {
  if (typeof value === "number") return formatNumber(value, 6);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (value === null || value === undefined) return "–";
  return Array.isArray(value)
    ? value.map(plainText).join(", ")
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
}
