import { availableParallelism } from "node:os";
import { DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import { DataError } from "../../../protocol/errors.ts";
import type { ProblemCode } from "../../../protocol/problems/codes.ts";

/** Memory DuckDB may use before it writes to its temporary folder. */
const memoryLimit = "1500MB";

/** A DuckDB in memory that can install nothing and spills to `temporary`. */
export async function openDatabase(temporary: string): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(Math.min(availableParallelism(), 8)),
    memory_limit: memoryLimit,
    temp_directory: temporary,
    max_temp_directory_size: "50GB",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  return await DuckDBConnection.create(instance);
}

/** From here on only `files` can be read, nothing written or attached, and no setting changed. */
export async function lockDatabase(connection: DuckDBConnection, files: readonly string[]): Promise<void> {
  await connection.run(`SET allowed_paths = [${files.map(literal).join(", ")}]`);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Rows of a small result as plain JSON values (numbers of 64 bits come as text). */
export async function rows(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowsJson();
}

/** Names and types of a relation's columns. */
export async function columnTypes(connection: DuckDBConnection, relation: string): Promise<Map<string, string>> {
  const described = await rows(connection, `DESCRIBE SELECT * FROM ${relation}`);
  return new Map(described.map((row) => [String(row[0]), String(row[1])]));
}

/** Rows a block of collected values has: large enough to be few, small enough to waste little. */
const blockRows = 1 << 17;

/**
 * Runs queries whose columns are all DOUBLE and collects each column into one array, query after query, each in the
 * order of its source's rows.
 */
export async function pullDoubles(connection: DuckDBConnection, queries: readonly string[]): Promise<Float64Array[]> {
  const columns: Float64Array[][] = [];
  let used = blockRows;
  let count = 0;
  for (const query of queries) {
    const result = await connection.stream(query);
    while (columns.length < result.columnCount) columns.push([]);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      if (used + chunk.rowCount > blockRows) {
        closeBlocks(columns, used);
        for (const blocks of columns) blocks.push(new Float64Array(blockRows));
        used = 0;
      }
      copyChunk(chunk, columns, used);
      used += chunk.rowCount;
      count += chunk.rowCount;
    }
  }
  closeBlocks(columns, used);
  return columns.map((blocks) => joined(blocks, count));
}

/** Cuts the last block of each column to the values it holds. */
function closeBlocks(columns: readonly Float64Array[][], used: number): void {
  for (const blocks of columns) if (blocks.length > 0) blocks.push(blocks.pop()!.subarray(0, used));
}

function copyChunk(chunk: DuckDBDataChunk, columns: readonly Float64Array[][], at: number): void {
  columns.forEach((blocks, index) => {
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
    const bytes = duckdb.vector_get_data(vector, chunk.rowCount * 8);
    blocks.at(-1)!.set(new Float64Array(bytes.buffer, bytes.byteOffset, chunk.rowCount), at);
  });
}

/** One array of all blocks; the blocks are given up, so that columns are never held twice for long. */
function joined(blocks: Float64Array[], count: number): Float64Array {
  const column = new Float64Array(count);
  let at = 0;
  for (const block of blocks) {
    column.set(block, at);
    at += block.length;
  }
  blocks.length = 0;
  return column;
}

/** Words DuckDB's own errors for the analyst; other errors pass as they are. */
export function translated(error: unknown, files: readonly string[]): unknown {
  if (!(error instanceof Error) || error instanceof DataError) return error;
  const message = error.message;
  const file = files.find((name) => message.includes(name)) ?? files[0];
  const known = translations.find(({ pattern }) => pattern.test(message));
  if (known === undefined) {
    const line = message.split("\n", 1)[0]!;
    return new DataError(`Reading ${file} failed: ${line}`, { code: "unreadable-source", file, cause: error });
  }
  const match = known.pattern.exec(message)!;
  return new DataError(known.message(file ?? "the source", match), { code: known.code, file, fix: known.fix });
}

interface Translation {
  readonly pattern: RegExp;
  readonly code: ProblemCode;
  readonly message: (file: string, match: RegExpExecArray) => string;
  readonly fix: string;
}

const translations: readonly Translation[] = [
  {
    pattern: /CSV Error on Line: (\d+)[\s\S]*Expected Number of Columns: (\d+) Found: (\d+)/,
    code: "ragged-row",
    message: (file, match) => `${file}: line ${match[1]} has ${match[3]} fields, the header has ${match[2]}.`,
    fix: "Repair the line; a delimiter inside a text must be enclosed in quotes.",
  },
  {
    pattern: /CSV Error on Line: (\d+)[\s\S]*unterminated quote/i,
    code: "unterminated-quote",
    message: (file, match) => `${file}: line ${match[1]} opens a quote that never closes.`,
    fix: "Close the quote or double it inside the text.",
  },
  {
    pattern: /CSV Error on Line: (\d+)[\s\S]*Maximum line size/i,
    code: "line-too-long",
    message: (file, match) => `${file}: line ${match[1]} is longer than 32 MB.`,
    fix: "Check for an unclosed quote or missing line ends.",
  },
  {
    pattern: /CSV Error on Line: (\d+)/,
    code: "csv-syntax",
    message: (file, match) => `${file}: line ${match[1]} cannot be read as delimited text.`,
    fix: "Check quotes and delimiters on that line.",
  },
  {
    pattern: /No magic bytes found|not a parquet file|too small to be a Parquet file|Parquet/i,
    code: "not-parquet",
    message: (file) => `${file} is not a complete Parquet file.`,
    fix: "Write the file again; it may have been cut off, or carry the wrong extension.",
  },
  {
    pattern: /Malformed JSON[^\n]*|Input Error: [^\n]*JSON[^\n]*/i,
    code: "malformed-json",
    message: (file, match) => `${file} is not valid JSON: ${match[0].replace(/^.*?: /, "").slice(0, 200)}`,
    fix: "The file must hold one list of objects, or one object a line.",
  },
  {
    pattern: /Out of Memory|could not allocate/i,
    code: "out-of-memory",
    message: (file) => `${file} needs more memory than the reading process may use (${memoryLimit}).`,
    fix: "Leave out columns or rows with `query:`, or aggregate before forecasting.",
  },
  {
    pattern: /gzip|GZIP|zstd/,
    code: "damaged-compression",
    message: (file) => `${file} cannot be decompressed.`,
    fix: "The file is damaged or cut off; write it again.",
  },
];
