import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier, rows } from "./database.ts";
import type { Conversion } from "./read-columns.ts";
import type { Relation } from "./relation.ts";

/**
 * Gives the distinct texts of a column codes, in the order of numbers where all are numbers and of the alphabet
 * otherwise. A text that only a second relation (the forecast window) holds gets one too.
 */
export async function planCodes(
  connection: DuckDBConnection,
  relations: readonly Relation[],
  column: string,
  enumeration: string,
): Promise<Conversion> {
  const text = `nullif(trim(${identifier(column)}::VARCHAR), '')`;
  const selects = relations
    .filter((relation) => relation.columns.has(column))
    .map((relation) => `SELECT DISTINCT ${text} AS v FROM ${relation.name}`);
  await connection.run(
    `CREATE TYPE ${identifier(enumeration)} AS ENUM (SELECT v FROM (${selects.join(" UNION ")}) WHERE v IS NOT NULL ORDER BY TRY_CAST(v AS DOUBLE) NULLS LAST, v)`,
  );
  const values = await rows(connection, `SELECT unnest(enum_range(NULL::${identifier(enumeration)}))`);
  return { kind: "code", enumeration, categories: values.map((row) => String(row[0])) };
}
