import { createHash } from "node:crypto";
import { existsSync, symlinkSync } from "node:fs";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { DataError, type Problem } from "../../../protocol/errors.ts";
import type { ProblemCode } from "../../../protocol/problems/codes.ts";
import { columnTypes, identifier, literal, rows } from "./database.ts";
import { type Dialect, sniffDialect } from "./dialect.ts";
import { asUtf8, foreignEncoding } from "./encoding.ts";
import { jsonSelect } from "./json-source.ts";
import type { DataFormat } from "./request.ts";
import { nearest, type SourceFile } from "./sources.ts";

/** A table or view in the database that stands for a source. */
export interface Relation {
  /** SQL name. */
  readonly name: string;
  /** How messages call it: the file, or `the query's result`. */
  readonly label: string;
  readonly files: readonly SourceFile[];
  /** Paths that DuckDB reads (copies, where a file had to be transcoded). */
  readonly paths: readonly string[];
  /** The files one by one; rows are counted through them in this order. */
  readonly parts: readonly RelationPart[];
  /** Names with SQL types; every column of a delimited text is VARCHAR. */
  readonly columns: ReadonlyMap<string, string>;
  /** Names that stood twice in a header. */
  readonly repeated: readonly string[];
  /** See `withSample`. */
  readonly sample?: Sample;
}

