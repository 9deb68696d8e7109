import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import {
  Field,
  Float64,
  makeData,
  makeVector,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Table,
  tableFromIPC,
} from "apache-arrow";
import { DataError } from "../../../protocol/errors.ts";
import type { Frequency } from "../../forecasting/panel/frequency.ts";
import type { Covariate, HolidayCalendar, Panel } from "../../forecasting/panel/panel.ts";

const formatVersion = 1;
const metadataKey = "almanac";

/** What a panel holds beside its long columns. */
interface Metadata {
  readonly version: number;
  readonly frequency: Frequency;
  readonly keyColumns: readonly string[];
  readonly keys: readonly (readonly string[])[];
  readonly history: readonly number[];
  readonly futureSteps: number;
  readonly known: readonly ColumnMetadata[];
  readonly observed: readonly ColumnMetadata[];
  readonly static: readonly (ColumnMetadata & { readonly values: readonly (number | null)[] })[];
  readonly calendar?: HolidayCalendar | undefined;
  readonly zone?: string | undefined;
}

interface ColumnMetadata {
  readonly name: string;
  readonly categories?: readonly string[];
}

/**
 * Writes a panel as one Arrow IPC file named by the SHA-256 of its bytes and returns the path. The file appears whole
 * or not at all: it is written beside, synchronised and renamed. Throws DataError `snapshot-not-written` (full disk …).
 */
export async function writeSnapshot(panel: Panel, directory: string): Promise<string> {
  const temporary = path.join(directory, `.${randomUUID()}.partial`);
  try {
    await mkdir(directory, { recursive: true });
    const file = await open(temporary, "wx");
    let digest: string;
    try {
      digest = await writeAll(file, RecordBatchFileWriter.writeAll(tableOf(panel)));
      await file.sync();
    } finally {
      await file.close();
    }
    const target = path.join(directory, `${digest}.arrow`);
    await rename(temporary, target);
    await syncFolder(directory);
    return target;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw notWritten(directory, error);
  }
}

async function writeAll(file: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) {
    hash.update(chunk);
    for (let written = 0; written < chunk.byteLength; ) {
      written += (await file.write(chunk, written, Math.min(chunk.byteLength - written, maximumPiece))).bytesWritten;
    }
  }
  return hash.digest("hex");
}

