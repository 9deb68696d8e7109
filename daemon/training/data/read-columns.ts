import type { DuckDBConnection } from "@duckdb/node-api";
import { DataError } from "../../../protocol/errors.ts";
import { identifier, pullDoubles, rows } from "./database.ts";
import { type NumberStyle, numberExpression, numberStyle } from "./numbers.ts";
import { locate, type Place, type Relation } from "./relation.ts";
import {
  type DateEvidence,
  dayComesFirst,
  detectTimeFormat,
  localClock,
  prefersLocalClock,
  type TimeFormat,
  timeExpression,
  timeFormats,
} from "./time-format.ts";

export type ColumnRole = "time" | "key" | "number" | "covariate";

/** How a column becomes numbers. */
export type Conversion =
  | { readonly kind: "time"; readonly format?: TimeFormat }
  | { readonly kind: "number"; readonly style: NumberStyle | "typed" }
  | { readonly kind: "code"; readonly enumeration: string; readonly categories: readonly string[] };

/** One column of a relation to be read, and the relation it is in. */
export interface ColumnPlan {
  readonly column: string;
  readonly role: ColumnRole;
  readonly conversion: Conversion;
}

const sampleTexts = 2000;

/** Distinct texts from the beginning of a column that was sampled. */
export function sampleOf(relation: Relation, column: string): readonly string[] {
  return relation.sample?.texts.get(column) ?? [];
}

const numericType = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|REAL|DECIMAL.*|BOOLEAN)$/;
const momentType = /^(DATE|TIMESTAMP.*)$/;

/** Decides how a time column is read. Throws where no form fits or day and month cannot be told apart. */
export async function planTime(connection: DuckDBConnection, relation: Relation, column: string): Promise<Conversion> {
  if (momentType.test(relation.columns.get(column)!)) return { kind: "time" };
  const sample = sampleOf(relation, column);
  const format = detectTimeFormat(sample);
  if (format === undefined) {
    await requireRows(connection, relation);
    const shown = sample.find((text) => text.trim() !== "");
    throw new DataError(
      shown === undefined
        ? `The time column ${column} of ${relation.label} is empty.`
        : `The time column ${column} of ${relation.label} holds ${JSON.stringify(shown)}, which is no date or time that is understood.`,
      {
        code: shown === undefined ? "empty-time" : "unknown-time-format",
        file: relation.label,
        column,
        value: shown,
        fix: "Write dates as 2024-12-31 or 2024-12-31 18:00, or convert them with `query:` (strptime).",
      },
    );
  }
  if (format.name === "ISO 8601 with offset" && prefersLocalClock(sample)) return { kind: "time", format: localClock };
  if (format.twin === undefined) return { kind: "time", format };
  return { kind: "time", format: await dayOrMonthFirst(connection, relation, column, format, sample[0]!) };
}

/** Throws where a relation has a header and nothing else. */
export async function requireRows(connection: DuckDBConnection, relation: Relation): Promise<void> {
  if ((await rows(connection, `SELECT 1 FROM ${relation.name} LIMIT 1`)).length > 0) return;
  throw new DataError(`${relation.label} has no rows.`, {
    code: "no-rows",
    file: relation.label,
    fix: "The columns are there, but no data below them.",
  });
}

async function dayOrMonthFirst(
  connection: DuckDBConnection,
  relation: Relation,
  column: string,
  format: TimeFormat,
  example: string,
): Promise<TimeFormat> {
  const part = (index: number) =>
    `TRY_CAST(regexp_extract(trim(${identifier(column)}), '^(\\d{1,2})[/-](\\d{1,2})', ${index}) AS INT)`;
  const [found] = await rows(
    connection,
    `SELECT max(a), max(b), count(DISTINCT a), count(DISTINCT b) FROM (SELECT ${part(1)} AS a, ${part(2)} AS b FROM ${relation.name})`,
  );
  const [maximumA, maximumB, distinctA, distinctB] = found!.map(Number);
  const evidence: DateEvidence = { maximum: [maximumA!, maximumB!], distinct: [distinctA!, distinctB!] };
  const dayFirst = dayComesFirst(evidence);
  const twin = timeFormats.find((other) => other.name === format.twin)!;
  if (dayFirst === undefined) {
    throw new DataError(
      `The dates in column ${column} of ${relation.label} are ambiguous: ${example} can be ${format.name} or ${twin.name}.`,
      {
        code: "ambiguous-date",
        file: relation.label,
        column,
        value: example,
        fix: "Write dates as YYYY-MM-DD, or convert them with `query:` (strptime).",
      },
    );
  }
  return dayFirst ? format : twin;
}

