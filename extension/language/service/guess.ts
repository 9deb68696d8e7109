import type { ColumnFacts, DataFacts } from "../../../protocol/facts.ts";
import type { Path } from "./document.ts";
import type { Facts } from "./facts.ts";
import { yamlScalar } from "./text.ts";

/** Which columns an experiment over these data would most likely name. */
export interface Guess {
  readonly time: string | undefined;
  readonly target: string | undefined;
  readonly series: readonly string[];
  readonly covariates: readonly string[];
}

const timeNames = /^(date|time|timestamp|datetime|ds|day|week|month|year|period)$|date|time/i;
const targetNames =
  /^(y|target|value|sales|units|demand|quantity|qty|count|load|price|revenue|volume)$|sales|demand|units|quantity/i;

/** Guesses roles from names, types and distinct values. */
export function guessRoles(data: DataFacts): Guess {
  const { columns } = data;
  const time = best(columns, ({ type, name }) => (type === "time" ? 2 : 0) + (timeNames.test(name) ? 1 : 0), 2);
  const rest = columns.filter((column) => column !== time);
  const target = best(rest, (column) => targetScore(column), 1);
  const others = rest.filter((column) => column !== target);
  const isKey = (column: ColumnFacts) =>
    (column.type === "text" || /(^|_)(id|key|store|shop|item|product|sku|series)$/i.test(column.name)) &&
    column.missing === 0 &&
    (column.distinct ?? 0) > 1 &&
    (column.distinct ?? 0) * 8 < data.rows;
  return {
    time: time?.name,
    target: target?.name,
    series: others.filter(isKey).map(({ name }) => name),
    covariates: others
      .filter((column) => !isKey(column) && column.type !== "time" && column.type !== "text")
      .map(({ name }) => name),
  };
}

function targetScore({ type, name, distinct }: ColumnFacts): number {
  if (type !== "number") return 0;
  return 1 + (targetNames.test(name) ? 4 : 0) + ((distinct ?? 0) > 10 ? 1 : 0);
}

function best(
  columns: readonly ColumnFacts[],
  score: (column: ColumnFacts) => number,
  least: number,
): ColumnFacts | undefined {
  return columns.filter((column) => score(column) >= least).toSorted((a, b) => score(b) - score(a))[0];
}

/** A likely value for a required key that is missing. */
export function guessValue(path: Path, facts: Facts): string {
  const key = path.join(".");
  const guess = facts.data === undefined ? undefined : guessRoles(facts.data);
  if (key === "data.time") return yamlScalar(guess?.time ?? "date");
  if (key === "data.target") return yamlScalar(guess?.target ?? "value");
  if (key === "data.source") return facts.files[0] ?? "data.csv";
  if (key === "forecast.horizon") return "14";
  if (key === "forecast") return "{horizon: 14}";
  return '""';
}