/** The first rows of a relation. */
export interface Sample {
  readonly rows: number;
  /** Different texts of each column, in alphabetical order. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
}

const sampleRows = 2000;

/** Reads the first rows of some columns, from which forms and types are guessed; one query, however many columns. */
export async function withSample(
  connection: DuckDBConnection,
  relation: Relation,
  columns: readonly string[],
): Promise<Relation & { readonly sample: Sample }> {
  const list = columns.map((column) => `${identifier(column)}::VARCHAR`).join(", ");
  const reader = await connection.runAndReadAll(`SELECT ${list} FROM ${relation.name} LIMIT ${sampleRows}`);
  const values = reader.getColumnsJson();
  const texts = columns.map((column, index): [string, string[]] => {
    const present = (values[index] ?? []).filter((value) => value !== null).map(String);
    return [column, [...new Set(present)].sort()];
  });
  return { ...relation, sample: { rows: reader.currentRowCount, texts: new Map(texts) } };
}

/** One file of a relation. */
export interface RelationPart {
  readonly label: string;
  /** Columns it has itself. */
  readonly columns: readonly string[];
  /** What splits its fields; undefined where it is no delimited text. */
  readonly delimiter: string | undefined;
  /** SELECT of all its rows, with the relation's column types. */
  readonly sql: string;
}

/** How files are opened, whatever they hold. */
export interface Opening {
  /** A folder of its own. */
  readonly temporary: string;
  readonly warnings: Problem[];
  /** Paths that are known to be no UTF-8. */
  readonly foreign: ReadonlySet<string>;
  readonly format: DataFormat;
}

interface Reader {
  readonly label: string;
  readonly sql: string;
  readonly path: string;
  readonly dialect?: Dialect;
  readonly nulls?: readonly string[];
}

/**
 * Makes a view `name` over files of any format, matched by column name. Nothing but headers is read here.
 */
export async function openSource(
  connection: DuckDBConnection,
  name: string,
  files: readonly SourceFile[],
  opening: Opening,
): Promise<Relation> {
  const readers: Reader[] = [];
  for (const file of files) readers.push(await readerOf(connection, plainlyNamed(file, opening.temporary), opening));
  const groups = grouped(readers);
  await connection.run(`CREATE OR REPLACE VIEW ${identifier(name)} AS ${unionOf(groups)}`);
  const columns = await columnTypes(connection, identifier(name));
  const dialects = readers.flatMap((reader) => reader.dialect ?? []);
  return {
    name: identifier(name),
    label: files.length === 1 ? files[0]!.label : `the ${files.length} files`,
    files,
    paths: readers.map((reader) => reader.path),
    parts: await partsOf(connection, readers, columns),
    columns,
    repeated: dialects.flatMap((dialect) => dialect.repeated),
  };
}

/** A file whose path DuckDB would take for a pattern, reached through a link without one. */
function plainlyNamed(file: SourceFile, temporary: string): SourceFile {
  if (!/[*?[\]]/.test(file.path)) return file;
  const link = path.join(
    temporary,
    `${createHash("sha256").update(file.path).digest("hex")}${path.extname(file.path)}`,
  );
  if (!existsSync(link)) symlinkSync(file.path, link);
  return { ...file, path: link };
}

async function readerOf(connection: DuckDBConnection, file: SourceFile, opening: Opening): Promise<Reader> {
  const { temporary, warnings, foreign, format } = opening;
  if (file.format === "parquet")
    return { label: file.label, path: file.path, sql: `SELECT * FROM read_parquet(${literal(file.path)})` };
  const utf8 = await asUtf8(
    file,
    temporary,
    warnings,
    format.encoding ?? (foreign.has(file.path) ? foreignEncoding : undefined),
  );
  if (file.format === "json") {
    return { label: file.label, path: utf8.path, sql: await jsonSelect(connection, utf8.path, file.label) };
  }
  const dialect = sniffDialect(utf8.head, file.label, {
    delimiter: format.delimiter === "tab" ? "\t" : format.delimiter,
    header: format.header,
    skip: format.skip,
  });
  if (dialect.skipped.length > 0) warnings.push(linesLeftOut(file, dialect));
  if (dialect.columns.length === 0) {
    throw new DataError(`${file.label} holds no header line.`, {
      code: "empty-file",
      file: file.label,
      fix: "The first line must name the columns.",
    });
  }
  return {
    label: file.label,
    path: utf8.path,
    dialect,
    nulls: format.null ?? [],
    sql: `SELECT * FROM ${csvReader([utf8.path], dialect, format.null)}`,
  };
}

function linesLeftOut(file: SourceFile, { skip, skipped }: Dialect): Problem {
  const first = skipped[0]!;
  const shown = first.length > 60 ? `${first.slice(0, 57)}…` : first;
  const others = skipped.length === 1 ? "1 line" : `${skipped.length} lines`;
  return {
    severity: "information",
    code: "lines-above-header",
    message: `${file.label}: ${others} above the header in line ${skip + 1} ${skipped.length === 1 ? "was" : "were"} left out (${JSON.stringify(shown)}).`,
    fix: `Set \`data.format: {header: ${skip + 1}}\` to say so, or another line.`,
  };
}

function csvReader(paths: readonly string[], dialect: Dialect, nulls: readonly string[] = []): string {
  const columns = dialect.columns.map((name) => `${literal(name)}: 'VARCHAR'`).join(", ");
  const options = [
    `columns = {${columns}}`,
    "auto_detect = false",
    `header = ${dialect.header}`,
    `delim = ${literal(dialect.delimiter)}`,
    `quote = ${literal(dialect.quote)}`,
    `escape = ${literal(dialect.quote)}`,
    `skip = ${dialect.skip}`,
    "max_line_size = 33554432",
    ...(nulls.length === 0 ? [] : [`nullstr = [${["", ...nulls].map(literal).join(", ")}]`]),
  ];
  return `read_csv([${paths.map(literal).join(", ")}], ${options.join(", ")})`;
}

/** Files with the same header, which one scan can read together. */
function grouped(readers: readonly Reader[]): Reader[][] {
  const groups = new Map<string, Reader[]>();
  for (const reader of readers) {
    const key = reader.dialect === undefined ? reader.sql : JSON.stringify(reader.dialect);
    groups.set(key, [...(groups.get(key) ?? []), reader]);
  }
  return [...groups.values()];
}

function unionOf(groups: readonly Reader[][]): string {
  const scans = groups.map((group) => {
    const { dialect, nulls, sql } = group[0]!;
    const paths = group.map((reader) => reader.path);
    return dialect === undefined ? sql : `SELECT * FROM ${csvReader(paths, dialect, nulls)}`;
  });
  return scans.join(" UNION ALL BY NAME ");
}

/** Checks that the columns exist, each named once; throws with the nearest name. */
export function requireColumn(relation: Relation, column: string, role: string): void {
  const names = [...relation.columns.keys()];
  const problem = (code: ProblemCode, message: string, fix: string) =>
    new DataError(message, { code, file: relation.files[0]?.label, column, fix });
  if (!relation.columns.has(column)) {
    const near = nearest(column, names);
    const listed = names.slice(0, 12).join(", ") + (names.length > 12 ? `, … (${names.length} in all)` : "");
    if (names.every((name) => /^[\d.,:/ TZ+-]+$/.test(name))) {
      throw problem(
        "missing-column",
        `${relation.label} has no column ${column} (${role}); its first line looks like data, not like a header.`,
        "Set `data.format: {header: 0}` and name the columns column1, column2 …, or add a header.",
      );
    }
    throw problem(
      "missing-column",
      `${relation.label} has no column ${column} (${role}).`,
      near === undefined ? `Its columns: ${listed}.` : `Did you mean ${near}?`,
    );
  }
  if (relation.repeated.includes(column)) {
    throw problem(
      "repeated-column",
      `${relation.label} has several columns named ${column}.`,
      "Rename one of them in the header.",
    );
  }
}

/** Checks that every file has a column that rows cannot do without; throws with the file that lacks it. */
export function requireEverywhere(relation: Relation, column: string, role: string): void {
  const lacking = relation.parts.find(
    ({ columns }) => !columns.some((name) => name.toLowerCase() === column.toLowerCase()),
  );
  if (lacking === undefined) return;
  const near = nearest(column, lacking.columns);
  throw new DataError(`${lacking.label} has no column ${column} (${role}); other files have it.`, {
    code: "unlike-files",
    file: lacking.label,
    column,
    fix:
      near === undefined
        ? `Its columns: ${lacking.columns.slice(0, 12).join(", ")}. Leave the file out of \`data.source\`, or rename its column.`
        : `Rename its column ${near}, or leave the file out of \`data.source\`.`,
  });
}

/** A single file is its relation; of several, each gets the columns of all, missing ones as NULL. */
async function partsOf(
  connection: DuckDBConnection,
  readers: readonly Reader[],
  columns: ReadonlyMap<string, string>,
): Promise<RelationPart[]> {
  if (readers.length === 1) {
    const [{ label, sql, dialect }] = readers as [Reader];
    return [{ label, sql, columns: [...columns.keys()], delimiter: dialect?.delimiter }];
  }
  const parts: RelationPart[] = [];
  for (const { label, sql, dialect } of readers) {
    const own = dialect?.columns ?? [...(await columnTypes(connection, `(${sql})`)).keys()];
    // SQL names are compared without case.
    const present = new Set(own.map((name) => name.toLowerCase()));
    const list = [...columns].map(([name, type]) => {
      return `${present.has(name.toLowerCase()) ? identifier(name) : "NULL"}::${type} AS ${identifier(name)}`;
    });
    parts.push({ label, columns: own, delimiter: dialect?.delimiter, sql: `SELECT ${list.join(", ")} FROM (${sql})` });
  }
  return parts;
}

/** Where a row stands. */
export interface Place {
  readonly file: string;
  /** 1-based data row in the file. */
  readonly row: number;
  /** SELECT that holds the row at offset `row - 1`. */
  readonly sql: string;
}

/** Finds row `row` (0-based, counted through all parts). */
export async function locate(connection: DuckDBConnection, relation: Relation, row: number): Promise<Place> {
  let rest = row;
  for (const part of relation.parts.length > 1 ? relation.parts : []) {
    const count = Number((await rows(connection, `SELECT count(*) FROM (${part.sql})`))[0]![0]);
    if (rest < count) return { file: part.label, row: rest + 1, sql: part.sql };
    rest -= count;
  }
  return { file: relation.label, row: rest + 1, sql: `SELECT * FROM ${relation.name}` };
}
