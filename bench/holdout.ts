/**
 * `node bench/holdout.ts [--sets a,b] [--budget 60s] [--workers 1] [--back 1] [--every 1] [--models a,b]`: whole runs on training parts whose
 * last horizon is cut off, scored on what was cut. Changes of the search are judged by it; docs/decisions/search.md has figures.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { textTable } from "../daemon/cli/table.ts";
import { type CutSeries, type CutSet, cutSet } from "./cut-set.ts";
import { hasSharedData, sharedData } from "./shared-data.ts";

const almanac = path.resolve(import.meta.dirname, "..", "bin", "almanac.mjs");

const { values: options } = parseArgs({
  options: {
    sets: { type: "string" },
    budget: { type: "string", default: "60s" },
    workers: { type: "string", default: "1" },
    back: { type: "string", default: "1" },
    every: { type: "string", default: "1" },
    models: { type: "string" },
  },
});

/** Figures of one run. */
interface Scored {
  readonly set: string;
  /** Scaled by the season of the set's scorer. */
  readonly mase: number;
  /** Twice the quantile losses over the sum of the actuals' sizes. */
  readonly wql: number;
  /** Share of values inside the outer quantiles. */
  readonly coverage: number;
  /** Mean of sMAPE and MASE, both relative to the naive forecast, with season 1: the M4 competition's for weekly data. */
  readonly owa: number;
  readonly naive: number;
  readonly seconds: number;
  readonly made: string;
}

type Row = Readonly<Record<string, string>>;

function run(set: string): Scored {
  const folder = mkdtempSync(path.join(os.tmpdir(), "almanac-holdout-"));
  try {
    const cut = cutSet(set, folder, { back: Number(options.back), every: Number(options.every) });
    const models = options.models === undefined ? [] : ["--models", options.models];
    const out = path.join(folder, "out");
    const flags = ["--out", out, "--budget", options.budget, "--workers", options.workers, "--quiet", ...models];
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [almanac, "run", cut.experiment, ...flags], {
      encoding: "utf8",
    });
    const seconds = (performance.now() - started) / 1000;
    if (status !== 0) throw new Error(`almanac run failed on ${set}: ${stderr}`);
    return { set, ...score(cut, readRows(path.join(out, "forecast.csv"))), seconds, made: madeOf(out) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readRows(file: string): Row[] {
  const [header = "", ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i]!, cell])));
}

/** The members of the winner and how the leaders scored on their backtests. */
function madeOf(out: string): string {
  const rows: { model: string; score: number | null; weights?: Record<string, number> }[] = JSON.parse(
    readFileSync(path.join(out, "leaderboard.json"), "utf8"),
  );
  const weights = Object.entries(rows[0]?.weights ?? { [rows[0]?.model ?? ""]: 1 });
  const leaders = rows.slice(0, 6).map(({ model, score }) => `${model} ${score?.toFixed(3)}`);
  return `${weights.map(([model, share]) => `${model} ${Math.round(100 * share)} %`).join(" ")} | ${leaders.join(" ")}`;
}

function score({ columns, series }: CutSet, rows: readonly Row[]): Omit<Scored, "set" | "seconds" | "made"> {
  const byKey = new Map<string, Map<string, Row>>();
  for (const row of rows) {
    const key = columns.series.map((column) => row[column]).join("|");
    const own = byKey.get(key) ?? new Map<string, Row>();
    own.set(momentOf(row[columns.time]!), row);
    byKey.set(key, own);
  }
  const scaled: number[] = [];
  const naive: number[] = [];
  const official = { own: [0, 0], naive: [0, 0] };
  let [loss, size, inside, count] = [0, 0, 0, 0];
  for (const one of series) {
    const forecast = byKey.get(one.key);
    const pairs = [...one.held].flatMap(([time, actual]) => {
      const row = forecast?.get(momentOf(time));
      return row === undefined ? [] : [{ actual, row }];
    });
    if (pairs.length === 0) continue;
    for (const { actual, row } of pairs) {
      for (const level of [0.1, 0.5, 0.9]) {
        const error = actual - Number(row[`q${level}`]);
        loss += 2 * Math.max(level * error, (level - 1) * error);
      }
      size += 3 * Math.abs(actual);
      if (actual >= Number(row["q0.1"]) && actual <= Number(row["q0.9"])) inside++;
      count++;
    }
    const scale = scaleOf(one.past, columns.season);
    const errors = pairs.map(({ actual, row }) => Math.abs(actual - Number(row.mean)));
    const repeat = repeated(one, columns.season);
    if (scale > 0) {
      scaled.push(mean(errors) / scale);
      naive.push(mean([...one.held.values()].map((actual, i) => Math.abs(actual - repeat[i]!))) / scale);
    }
    const last = one.past.at(-1)!;
    addOfficial(
      official.own,
      one.past,
      pairs.map(({ actual, row }) => [actual, Number(row.mean)]),
    );
    addOfficial(
      official.naive,
      one.past,
      pairs.map(({ actual }) => [actual, last]),
    );
  }
  const owa = (official.own[0]! / official.naive[0]! + official.own[1]! / official.naive[1]!) / 2;
  return { mase: mean(scaled), wql: loss / size, coverage: inside / count, owa, naive: mean(naive) };
}

