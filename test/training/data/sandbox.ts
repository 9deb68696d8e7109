import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ReadPanel, readPanel } from "../../../daemon/training/data/read-panel.ts";
import type { DataRequest } from "../../../daemon/training/data/request.ts";

/** Files by name; text is written as UTF-8. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A request over `data.csv` with columns date and y, and nothing else. */
export const plainRequest: DataRequest = {
  directory: "",
  sources: ["data.csv"],
  time: "date",
  series: [],
  target: "y",
  aggregate: "error",
  missing: { target: "interpolate", covariates: "forward" },
  known: [],
  observed: [],
  static: [],
  futureSteps: 2,
};

/** Makes a folder with `files`, hands it to `use` and removes it. */
export async function inFolder<T>(files: Files, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(path.join(tmpdir(), "almanac-test-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
      writeFileSync(path.join(directory, name), content);
    }
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Reads `files` into a panel in this process. */
export function read(files: Files | string, overrides: Partial<DataRequest> = {}): Promise<ReadPanel> {
  const written = typeof files === "string" ? { "data.csv": files } : files;
  return inFolder(written, async (directory) => {
    const temporary = path.join(directory, ".reading");
    mkdirSync(temporary);
    return await readPanel({ ...plainRequest, ...overrides, directory }, temporary);
  });
}

/** Lines of a CSV with one value a day from 2024-01-01. */
export function daily(values: readonly (string | number)[], header = "date,y"): string {
  const lines = values.map(
    (value, day) => `${new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10)},${value}`,
  );
  return `${[header, ...lines].join("\n")}\n`;
}

/** A panel's dates as YYYY-MM-DD. */
export function dates(time: Float64Array): string[] {
  return Array.from(time, (moment) => new Date(moment).toISOString().slice(0, 10));
}
