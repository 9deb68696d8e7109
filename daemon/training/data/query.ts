import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";
import { DataError, type Problem } from "../../../protocol/errors.ts";
import type { ProblemCode } from "../../../protocol/problems/codes.ts";
import { columnTypes, identifier, literal, rows } from "./database.ts";
import { missingSql, parsedNumber } from "./numbers.ts";
import { NumberPlanner } from "./plan-numbers.ts";
import { sampleOf } from "./read-columns.ts";
import { type Relation, withSample } from "./relation.ts";
import type { DataRequest } from "./request.ts";
import { detectTimeFormat } from "./time-format.ts";

/** Functions that a query may use as a table; every other table is `source` or one the query names itself. */
const tableFunctions = new Set(["range", "generate_series", "unnest", "repeat"]);

/** What a query's columns are for. */
export type QueryRequest = Pick<DataRequest, "format" | "time" | "series">;

/** How the columns of `source` are typed: as their texts show, times left as texts, or all left as texts. */
const typings = ["typed", "times as text", "text"] as const;
type Typing = (typeof typings)[number];

/**
 * Runs the experiment's query over `relation` (as the view `source`, its columns typed) and keeps the result as a table.
 * Only one SELECT over `source` is accepted: no other file, table, setting or statement. Columns that become keys stay the texts they are; where
 * the query does not fit the types of the other columns, such as `split_part(date, '-', 2)`, it sees their texts.
 */
export async function runQuery(
  connection: DuckDBConnection,
  relation: Relation,
  query: string,
  request: QueryRequest,
  warnings: Problem[],
): Promise<Relation> {
  const statement = await checkQuery(connection, query);
  const names = [...relation.columns.keys()];
  const keys = keyColumns(statement, names, request.series);
  const sampled = await withSample(connection, relation, names);
  const numbers = new NumberPlanner(connection, sampled, { ...request, series: [...keys] }, warnings);
  await numbers.look(names.filter((name) => !keys.has(name) && name !== request.time));
  const source = { relation: sampled, keys, numbers };
  let first: unknown;
  for (const typing of typings) {
    const error = await carriedOut(connection, source, query, typing);
    if (error === undefined) return await resultOf(connection, relation);
    first ??= error;
    if (!/^Binder Error/.test(String(error instanceof Error ? error.message : error))) break;
  }
  throw queryError(first, relation);
}

/** A source that a query runs over. */
interface Source {
  readonly relation: Relation;
  /** Columns that become keys. */
  readonly keys: ReadonlySet<string>;
  readonly numbers: NumberPlanner;
}

/** Carries a query out; returns the error where that fails. A number that its column's first rows do not foretell has all rows looked at. */
async function carriedOut(
  connection: DuckDBConnection,
  source: Source,
  query: string,
  typing: Typing,
): Promise<unknown> {
  const looked = new Set<string>();
  for (;;) {
    try {
      await connection.run(`CREATE OR REPLACE VIEW source AS ${typedSelect(source, typing)}`);
      await connection.run(`CREATE OR REPLACE TABLE "query result" AS SELECT * FROM (${query.replace(/;\s*$/, "")}\n)`);
      return undefined;
    } catch (error) {
      const [column, , kind] = error instanceof Error ? (ownError(error.message) ?? []) : [];
      if (column === undefined || kind !== "number" || looked.has(column)) return error;
      looked.add(column);
      if ((await source.numbers.lookAgainAt(column)) === undefined) return error;
    }
  }
}

async function resultOf(connection: DuckDBConnection, { files, paths }: Relation): Promise<Relation> {
  const name = identifier("query result");
  const columns = await columnTypes(connection, name);
  return { name, label: "the query's result", files, paths, parts: [], columns, repeated: [] };
}

/**
 * Columns of the source that a key column of the result is made of, by name or under another one: keys are names, not numbers. Arithmetic
 * is left its numbers.
 */
function keyColumns(statement: unknown, names: readonly string[], series: readonly string[]): Set<string> {
  const lower = new Map(names.map((name) => [name.toLowerCase(), name]));
  const wanted = new Set(series.map((name) => name.toLowerCase()));
  const keys = new Set<string>();
  const add = (node: unknown): boolean => {
    let grown = false;
    for (const name of referred(node)) {
      if (!wanted.has(name)) grown = true;
      wanted.add(name);
    }
    return grown;
  };
  const visit = (node: unknown): boolean => {
    if (Array.isArray(node)) return node.map(visit).some(Boolean);
    if (!isEntry(node)) return false;
    const alias = String(node.alias ?? "").toLowerCase();
    const grown = alias !== "" && node.class !== undefined && wanted.has(alias) && add(node);
    return Object.values(node).map(visit).some(Boolean) || grown;
  };
  // A key may pass through several names.
  while (visit(statement));
  for (const name of wanted) {
    const column = lower.get(name);
    if (column !== undefined) keys.add(column);
  }
  return keys;
}

function isEntry(node: unknown): node is Record<string, unknown> {
  return node !== null && typeof node === "object" && !Array.isArray(node);
}

/** Names of the columns that an expression refers to, arithmetic left out. */
function referred(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(referred);
  if (!isEntry(node)) return [];
  if (node.class === "COLUMN_REF" && Array.isArray(node.column_names)) {
    return [String(node.column_names.at(-1)).toLowerCase()];
  }
  if (node.class === "FUNCTION" && ["+", "-", "*", "/", "//", "%"].includes(String(node.function_name))) return [];
  return Object.values(node).flatMap(referred);
}

function refused(message: string, fix: string, code: ProblemCode = "query-refused"): DataError {
  return new DataError(message, { code, fix });
}

