import type { DuckDBConnection } from "@duckdb/node-api";
import { DataError } from "../../../protocol/errors.ts";
import { identifier, pullDoubles, rows } from "./database.ts";
import type { NumberForm } from "./decide-numbers.ts";
import { numberExpression } from "./numbers.ts";
import { locate, type Place, type Relation } from "./relation.ts";
import { type TimeFormat, timeExpression } from "./time-format.ts";

export type ColumnRole = "time" | "key" | "number" | "covariate";

/** How a column becomes numbers. */
export type Conversion =
  /** `instants`: times have an offset, so they say nothing of local days. */
  | { readonly kind: "time"; readonly format?: TimeFormat; readonly instants: boolean }
  /** `forms`: one for each file; none where the column has a numeric type. `open`: no row that was looked at shows the decimal mark. */
  | { readonly kind: "number"; readonly forms: readonly NumberForm[]; readonly open: boolean }
  | { readonly kind: "code"; readonly enumeration: string; readonly categories: readonly string[] };

/** One column of a relation to be read, and the relation it is in. */
export interface ColumnPlan {
  readonly column: string;
  readonly role: ColumnRole;
  readonly conversion: Conversion;
}

/** Distinct texts from the beginning of a column that was sampled. */
export function sampleOf(relation: Relation, column: string): readonly string[] {
  return relation.sample?.texts.get(column) ?? [];
}

export const numericType = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|REAL|DECIMAL.*|BOOLEAN)$/;

/** Throws where a relation has a header and nothing else. */
export async function requireRows(connection: DuckDBConnection, relation: Relation): Promise<void> {
  if ((await rows(connection, `SELECT 1 FROM ${relation.name} LIMIT 1`)).length > 0) return;
  throw new DataError(`${relation.label} has no rows.`, {
    code: "no-rows",
    file: relation.label,
    fix: "The columns are there, but no data below them.",
  });
}

/** SQL of one column as DOUBLE. */
function expression(plan: ColumnPlan, relation: Relation, part: number): string {
  const name = identifier(plan.column);
  const { conversion } = plan;
  if (!relation.columns.has(plan.column)) return "'NaN'::DOUBLE";
  switch (conversion.kind) {
    case "time": {
      if (conversion.format === undefined) {
        const moment = conversion.instants ? name : `${name}::TIMESTAMP`;
        return `coalesce(epoch_ms(${moment})::DOUBLE, 'NaN'::DOUBLE)`;
      }
      return timeExpression(textOf(plan.column, relation), conversion.format);
    }
    case "number":
      if (conversion.forms.length === 0) return `coalesce(${name}::DOUBLE, 'NaN'::DOUBLE)`;
      return numberExpression(`${name}::VARCHAR`, conversion.forms[part] ?? conversion.forms[0]!);
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
  const scans = relation.parts.length > 1 ? relation.parts.map((part) => `(${part.sql})`) : [relation.name];
  return pullDoubles(
    connection,
    scans.map(
      (scan, part) => `SELECT ${plans.map((plan) => expression(plan, relation, part)).join(", ")} FROM ${scan}`,
    ),
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
