import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

export interface CsvPage {
  readonly columns: string[];
  readonly rows: (string | number | null)[][];
  readonly next: number | null;
}

/**
 * A page of a CSV file that a run wrote. `texts` names columns that stay text; the others become numbers where they look
 * like one. Reads line by line: a backtest may be larger than memory. Quoted line breaks are followed.
 */
export async function readCsvPage(path: string, offset: number, limit: number): Promise<CsvPage> {
  const input = createReadStream(path, "utf8");
  const rows: (string | number | null)[][] = [];
  let columns: string[] | undefined;
  let index = 0;
  let record = "";
  let more = false;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    record = record === "" ? line : `${record}\n${line}`;
    if (isOpen(record)) continue;
    const cells = record === "" ? undefined : splitRecord(record);
    record = "";
    if (!cells) continue;
    if (!columns) {
      columns = cells;
      continue;
    }
    if (index++ < offset) continue;
    if (rows.length === limit) {
      more = true;
      break;
    }
    rows.push(cells.map((cell, column) => cellValue(cell, columns![column]!)));
  }
  input.destroy();
  return { columns: columns ?? [], rows, next: more ? offset + rows.length : null };
}

function isOpen(record: string): boolean {
  return (record.match(/"/g)?.length ?? 0) % 2 === 1;
}

function splitRecord(record: string): string[] {
  const cells = record.match(/(?:"(?:[^"]|"")*"|[^,"]*)(?:,|$)/g) ?? [];
  const whole = record.endsWith(",") ? cells : cells.slice(0, -1);
  return whole.map((cell) => {
    const bare = cell.endsWith(",") ? cell.slice(0, -1) : cell;
    return bare.startsWith('"') ? bare.slice(1, -1).replaceAll('""', '"') : bare;
  });
}

/** Forecast values are numbers; keys stay as they are written, so that `007` remains `007`. */
function cellValue(cell: string, column: string): string | number | null {
  if (!/^(actual|mean|q0?\.\d+|q[01])$/.test(column)) {
    return cell;
  }
  return cell === "" ? null : Number(cell);
}
