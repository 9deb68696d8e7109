import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier, lockDatabase, openDatabase, rows, translated } from "./database.ts";
import { decideNumbers } from "./decide-numbers.ts";
import { shapesOf } from "./number-shape.ts";
import { isMissing, isTruthColumn, missingSql, numberExpression } from "./numbers.ts";
import { runQuery } from "./query.ts";
import { sampleOf } from "./read-columns.ts";
import { withEncodingRetry } from "./read-panel.ts";
import { openSource, type Relation, withSample } from "./relation.ts";
import type { SourceRequest } from "./request.ts";
import { resolveSources, type SourceFile } from "./sources.ts";
import { detectTimeFormat, timeExpression } from "./time-format.ts";

export type ColumnKind = "time" | "number" | "boolean" | "text";

/** What is known of one column without reading an experiment. */
export interface ColumnDescription {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Share of rows without a value, 0 to 1. */
  readonly missing: number;
  /** Number of different values (an estimate, from the rows looked at). */
  readonly distinct: number;
  /** Smallest and largest value as text; empty where there is none. */
  readonly minimum: string;
  readonly maximum: string;
  /** Up to five different values. */
  readonly samples: readonly string[];
}

export interface SourceDescription {
  readonly files: readonly string[];
  readonly rows: number;
  /** Rows that the columns' figures are taken from. */
  readonly rowsLooked: number;
  readonly columns: readonly ColumnDescription[];
}

/** Cells up to which all rows are looked at, and rows that are looked at beyond. */
const cellsScanned = 10_000_000;
const rowsScanned = 20_000;
/** Columns that are described by one query. */
const columnsAtOnce = 50;
/** Tables with more columns are described roughly: NULL alone is missing, and there is no smallest and largest value. */
const columnsInFull = 300;

/** Describes sources; runs in the reading process. Of large files only the first 20,000 rows are looked at (and all counted). */
export async function describe(request: SourceRequest, temporary: string): Promise<SourceDescription> {
  const files = resolveSources(request.directory, request.sources);
  try {
    return await withEncodingRetry(files, (foreign) => attempt(request, files, temporary, foreign));
  } catch (error) {
    throw translated(
      error,
      files.map((file) => file.label),
    );
  }
}

async function attempt(
  request: SourceRequest,
  files: readonly SourceFile[],
  temporary: string,
  foreign: ReadonlySet<string>,
): Promise<SourceDescription> {
  const connection = await openDatabase(temporary);
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const raw = await openSource(connection, "raw source", files, {
      temporary,
      warnings: [],
      foreign,
      format: request.format ?? {},
    });
    await lockDatabase(connection, raw.paths);
    const relation =
      request.query === undefined
        ? raw
        : await runQuery(connection, raw, request.query, { ...describing, format: request.format }, []);
    const sampled = await withSample(connection, relation, [...relation.columns.keys()]);
    const [[total]] = (await rows(connection, `SELECT count(*) FROM ${relation.name}`)) as [[string]];
    const names = [...relation.columns.keys()];
    const scanned =
      Number(total) * names.length <= cellsScanned
        ? relation.name
        : `(SELECT * FROM ${relation.name} LIMIT ${rowsScanned})`;
    const columns: ColumnDescription[] = [];
    for (let from = 0; from < names.length; from += columnsAtOnce) {
      columns.push(...(await describeColumns(connection, sampled, scanned, names.slice(from, from + columnsAtOnce))));
    }
    const rowsLooked = scanned === relation.name ? Number(total) : rowsScanned;
    return { files: files.map((file) => file.label), rows: Number(total), rowsLooked, columns };
  } finally {
    connection.closeSync();
  }
}

/** A description knows no keys and no time. */
const describing = { time: "", series: [] };

/** Describes some columns by one scan. */
async function describeColumns(
  connection: DuckDBConnection,
  relation: Relation,
  scanned: string,
  columns: readonly string[],
): Promise<ColumnDescription[]> {
  const kinds = columns.map((column) => kindOf(relation, column, sampleOf(relation, column)));
  const figures = columns.map((column, index) => {
    const value = `${identifier(column)}::VARCHAR`;
    if (relation.columns.size > columnsInFull) {
      return `1 - count(${value}) / count(*), approx_count_distinct(${value}), NULL, NULL`;
    }
    const missing = missingSql(value);
    const { order } = kinds[index]!;
    return `avg(${missing}::INT), approx_count_distinct(${value}) FILTER (NOT ${missing}), arg_min(${value}, ${order}) FILTER (NOT ${missing}), arg_max(${value}, ${order}) FILTER (NOT ${missing})`;
  });
  const [found] = await rows(connection, `SELECT ${figures.join(", ")} FROM ${scanned}`);
  return columns.map((name, index) => {
    const [missing, distinct, minimum, maximum] = found!.slice(4 * index, 4 * index + 4);
    return {
      name,
      kind: kinds[index]!.kind,
      missing: Number(missing ?? 0),
      distinct: Number(distinct),
      minimum: String(minimum ?? ""),
      maximum: String(maximum ?? ""),
      samples: spread(sampleOf(relation, name).filter((text) => text.trim() !== "")),
    };
  });
}

/** Kind of a column and the SQL that orders its values. */
function kindOf(relation: Relation, column: string, sample: readonly string[]): { kind: ColumnKind; order: string } {
  const name = identifier(column);
  const type = relation.columns.get(column)!;
  if (/^(DATE|TIMESTAMP)/.test(type)) return { kind: "time", order: name };
  if (type === "BOOLEAN") return { kind: "boolean", order: name };
  if (type !== "VARCHAR") return { kind: /INT|FLOAT|DOUBLE|DECIMAL/.test(type) ? "number" : "text", order: name };
  const format = detectTimeFormat(sample);
  // Bare digits are years or seconds only where a name says so.
  const digits = sample.every((text) => /^\s*[\d.,]*\s*$/.test(text));
  if (format !== undefined && (!digits || /date|time|year|month|day|period|jahr|datum|monat/i.test(column))) {
    return { kind: "time", order: timeExpression(name, format) };
  }
  if (isTruthColumn(sample)) return { kind: "boolean", order: numberExpression(name, { style: "boolean" }) };
  const present = sample.filter((text) => !isMissing(text));
  if (present.length === 0) return { kind: sample.some((text) => text.trim() !== "") ? "number" : "text", order: name };
  const found = decideNumbers(new Map([[column, shapesOf(present)]]), relation.parts[0]?.delimiter).get(column);
  if (found?.kind === "ambiguous") return { kind: "number", order: name };
  return found?.kind === "form"
    ? { kind: "number", order: numberExpression(name, found.form) }
    : { kind: "text", order: name };
}

function spread(sample: readonly string[]): string[] {
  const count = Math.min(5, sample.length);
  return Array.from({ length: count }, (_, i) => sample[Math.floor((i * sample.length) / count)]!);
}
