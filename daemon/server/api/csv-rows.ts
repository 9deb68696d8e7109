import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { DataError } from "../../../protocol/errors.ts";

type Cell = string | number | null;

export interface CsvPage {
  readonly columns: string[];
  readonly rows: Cell[][];
  /** Offset of the following page; null after the last one. */
  readonly next: number | null;
}

/** Characters of one row at most: a quotation mark that is never closed must not read a whole file into memory. */
const longestRow = 2 ** 20;

/** Columns that hold forecast values. */
const valueColumn = /^(actual|mean|q0?\.\d+|q[01])$/;

/**
 * Reads a page of a CSV file that a run wrote: at most `limit` rows after the first `offset` ones; the header is not counted.
 * Forecast values become numbers, or null where the cell is empty. All other cells stay as they are written, so that `007`
 * remains `007`. The file is read as a stream, because a backtest may be larger than memory. Throws a DataError that names
 * row and column where the file is damaged.
 */
export async function readCsvPage(path: string, offset: number, limit: number): Promise<CsvPage> {
  const file = basename(path);
  const rows: Cell[][] = [];
  let columns: string[] | undefined;
  let row = 0;
  for await (const cells of recordsOf(path, file)) {
    if (!columns) {
      columns = cells;
      continue;
    }
    if (++row <= offset) continue;
    if (rows.length === limit) return { columns, rows, next: offset + limit };
    const names = columns;
    rows.push(cells.map((cell, index) => cellValue(cell, { file, column: names[index], row })));
  }
  return { columns: columns ?? [], rows, next: null };
}

/** Records of a file, the header first. */
async function* recordsOf(path: string, file: string): AsyncGenerator<string[]> {
  const parser = parse({ skip_empty_lines: true, max_record_size: longestRow });
  // Ends both streams with each other; errors of either arrive where the parser is read.
  pipeline(createReadStream(path), parser, () => undefined);
  let header: string[] | undefined;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      header ??= record;
      yield record;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const column = typeof error.column === "number" ? header?.[error.column] : undefined;
    throw damaged({ file, column, row: Number(error.records) }, error.message, error);
  }
}

interface Place {
  readonly file: string;
  readonly column: string | undefined;
  readonly row: number;
}

function cellValue(cell: string, place: Place): Cell {
  if (!valueColumn.test(place.column ?? "")) return cell;
  if (cell === "") return null;
  const value = Number(cell);
  if (Number.isNaN(value)) throw damaged(place, `"${cell}" is not a number`);
  return value;
}

function damaged(place: Place, reason: string, cause?: unknown): DataError {
  const where = place.column === undefined ? `row ${place.row}` : `row ${place.row}, column "${place.column}"`;
  const fix = "Run the experiment again: the file was changed or cut off after the run wrote it.";
  return new DataError(`${place.file}, ${where}: ${reason}.`, { ...place, code: "damaged-csv", fix, cause });
}