/** Adds a series' sMAPE and its MASE of season 1. */
function addOfficial(sums: number[], past: Float64Array, pairs: readonly (readonly [number, number])[]): void {
  const scale = scaleOf(past, 1);
  if (!(scale > 0)) return;
  sums[0]! += mean(
    pairs.map(([actual, value]) => (2 * Math.abs(actual - value)) / (Math.abs(actual) + Math.abs(value) || 1)),
  );
  sums[1]! += mean(pairs.map(([actual, value]) => Math.abs(actual - value))) / scale;
}

function repeated({ past, held }: CutSeries, season: number): number[] {
  const cycle = past.subarray(Math.max(0, past.length - season));
  return Array.from(held.keys(), (_, i) => cycle[i % cycle.length] ?? 0);
}

function scaleOf(past: Float64Array, season: number): number {
  const changes = (lag: number): number => {
    const sizes = Array.from(past.subarray(lag), (value, i) => Math.abs(value - past[i]!));
    return sizes.length === 0 ? 0 : mean(sizes);
  };
  return (past.length >= season + 2 ? changes(season) : 0) || changes(1);
}

/** The moment as the same text whatever way it is written. */
function momentOf(text: string): string {
  const iso = text.includes("T") || text.includes(" ") ? text.replace(" ", "T") : `${text}T00:00:00`;
  return new Date(/Z|[+-]\d\d:?\d\d$/.test(iso) ? iso : `${iso}Z`).toISOString();
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const headings = ["set", "MASE", "skill", "WQL", "covers", "OWA (season 1)", "seconds", "made of | backtests"];

function cells({ set, mase, naive, wql, coverage, owa, seconds, made }: Scored): string[] {
  const shown = [mase.toFixed(4), `${(100 * (1 - mase / naive)).toFixed(1)} %`, wql.toFixed(4)];
  return [set, ...shown, `${(100 * coverage).toFixed(1)} %`, owa.toFixed(3), seconds.toFixed(0), made];
}

if (!hasSharedData("m3_monthly")) {
  console.error("The benchmark data are not there; ALMANAC_BENCH_DATA names their folder.");
} else {
  const all = readdirSync(sharedData).filter((name) => existsSync(path.join(sharedData, name, "case.json")));
  const scored: Scored[] = [];
  for (const set of options.sets?.split(",") ?? all) {
    const one = run(set);
    scored.push(one);
    console.error(cells(one).join("  "));
  }
  const geometric = (pick: (one: Scored) => number): string =>
    Math.exp(mean(scored.map((one) => Math.log(pick(one))))).toFixed(4);
  const overall = ["geometric mean", geometric(({ mase }) => mase), "", geometric(({ wql }) => wql)];
  const covered = `${(100 * mean(scored.map(({ coverage }) => coverage))).toFixed(1)} %`;
  const last = [...overall, covered, "", mean(scored.map(({ seconds }) => seconds)).toFixed(0), ""];
  console.log(
    textTable(
      headings.map((heading, i) => ({ heading, right: i > 0 && i < 7 })),
      [...scored.map(cells), last],
    ),
  );
}
