import { CompletionItemKind } from "vscode-languageserver-types";
import { metricCards } from "../../../protocol/experiment/metrics.ts";
import { metricNames } from "../../../protocol/experiment/schema.ts";
import type { ColumnFacts } from "../../../protocol/facts.ts";
import { columnDetail, columnMarkdown } from "./column-docs.ts";
import { keyItems } from "./complete-keys.ts";
import type { Suggestion } from "./completion.ts";
import { countries } from "./countries.ts";
import type { Cursor } from "./cursor.ts";
import { type ForecastDocument, type Path, valueAt } from "./document.ts";
import type { Facts } from "./facts.ts";
import { modelMarkdown } from "./model-docs.ts";
import { type ColumnRole, isModelPlace, mentions, roleAt } from "./roles.ts";
import { choices, describe } from "./schema-docs.ts";
import { yamlScalar } from "./text.ts";

/** Values that may be written at the cursor. */
export function valueItems(cursor: Cursor, document: ForecastDocument, facts: Facts): Suggestion[] {
  const { path } = cursor;
  const role = roleAt(path, "value");
  if (role !== undefined) return columnItems(cursor, role, document, facts);
  const keys = typeof path.at(-1) === "number" && !cursor.flow ? keyItems(cursor, document, facts) : [];
  const models = isModelPlace(path, "value") || path.join(".") === "search.models" ? modelItems(cursor, facts) : [];
  return [...choiceItems(path, facts), ...models, ...wordItems(path, document, facts), ...keys];
}

const fitting: Readonly<Record<ColumnRole, readonly ColumnFacts["type"][]>> = {
  time: ["time"],
  target: ["number"],
  series: ["text"],
  known: ["number", "boolean", "text"],
  observed: ["number", "boolean", "text"],
  static: ["text", "number"],
  scenario: [],
};

/** The data's columns, those of a fitting type first; columns with another role already come last. */
function columnItems(cursor: Cursor, role: ColumnRole, document: ForecastDocument, facts: Facts): Suggestion[] {
  const data = facts.data;
  if (data === undefined) return [];
  const used = new Map(
    mentions(document)
      .filter(({ from }) => from !== cursor.from)
      .map(({ text, role: other }) => [text, other]),
  );
  const rank = (column: ColumnFacts) =>
    costOf(used.get(column.name)) + (fitting[role].includes(column.type) ? fitting[role].indexOf(column.type) : 10);
  return data.columns
    .filter(({ name }) => !cursor.siblings.includes(name))
    .toSorted((a, b) => rank(a) - rank(b))
    .map((column) => ({
      label: column.name,
      kind: CompletionItemKind.Field,
      labelDetails: { description: columnDetail(column) },
      documentation: { kind: "markdown", value: columnMarkdown(column, data) },
      insert: yamlScalar(column.name),
    }));
}

/** A column with a role is an unlikely choice for another; the target, the time and the keys are mistakes. */
function costOf(role: ColumnRole | undefined): number {
  if (role === undefined) return 0;
  return role === "target" || role === "time" || role === "series" ? 200 : 100;
}

function modelItems(cursor: Cursor, facts: Facts): Suggestion[] {
  return facts.models
    .filter(({ name }) => !cursor.siblings.includes(name))
    .map((card) => ({
      label: card.name,
      kind: CompletionItemKind.Class,
      detail: card.summary,
      documentation: { kind: "markdown", value: modelMarkdown(card) },
      insert: cursor.path.length === 2 ? `[${card.name}]` : card.name,
      filterText: card.name,
    }));
}

function choiceItems(path: Path, facts: Facts): Suggestion[] {
  return choices(path, facts).map((word) => {
    const metric = path.join(".") === "evaluation.metric" ? metricNames.find((name) => name === word) : undefined;
    return {
      label: word,
      kind: CompletionItemKind.EnumMember,
      ...(metric === undefined
        ? {}
        : { documentation: metricCards[metric].definition, detail: metricCards[metric].title }),
      insert: word,
    };
  });
}

/** Words that are not in the schema because any text is allowed, but that are what people write. */
function wordItems(path: Path, document: ForecastDocument, facts: Facts): Suggestion[] {
  const texts = (words: readonly string[], detail?: string): Suggestion[] =>
    words.map((label) => ({ label, kind: CompletionItemKind.Value, insert: label, ...(detail ? { detail } : {}) }));
  switch (path.slice(0, 3).join(".")) {
    case "data.frequency":
      return texts(frequencyWords(facts), describe(path, facts)).map((item) => ({
        ...item,
        kind: CompletionItemKind.Unit,
      }));
    case "data.source":
    case "data.future":
      return facts.files.map((file) => ({ label: file, kind: CompletionItemKind.File, insert: yamlPath(file) }));
    case "covariates.calendar.country":
      return countries.map(({ code, name }) => ({
        label: code,
        kind: CompletionItemKind.Constant,
        labelDetails: { description: name },
        filterText: `${code} ${name}`,
        insert: yamlScalar(code),
      }));
    case "covariates.calendar.region":
      return regionsOf(valueAt(document, ["covariates", "calendar", "country"]));
    case "forecast.horizon":
      return texts(horizonWords(facts));
    case "search.budget":
      return texts(["1 minute", "5 minutes", "15 minutes", "1 hour"]);
    case "train.on":
      return texts(["local", ...facts.remotes]);
    default:
      return [];
  }
}

const allFrequencies = [
  "day",
  "business day",
  "week",
  "month",
  "quarter",
  "year",
  "hour",
  "30 minutes",
  "15 minutes",
  "minute",
  "second",
];

function frequencyWords(facts: Facts): string[] {
  const inferred = facts.data?.panel?.frequency;
  return [...new Set([...(inferred === undefined ? [] : [inferred]), ...allFrequencies])];
}

const spansOf: Readonly<Record<string, readonly string[]>> = {
  hour: ["24", "48", "168", "1 week"],
  day: ["7", "14", "28", "4 weeks"],
  week: ["4", "13", "26", "52"],
  month: ["6", "12", "18", "24"],
  quarter: ["4", "8"],
  year: ["3", "5"],
};

function horizonWords(facts: Facts): readonly string[] {
  return spansOf[facts.data?.panel?.frequency ?? "day"] ?? ["24", "48", "96"];
}

function regionsOf(country: unknown): Suggestion[] {
  const found = countries.find(({ code }) => code === String(country).toUpperCase());
  return Object.entries(found?.regions ?? {}).map(([code, name]) => ({
    label: code,
    kind: CompletionItemKind.Constant,
    labelDetails: { description: name },
    insert: yamlScalar(code),
  }));
}

function yamlPath(file: string): string {
  return /^[\w./-]+$/.test(file) ? file : JSON.stringify(file);
}
