import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";
import { DataError } from "../../../protocol/errors.ts";
import type { ProblemCode } from "../../../protocol/problems/codes.ts";
import { columnTypes, identifier, literal, rows } from "./database.ts";
import { missingSql, parsedNumber } from "./numbers.ts";
import { planNumber, sampleOf } from "./read-columns.ts";
import { type Relation, withSample } from "./relation.ts";
import { detectTimeFormat } from "./time-format.ts";

/** Functions that a query may use as a table; every other table is `source` or one the query names itself. */
const tableFunctions = new Set(["range", "generate_series", "unnest", "repeat"]);

/**
 * Runs the experiment's query over `relation` (as the view `source`, its columns typed) and keeps the result as a table.
 * Only one SELECT over `source` is accepted: no other file, table, setting or statement.
 */
export async function runQuery(connection: DuckDBConnection, relation: Relation, query: string): Promise<Relation> {
  await checkQuery(connection, query);
  await connection.run(`CREATE VIEW source AS ${await typedSelect(connection, relation)}`);
  const label = "the query's result";
  try {
    await connection.run(`CREATE TABLE "query result" AS SELECT * FROM (${query.replace(/;\s*$/, "")}\n)`);
  } catch (error) {
    throw queryError(error, relation);
  }
  const name = identifier("query result");
  return {
    name,
    label,
    files: relation.files,
    paths: relation.paths,
    parts: [],
    columns: await columnTypes(connection, name),
    european: false,
    repeated: [],
  };
}

function refused(message: string, fix: string, code: ProblemCode = "query-refused"): DataError {
  return new DataError(message, { code, fix });
}

async function checkQuery(connection: DuckDBConnection, query: string): Promise<void> {
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

/** Columns of a text file with the types their first rows show; a later value of another type stops the query. */
async function typedSelect(connection: DuckDBConnection, relation: Relation): Promise<string> {
  const names = [...relation.columns.keys()];
  const sampled = await withSample(connection, relation, names);
  const columns = names.map((column) => typedColumn(sampled, column));
  return `SELECT ${columns.join(", ")} FROM ${relation.name}`;
}

function typedColumn(relation: Relation, column: string): string {
  const name = identifier(column);
  if (relation.columns.get(column) !== "VARCHAR") return name;
  const sample = sampleOf(relation, column);
  const format = detectTimeFormat(sample);
  const strict = (value: string, kind: string) =>
    `coalesce(${value}, CASE WHEN ${missingSql(name)} THEN NULL ELSE error('ALMANAC ' || json_array(${literal(column)}, ${name}, ${literal(kind)})) END) AS ${name}`;
  if (format !== undefined && format.twin === undefined && /[-/.:QWMT ]|[A-Za-z]/.test(sample[0] ?? "")) {
    return strict(format.sql(`trim(${name})`), "time");
  }
  const plan = planNumber(relation, column);
  if (plan?.kind !== "number" || plan.style === "typed" || sample.length === 0) return name;
  const value = parsedNumber(name, plan.style);
  return strict(
    plan.style === "boolean" ? `(${value}) = 1` : value,
    plan.style === "boolean" ? "truth value" : "number",
  );
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
