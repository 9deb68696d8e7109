import type { DuckDBConnection } from "@duckdb/node-api";
import { DataError } from "../../../protocol/errors.ts";
import { columnTypes, identifier, literal, rows } from "./database.ts";

const options = "maximum_object_size = 268435456";

/** Types that DuckDB gives to texts of JSON; the texts themselves are wanted, since a date may have an offset and a key be anything. */
const fromText = /^(DATE|TIMESTAMP.*|TIME.*|UUID)$/;

/**
 * SELECT of the rows of a JSON file: one list of objects, one object a line, or one object whose columns hold lists or
 * `{index: value}` as pandas writes them. Throws a DataError for any other layout.
 */
export async function jsonSelect(connection: DuckDBConnection, file: string, label: string): Promise<string> {
  const plain = `read_json(${literal(file)}, ${options}, union_by_name = true)`;
  const types = await columnTypes(connection, plain);
  const nested = [...types].filter(([, type]) => /^(STRUCT|MAP)|\[\]$|^JSON$/.test(type));
  if (nested.length > 0 && (nested.length === types.size || types.has("data") || types.has("json"))) {
    return await selectByColumns(connection, file, label, [...types.keys()]);
  }
  if (![...types.values()].some((type) => fromText.test(type))) return `SELECT * FROM ${plain}`;
  const columns = [...types].map(
    ([name, type]) => `${literal(name)}: ${literal(fromText.test(type) ? "VARCHAR" : type)}`,
  );
  return `SELECT * FROM read_json(${literal(file)}, ${options}, columns = {${columns.join(", ")}})`;
}

async function selectByColumns(
  connection: DuckDBConnection,
  file: string,
  label: string,
  names: readonly string[],
): Promise<string> {
  const declared = names.map((name) => `${literal(name)}: 'JSON'`).join(", ");
  const source = `read_json(${literal(file)}, ${options}, columns = {${declared}})`;
  const [[count]] = (await rows(connection, `SELECT count(*) FROM ${source}`)) as [[string]];
  const parts = names.map((name) => `json_type(${identifier(name)}), json_keys(${identifier(name)})::VARCHAR`);
  const sizes = names.map((name) => `json_array_length(${identifier(name)})`);
  const [found] = await rows(connection, `SELECT ${[...parts, ...sizes].join(", ")} FROM ${source} LIMIT 1`);
  const kinds = names.map((_, index) => String(found?.[2 * index]));
  const keys = names.map((_, index) => String(found?.[2 * index + 1]));
  const lengths = names.map((_, index) => String(found?.[2 * names.length + index]));
  const alike = (values: readonly string[]) => new Set(values).size === 1;
  const objects = alike(kinds) && kinds[0] === "OBJECT" && alike(keys);
  const lists = alike(kinds) && kinds[0] === "ARRAY" && alike(lengths);
  if (Number(count) !== 1 || (!objects && !lists)) throw unlikeRecords(label, names);
  const path = objects ? "$.*" : "$[*]";
  const columns = names.map(
    (name) => `unnest(json_extract_string(${identifier(name)}, '${path}')) AS ${identifier(name)}`,
  );
  return `SELECT ${columns.join(", ")} FROM ${source}`;
}

function unlikeRecords(label: string, names: readonly string[]): DataError {
  return new DataError(
    `${label} is no list of records: it holds nested values (${names.slice(0, 5).join(", ")}) instead of rows.`,
    {
      code: "json-layout",
      file: label,
      fix: 'Write one list of objects, such as [{"date": "2024-01-01", "y": 1}] (pandas: orient="records"), or one object a line.',
    },
  );
}
