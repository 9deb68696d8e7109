import { accessSync, closeSync, constants, globSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import path from "node:path";
import { gunzipSync, constants as zlib } from "node:zlib";
import { distance } from "fastest-levenshtein";
import { DataError } from "../../../protocol/errors.ts";
import type { ProblemCode } from "../../../protocol/problems/codes.ts";

export type SourceFormat = "csv" | "parquet" | "json";

/** One file of the source, as it lies on disk. */
export interface SourceFile {
  readonly path: string;
  /** How the experiment would name it: relative to its folder where inside. */
  readonly label: string;
  readonly format: SourceFormat;
  readonly bytes: number;
}

/** Bytes of a file that its dialect is guessed from; more where not even the header fits. */
const lineFeed = 0x0a;
const headBytes = 1 << 18;
const longHeadBytes = 1 << 24;

/** Expands globs, resolves relative paths and checks that every file can be read. Files of a glob come in name order. */
export function resolveSources(directory: string, sources: readonly string[]): SourceFile[] {
  const files = sources.flatMap((source) => expand(directory, source));
  return [...new Set(files)].map((file) => checked(directory, file));
}

function expand(directory: string, source: string): string[] {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) {
    throw new DataError(`The source ${source} is a web address; only files on this machine are read.`, {
      code: "remote-source",
      file: source,
      fix: "Download the file and name its path.",
    });
  }
  const full = path.resolve(directory, source);
  if (!/[*?[\]{}]/.test(source) || statSync(full, { throwIfNoEntry: false }) !== undefined) return [full];
  const found = globSync(source, { cwd: directory }).map((name) => path.resolve(directory, name));
  const matches = found.filter((name) => statSync(name).isFile()).sort();
  if (matches.length === 0) {
    throw new DataError(`No file matches ${source}.`, {
      code: "empty-glob",
      file: source,
      fix: `Patterns are relative to ${directory}.`,
    });
  }
  return matches;
}

function checked(directory: string, file: string): SourceFile {
  const relative = path.relative(directory, file);
  const label = relative.startsWith("..") || path.isAbsolute(relative) ? file : relative;
  const stats = statSync(file, { throwIfNoEntry: false });
  const problem = (code: ProblemCode, message: string, fix: string) =>
    new DataError(message, { code, file: label, fix });
  if (stats === undefined) throw missingFile(file, label);
  if (stats.isDirectory()) {
    throw problem("source-is-folder", `${label} is a folder, not a file.`, `Name a file, or write ${label}/*.csv.`);
  }
  if (!stats.isFile()) throw problem("not-a-file", `${label} is not a regular file.`, "Name a file on disk.");
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw problem("no-permission", `${label} cannot be read: permission denied.`, "Change the file's permissions.");
  }
  if (stats.size === 0) throw problem("empty-file", `${label} is empty (0 bytes).`, "Write the data again.");
  return { path: file, label, format: formatOf(file, label), bytes: stats.size };
}

function missingFile(file: string, label: string): DataError {
  const folder = path.dirname(file);
  const names = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
  const near = nearest(path.basename(file), names);
  const fix = near === undefined ? "Check the path; it is relative to the experiment file." : `Did you mean ${near}?`;
  return new DataError(`The file ${label} does not exist.`, { code: "missing-file", file: label, fix });
}

/** The candidate nearest to `name` by edit distance, where one is near enough to be a slip. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: { name: string; cost: number } | undefined;
  for (const candidate of candidates) {
    const cost = distance(name.toLowerCase(), candidate.toLowerCase());
    if (best === undefined || cost < best.cost) best = { name: candidate, cost };
  }
  return best !== undefined && best.cost <= Math.max(2, name.length * 0.4) ? best.name : undefined;
}

function formatOf(file: string, label: string): SourceFormat {
  const name = file.toLowerCase().replace(/\.(gz|zst)$/, "");
  if (/\.(parquet|pq)$/.test(name)) return "parquet";
  if (/\.(json|ndjson|jsonl)$/.test(name)) return "json";
  if (/\.(csv|tsv|tab|txt|psv|dat)$/.test(name)) return "csv";
  const binary = /\.(xlsx?|ods|sqlite|db|feather|arrow|rds|rdata|pkl|pickle|zip|7z|h5|sav|dta)$/.exec(name);
  if (binary !== null) {
    throw new DataError(`${label}: files of type ${binary[0]} are not read.`, {
      code: "unknown-format",
      file: label,
      fix: "Export the table as CSV or Parquet.",
    });
  }
  return "csv";
}

/** The first bytes of a file, decompressed; at least the first line. Throws a DataError where that line has no end in sight. */
export function headOf(file: SourceFile): Buffer {
  const head = firstBytes(file, headBytes);
  if (head.includes(lineFeed)) return head;
  const longer = firstBytes(file, longHeadBytes);
  if (longer.includes(lineFeed) || longer.length <= headBytes) return longer;
  throw new DataError(`${file.label}: the first line is longer than ${Math.floor(longer.length / 2 ** 20)} MB.`, {
    code: "line-too-long",
    file: file.label,
    fix: "The first line must name the columns; check the line ends.",
  });
}

function firstBytes(file: SourceFile, length: number): Buffer {
  const buffer = Buffer.alloc(Math.min(length, file.bytes));
  const descriptor = openSync(file.path, "r");
  try {
    const head = buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, 0));
    if (head[0] !== 0x1f || head[1] !== 0x8b) return head;
    return unpacked(head, length);
  } catch (error) {
    throw damagedCompression(file, error);
  } finally {
    closeSync(descriptor);
  }
}

/** The beginning of a gzip file, at most `limit` bytes: a small file may unpack to more than memory holds. */
function unpacked(packed: Buffer, limit: number): Buffer {
  for (let length = packed.length; ; length = Math.ceil(length / 4)) {
    try {
      return gunzipSync(packed.subarray(0, length), { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: limit });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE" || length === 1) throw error;
    }
  }
}

/** Error for a compressed file that is cut off or not compressed at all. */
export function damagedCompression(file: SourceFile, cause: unknown): DataError {
  return new DataError(`${file.label} cannot be decompressed.`, {
    code: "damaged-compression",
    file: file.label,
    fix: "The file is damaged or cut off; write it again.",
    cause,
  });
}