/** Makes the rename itself durable; file systems that cannot synchronise a folder refuse, which is no loss. */
async function syncFolder(directory: string): Promise<void> {
  const folder = await open(directory, "r").catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

function notWritten(directory: string, error: unknown): DataError {
  const code = (error as NodeJS.ErrnoException).code;
  const full = code === "ENOSPC" || code === "EDQUOT";
  const reason = full ? "the disk is full" : error instanceof Error ? error.message : String(error);
  return new DataError(`The panel cannot be written to ${directory}: ${reason}.`, {
    code: "snapshot-not-written",
    file: directory,
    fix: full ? "Free some space, or set ALMANAC_HOME to another disk." : "Check that the folder can be written to.",
    cause: error,
  });
}

function tableOf(panel: Panel): Table {
  const columns: [string, Float64Array][] = [
    ["time", panel.time],
    ["target", panel.target],
    ...panel.known.map((column): [string, Float64Array] => [`known:${column.name}`, column.values]),
    ...panel.observed.map((column): [string, Float64Array] => [`observed:${column.name}`, column.values]),
  ];
  const fields = columns.map(([name]) => new Field(name, new Float64(), false));
  const schema = new Schema(fields, new Map([[metadataKey, JSON.stringify(metadataOf(panel))]]));
  const children = columns.map(([, values]) => makeVector(values).data[0]!);
  const rows = makeData({ type: new Struct(fields), length: panel.time.length, nullCount: 0, children });
  return new Table(schema, [new RecordBatch(schema, rows)]);
}

function metadataOf(panel: Panel): Metadata {
  return {
    version: formatVersion,
    frequency: panel.frequency,
    keyColumns: panel.keyColumns,
    keys: panel.keys,
    history: [...panel.history],
    futureSteps: panel.futureSteps,
    known: panel.known.map(columnMetadata),
    observed: panel.observed.map(columnMetadata),
    static: panel.static.map((column) => ({
      ...columnMetadata(column),
      values: Array.from(column.values, (value) => (Number.isNaN(value) ? null : value)),
    })),
    calendar: panel.calendar,
    zone: panel.zone,
  };
}

function columnMetadata({ name, categories }: Covariate): ColumnMetadata {
  return categories === undefined ? { name } : { name, categories };
}

/**
 * Reads a panel that `writeSnapshot` wrote; its columns are views of one buffer. The name of the file is checked against
 * its bytes: a truncated, changed or foreign file throws DataError `snapshot-damaged`, a missing one `snapshot-missing`.
 */
export async function readSnapshot(file: string): Promise<Panel> {
  const bytes = await readChecked(file);
  try {
    const table = tableFromIPC(bytes);
    return panelOf(table, JSON.parse(table.schema.metadata.get(metadataKey)!) as Metadata, file);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw damaged(file, "it is not a panel snapshot", error);
  }
}

const maximumPiece = 1 << 28;

async function readChecked(file: string): Promise<Uint8Array> {
  const handle = await open(file, "r").catch((error: unknown) => {
    throw new DataError(`The panel snapshot ${file} cannot be opened.`, {
      code: "snapshot-missing",
      file,
      fix: "Run the experiment again; the snapshot is written anew from its sources.",
      cause: error,
    });
  });
  try {
    const bytes = new Uint8Array((await handle.stat()).size);
    const hash = createHash("sha256");
    let length = 0;
    while (length < bytes.length) {
      // One read call takes at most 2 GiB.
      const { bytesRead } = await handle.read(bytes, length, Math.min(maximumPiece, bytes.length - length), length);
      if (bytesRead === 0) break;
      hash.update(bytes.subarray(length, length + bytesRead));
      length += bytesRead;
    }
    if (hash.digest("hex") !== path.basename(file, ".arrow")) throw damaged(file, "its checksum does not match");
    return bytes;
  } finally {
    await handle.close();
  }
}

function damaged(file: string, reason: string, cause?: unknown): DataError {
  return new DataError(`The panel snapshot ${file} cannot be used: ${reason}.`, {
    code: "snapshot-damaged",
    file,
    fix: "Delete it and run the experiment again; the snapshot is written anew from its sources.",
    cause,
  });
}

function panelOf(table: Table, metadata: Metadata, file: string): Panel {
  if (metadata.version !== formatVersion) throw damaged(file, `it has format version ${metadata.version}`);
  const column = (name: string): Float64Array => {
    const values: unknown = table.getChild(name)?.data[0]?.values ?? new Float64Array(0);
    if (!(values instanceof Float64Array)) throw damaged(file, `column ${name} is not numeric`);
    return values;
  };
  const covariates = (part: "known" | "observed") =>
    metadata[part].map((entry): Covariate => ({ ...entry, values: column(`${part}:${entry.name}`) }));
  const history = Int32Array.from(metadata.history);
  const offsets = new Int32Array(history.length + 1);
  history.forEach((length, index) => {
    offsets[index + 1] = offsets[index]! + length + metadata.futureSteps;
  });
  return {
    frequency: metadata.frequency,
    keyColumns: metadata.keyColumns,
    keys: metadata.keys,
    offsets,
    history,
    futureSteps: metadata.futureSteps,
    time: column("time"),
    target: column("target"),
    known: covariates("known"),
    observed: covariates("observed"),
    static: metadata.static.map((entry) => ({
      ...entry,
      values: Float64Array.from(entry.values, (value) => value ?? Number.NaN),
    })),
    calendar: metadata.calendar,
    zone: metadata.zone,
  };
}