async function checkQuery(connection: DuckDBConnection, query: string): Promise<unknown> {
  const [[text]] = (await rows(connection, `SELECT json_serialize_sql(${literal(query)})::VARCHAR`)) as [[string]];
  const parsed = JSON.parse(text) as {
    error: boolean;
    error_type?: string;
    error_message?: string;
    statements?: unknown[];
  };
  if (parsed.error) {
    if (parsed.error_type === "parser") {
      throw refused(
        `The query is not valid SQL: ${parsed.error_message}.`,
        "DuckDB's SQL is understood.",
        "query-syntax",
      );
    }
    throw refused("The query must be a SELECT.", "Write SELECT … FROM source; nothing else may run.");
  }
  if (parsed.statements?.length !== 1) throw refused("The query holds several statements.", "Write one SELECT.");
  checkTables(parsed.statements[0], new Set(["source"]));
  return parsed.statements[0];
}

/** Walks the syntax tree: collects the names the query gives itself, then looks at every table it reads. */
function checkTables(tree: unknown, allowed: Set<string>): void {
  const reads: { table: string; schema: string }[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    if (node === null || typeof node !== "object") return;
    const entry = node as Record<string, unknown>;
    if (entry.type === "BASE_TABLE") {
      reads.push({ table: String(entry.table_name), schema: String(entry.schema_name) + String(entry.catalog_name) });
    }
    if (entry.type === "TABLE_FUNCTION") checkFunction(entry);
    if (entry.type === "SHOW_REF") throw refused("The query must be a SELECT.", "Write SELECT … FROM source.");
    const common = (entry.cte_map as { map?: { key: string }[] } | undefined)?.map ?? [];
    for (const { key } of common) allowed.add(key.toLowerCase());
    Object.values(entry).forEach(visit);
  };
  visit(tree);
  for (const { table, schema } of reads) {
    if (schema === "" && allowed.has(table.toLowerCase())) continue;
    throw refused(
      `The query reads ${table}; only \`source\` can be read.`,
      "Declare further files under `data.source`; they are all in `source`.",
    );
  }
}

function checkFunction(entry: Record<string, unknown>): void {
  const name = String((entry.function as { function_name?: string } | undefined)?.function_name ?? "");
  if (tableFunctions.has(name.toLowerCase())) return;
  throw refused(
    `The query calls ${name}(…) as a table; only \`source\` can be read.`,
    "Declare files under `data.source` and write SELECT … FROM source.",
  );
}

/** Columns of a text file with the types their rows show; a value of another type stops the query. */
function typedSelect(source: Source, typing: Typing): string {
  const { relation } = source;
  const names = [...relation.columns.keys()];
  const scans = relation.parts.length > 1 ? relation.parts.map(({ sql }) => `(${sql})`) : [relation.name];
  const selects = scans.map((scan, part) => {
    const columns = names.map((column) => typedColumn(source, column, part, typing));
    return `SELECT ${columns.join(", ")} FROM ${scan}`;
  });
  return selects.join(" UNION ALL ");
}

function typedColumn({ relation, keys, numbers }: Source, column: string, part: number, typing: Typing): string {
  const name = identifier(column);
  if (relation.columns.get(column) !== "VARCHAR" || keys.has(column) || typing === "text") return name;
  const sample = sampleOf(relation, column);
  const strict = (value: string, kind: string) =>
    `coalesce(${value}, CASE WHEN ${missingSql(name)} THEN NULL ELSE error('ALMANAC ' || json_array(${literal(column)}, ${name}, ${literal(kind)})) END) AS ${name}`;
  const format = detectTimeFormat(sample);
  const first = sample[0] ?? "";
  const isMoment = /[-/:QWMT ]|[A-Za-z]|\..*\./.test(first);
  if (format !== undefined && format.twin === undefined && format.ambiguous !== true && isMoment) {
    return typing === "times as text" ? name : strict(format.sql(`trim(${name})`), "time");
  }
  const plan = sample.length === 0 ? undefined : numbers.covariate(column);
  const form = plan?.forms[part] ?? plan?.forms[0];
  if (form === undefined) return name;
  const value = parsedNumber(name, form);
  if (form.style === "boolean") return strict(`(${value}) = 1`, "truth value");
  // A first fraction behind whole numbers alone makes all rows be looked at.
  const whole = `CASE WHEN contains(${name}, '.') THEN NULL ELSE ${value} END`;
  return strict(plan?.open === true ? whole : value, "number");
}

function queryError(error: unknown, relation: Relation): unknown {
  if (!(error instanceof Error)) return error;
  const typed = ownError(error.message);
  if (typed !== undefined) {
    const [column, value, kind] = typed;
    return new DataError(
      `${relation.label}: column ${column} holds ${JSON.stringify(value)}, which is not a ${kind}.`,
      {
        code: kind === "time" ? "bad-time" : "bad-number",
        file: relation.label,
        column,
        value,
        fix: "Correct the value, or leave it empty where it is unknown.",
      },
    );
  }
  const line = error.message.split("\n", 1)[0]!.replace(/^[A-Za-z ]+Error: /, "");
  if (/Out of Memory/.test(error.message)) return error;
  return refused(
    `The query failed: ${line}`,
    "Its columns are those of the source; see `almanac check`.",
    "query-failed",
  );
}

const ownErrorSchema = z.tuple([z.string(), z.string(), z.string()]);

/** Column, value and kind of an error that `typedColumn` raised; a query may raise what looks like one but is none. */
function ownError(message: string): [string, string, string] | undefined {
  try {
    return ownErrorSchema.parse(JSON.parse(/ALMANAC (\[.*\])/.exec(message)?.[1] ?? ""));
  } catch {
    return undefined;
  }
}
