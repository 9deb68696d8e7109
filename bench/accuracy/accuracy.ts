import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { type BenchResult, type BenchRow, machineName } from "../result.ts";
import { sharedData } from "../shared-data.ts";
import { measureProcess } from "./measured-process.ts";
import { type AccuracyRow, storedRows, storeRow } from "./stored-rows.ts";
import { caseSchema, hasModule, python, type SetCase, type Tool, tools } from "./tools.ts";

/** Seconds of wall clock each tool gets a set; ALMANAC_BENCH_BUDGET changes it. */
const budget = Number(process.env.ALMANAC_BENCH_BUDGET ?? 120);

/** Sets and tools to run, separated by commas; all of them when left out. Stored rows stand in for tools left out. */
const chosenSets = process.env.ALMANAC_BENCH_SETS?.split(",");
const chosenTools = process.env.ALMANAC_BENCH_TOOLS?.split(",");

/** A tool without a time limit of its own is ended after so many times the budget. */
const patience = 1.5;

const cores = os.availableParallelism();

const scoreSchema = z.object({
  mase: z.number(),
  smape: z.number(),
  wql: z.number(),
  coverage80: z.number().nullable(),
});

type Score = z.infer<typeof scoreSchema>;

/**
 * Accuracy beside other tools on the same split, the same wall clock and the same cores. `ratio` is the tool's MASE divided
 * by Almanac's: above 1 Almanac is more accurate. Scores come from the data's own scorer, which no tool reads.
 */
export async function run(): Promise<BenchResult> {
  const skipped: { peer: string; install: string }[] = [];
  if (!existsSync(path.join(sharedData, "score.py"))) {
    const install = "set ALMANAC_BENCH_DATA to the folder of the benchmark data";
    return { name: "accuracy", machine: machineName(), rows: [], skipped: [{ peer: "benchmark data", install }] };
  }
  for (const tool of tools) {
    if (chosenTools !== undefined && !chosenTools.includes(tool.name)) continue;
    if (tool.module !== undefined && !hasModule(tool.module)) {
      skipped.push({ peer: tool.name, install: "sh bench/setup.sh" });
      continue;
    }
    for (const set of sets()) {
      if (tool.takes?.(setCase(set)) ?? true) storeRow(await measureTool(tool, set));
    }
  }
  const rows = sets().flatMap(setRows);
  return { name: "accuracy", machine: machineName(), rows: [...rows, ...means(rows)], skipped };
}

function sets(): string[] {
  const all = readdirSync(sharedData).filter((name) => existsSync(path.join(sharedData, name, "case.json")));
  return all.filter((name) => chosenSets === undefined || chosenSets.includes(name));
}

function setCase(set: string): SetCase {
  return caseSchema.parse(JSON.parse(readFileSync(path.join(sharedData, set, "case.json"), "utf8")));
}

/** Runs one tool on one set in a temporary folder and scores what it wrote. */
async function measureTool(tool: Tool, set: string): Promise<AccuracyRow> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "almanac-bench-"));
  try {
    const threads = String(cores);
    const { status, seconds, memory, stderr } = await measureProcess(tool.command(set, folder, budget), {
      limit: patience * budget,
      env: { OMP_NUM_THREADS: threads, MKL_NUM_THREADS: threads, ALMANAC_BENCH_CORES: threads },
    });
    const row = {
      set,
      tool: tool.name,
      budget,
      cores,
      date: new Date().toISOString().slice(0, 16),
      machine: machineName(),
      seconds: Math.round(seconds),
      ...(Number.isNaN(memory) ? {} : { memory: Math.round(memory) }),
    };
    const forecast = path.join(folder, "forecast.csv");
    const failed = failure(status, stderr, forecast);
    const result = { ...row, ...(failed === undefined ? scores(set, forecast) : { failed }) };
    console.error(JSON.stringify(result));
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failure(status: number | null, stderr: string, forecast: string): string | undefined {
  if (status === null) return `not done after ${patience} times the budget`;
  if (status === 0 && existsSync(forecast)) return undefined;
  return stderr.trim().split("\n").at(-1)?.slice(0, 200) ?? `exit status ${status}`;
}

/** The scores of a forecast file; a forecast that leaves values out counts as none. */
function scores(set: string, forecast: string): Partial<AccuracyRow> {
  try {
    const { coverage80, ...rest } = scorer(set, forecast);
    return { ...rest, ...(coverage80 === null ? {} : { coverage80 }) };
  } catch (error) {
    if (error instanceof z.ZodError) return { failed: "forecast values are missing" };
    throw error;
  }
}

/** Scores a forecast file, or the seasonal naive forecast when left out. */
function scorer(set: string, forecast?: string): Score {
  const parameters = [
    path.join(sharedData, "score.py"),
    path.join(sharedData, set),
    ...(forecast === undefined ? [] : [forecast]),
  ];
  const output = execFileSync(existsSync(python) ? python : "python3", parameters, { encoding: "utf8" });
  return scoreSchema.parse(JSON.parse(output.trim().split("\n").at(-1)!.replaceAll("NaN", "null")));
}

/** Rows of one set for the table: every tool measured at this budget on as many cores, and seasonal naive. */
function setRows(set: string): BenchRow[] {
  const stored = storedRows().filter((row) => row.set === set && row.budget === budget && row.cores === cores);
  const own = stored.find(({ tool }) => tool === "almanac")?.mase ?? Number.NaN;
  const order = new Map(tools.map(({ name }, index) => [name, index]));
  stored.sort((a, b) => order.get(a.tool)! - order.get(b.tool)!);
  const naive = scorer(set);
  return [
    ...stored.map((row) => tableRow(row, own)),
    {
      set,
      tool: "seasonal naive",
      mase: naive.mase,
      smape: naive.smape,
      wql: naive.wql,
      ratio: naive.mase / own,
    },
  ];
}

function tableRow(
  { set, tool, failed, mase, smape, wql, coverage80, seconds, memory }: AccuracyRow,
  own: number,
): BenchRow {
  if (mase === undefined || smape === undefined || wql === undefined) {
    return { set, tool, seconds, note: failed ?? "", ratio: Number.NaN };
  }
  return {
    set,
    tool,
    mase,
    smape,
    wql,
    coverage80: coverage80 ?? Number.NaN,
    seconds,
    memory: memory ?? Number.NaN,
    ratio: mase / own,
  };
}

/** Geometric means over the sets a tool finished; the ratio compares with Almanac on those sets. */
function means(rows: readonly BenchRow[]): BenchRow[] {
  const names = [...new Set(rows.map(({ tool }) => String(tool)))];
  return names.flatMap((tool) => {
    const own = rows.filter((row) => row.tool === tool && Number.isFinite(row.ratio));
    if (own.length === 0) return [];
    const geometric = (column: string): number =>
      Math.exp(own.reduce((sum, row) => sum + Math.log(Number(row[column])), 0) / own.length);
    const set = `geometric mean of ${own.length}`;
    return [{ set, tool, mase: geometric("mase"), wql: geometric("wql"), ratio: geometric("ratio") }];
  });
}