/** How a number column is read; undefined where its texts (and `extra` ones) are no numbers. */
export function planNumber(relation: Relation, column: string, extra: readonly string[] = []): Conversion | undefined {
  const type = relation.columns.get(column)!;
  if (numericType.test(type)) return { kind: "number", style: "typed" };
  if (type !== "VARCHAR") return undefined;
  const style = numberStyle([...sampleOf(relation, column), ...extra], relation.european);
  return style === undefined ? undefined : { kind: "number", style };
}

/** SQL of one column as DOUBLE. */
function expression(plan: ColumnPlan, relation: Relation): string {
  const name = identifier(plan.column);
  const { conversion } = plan;
  if (!relation.columns.has(plan.column)) return "'NaN'::DOUBLE";
  switch (conversion.kind) {
    case "time": {
      if (conversion.format === undefined) return `coalesce(epoch_ms(${name}::TIMESTAMP)::DOUBLE, 'NaN'::DOUBLE)`;
      return timeExpression(textOf(plan.column, relation), conversion.format);
    }
    case "number":
      if (conversion.style === "typed") return `coalesce(${name}::DOUBLE, 'NaN'::DOUBLE)`;
      return numberExpression(`${name}::VARCHAR`, conversion.style);
    case "code": {
      const text = `nullif(trim(${name}::VARCHAR), '')`;
      return `coalesce(enum_code(${text}::${identifier(conversion.enumeration)})::DOUBLE, 'NaN'::DOUBLE)`;
    }
  }
}

/** Text of a column; whole numbers stored as DOUBLE lose their ".0", so that 2020.0 is a year. */
function textOf(column: string, relation: Relation): string {
  const name = identifier(column);
  const type = relation.columns.get(column)!;
  return /^(DOUBLE|FLOAT|DECIMAL)/.test(type) ? `regexp_replace(${name}::VARCHAR, '\\.0+$', '')` : `${name}::VARCHAR`;
}

/** Reads columns of a relation in row order; a column that the relation lacks is missing throughout. */
export function readColumns(
  connection: DuckDBConnection,
  relation: Relation,
  plans: readonly ColumnPlan[],
): Promise<Float64Array[]> {
  const columns = plans.map((plan) => expression(plan, relation)).join(", ");
  const scans = relation.parts.length > 1 ? relation.parts.map((part) => `(${part.sql})`) : [relation.name];
  return pullDoubles(
    connection,
    scans.map((scan) => `SELECT ${columns} FROM ${scan}`),
  );
}

/** Index of the first infinite value, which stands for a text that could not be converted; -1 where there is none. */
export function firstInfinite(values: Float64Array): number {
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]!) === Number.POSITIVE_INFINITY) return i;
  return -1;
}

/** The value of one cell as its source writes it. */
export async function cellText(connection: DuckDBConnection, column: string, place: Place): Promise<string> {
  const cell = await rows(
    connection,
    `SELECT ${identifier(column)}::VARCHAR FROM (${place.sql}) LIMIT 1 OFFSET ${place.row - 1}`,
  );
  return String(cell[0]?.[0] ?? "");
}

/** Texts of a number column that its conversion does not understand. */
export async function unconverted(
  connection: DuckDBConnection,
  relation: Relation,
  plan: ColumnPlan,
): Promise<string[]> {
  const found = await rows(
    connection,
    `SELECT DISTINCT ${identifier(plan.column)}::VARCHAR FROM ${relation.name} WHERE ${expression(plan, relation)} = 'Infinity'::DOUBLE LIMIT ${sampleTexts}`,
  );
  return found.map((row) => String(row[0]));
}

/** Error for a cell that could not be converted, with file, row and the value itself. */
export async function badCell(
  connection: DuckDBConnection,
  relation: Relation,
  plan: ColumnPlan,
  row: number,
): Promise<DataError> {
  const place = await locate(connection, relation, row);
  const value = await cellText(connection, plan.column, place);
  const infinite = /^[+-]?inf(inity)?$/i.test(value.trim());
  const isTime = plan.conversion.kind === "time";
  const what = isTime
    ? `is no time of the form ${plan.conversion.kind === "time" ? (plan.conversion.format?.name ?? "timestamp") : ""}`
    : infinite
      ? "is infinite"
      : "is not a number";
  return new DataError(
    `${place.file}, row ${place.row}: column ${plan.column} holds ${JSON.stringify(value.slice(0, 80))}, which ${what}.`,
    {
      code: isTime ? "bad-time" : infinite ? "infinite-value" : "bad-number",
      file: place.file,
      column: plan.column,
      row: place.row,
      value,
      fix: isTime
        ? "Correct the value; all rows must write time the same way."
        : "Correct the value, or leave it empty where it is unknown.",
    },
  );
}
