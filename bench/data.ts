import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { seededRandom } from "../examples/retail/random.ts";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";

const python = path.join(import.meta.dirname, ".venv", "bin", "python");

/** Rows of the tables; ALMANAC_BENCH_ROWS makes them smaller on a small machine. */
const rowsWanted = Number(process.env.ALMANAC_BENCH_ROWS ?? 10_000_000);

interface Measured {
  readonly seconds: number;
  /** Peak resident memory, of all processes of the job together. */
  readonly megabytes: number;
}

/**
 * CSV to panel, beside pandas (pyarrow engine) and polars. Almanac's time runs from the call to a checked panel in the
 * calling process: start of the reading process, reading, grid, gaps, checksum of the source, snapshot on disk and back.
 */
export async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "almanac-bench-"));
  const rows: BenchRow[] = [];
  const skipped = new Map<string, string>();
  try {
    for (const series of [10_000, 100_000]) {
      const days = Math.max(2, Math.round(rowsWanted / series));
      await writeTable(path.join(folder, "table.csv"), series, days);
      const ours = measure(process.execPath, [path.join(import.meta.dirname, "data-worker.ts"), folder, "table.csv"]);
      if (ours === undefined) throw new Error("Almanac could not read its own table.");
      for (const peer of ["pandas", "polars"]) {
        const theirs = peerTime(peer, folder);
        if (theirs === undefined) skipped.set(peer, "sh bench/setup.sh");
        else rows.push(rowOf(series, days, ours, peer, theirs));
      }
      if (rows.length === 0) console.error(`${series} series of ${days} days: ${JSON.stringify(ours)}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    name: "data",
    machine: machineName(),
    rows,
    skipped: [...skipped].map(([peer, install]) => ({ peer, install })),
  };
}

function rowOf(
  series: number,
  days: number,
  ours: Measured,
  peer: string,
  theirs: Measured & { readonly version: string },
): BenchRow {
  return {
    measure: `seconds from CSV of ${series * days} rows × 10 columns, ${series} series`,
    almanac: round(ours.seconds),
    almanacMegabytes: ours.megabytes,
    peer: `${peer} ${theirs.version}`,
    theirs: round(theirs.seconds),
    theirMegabytes: round(theirs.megabytes),
    ratio: round(theirs.seconds / ours.seconds),
  };
}

function peerTime(peer: string, folder: string): (Measured & { readonly version: string }) | undefined {
  if (!existsSync(python)) return undefined;
  const script = path.join(import.meta.dirname, "peers", "data.py");
  return measure(python, [script, peer, path.join(folder, "table.csv"), path.join(folder, "table.arrow")]);
}

/** Runs a program whose last line is a JSON object; undefined where it fails. */
function measure<T extends Measured>(program: string, args: readonly string[]): T | undefined {
  try {
    const output = execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return JSON.parse(output.trimEnd().split("\n").at(-1)!) as T;
  } catch {
    return undefined;
  }
}

/** Series after series of days: key, date and eight numbers. */
async function writeTable(file: string, series: number, days: number): Promise<void> {
  const random = seededRandom(5);
  const dates = Array.from({ length: days }, (_, day) =>
    new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(0, 10),
  );
  const out = createWriteStream(file);
  out.write("store,date,units,price,promotion,temperature,rain,competitor,visitors,returns\n");
  for (let id = 0; id < series; id++) {
    const name = `S${String(id).padStart(6, "0")}`;
    let text = "";
    for (const date of dates) {
      const cents = () => (random.uniform() * 100).toFixed(2);
      const units = Math.floor(random.uniform() * 200);
      text += `${name},${date},${units},${cents()},${Number(random.uniform() < 0.1)},${cents()},${cents()},${cents()},${units + 3},${Math.floor(units / 9)}\n`;
    }
    if (!out.write(text)) await once(out, "drain");
  }
  out.end();
  await once(out, "close");
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
