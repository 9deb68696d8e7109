import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { binTable } from "../daemon/forecasting/models/boosting/binning.ts";
import { type BoostData, type BoostOptions, boost } from "../daemon/forecasting/models/boosting/boost.ts";
import { predictTable } from "../daemon/forecasting/models/boosting/booster.ts";
import { treeShap } from "../daemon/forecasting/models/boosting/tree-shap.ts";
import { uniformStream } from "../daemon/forecasting/numerics/random.ts";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";

const python = path.join(import.meta.dirname, ".venv", "bin", "python");
const size = { rows: 1_000_000, heldOut: 100_000, features: 50, rounds: 100 };
const explained = { rounds: 300, rows: 10_000, trained: 50_000 };

interface PeerResult {
  readonly version: string;
  readonly fits: Readonly<Record<string, { readonly seconds: number; readonly loss: number }>>;
  readonly explain: number;
}

/** Time and loss of fitting boosted trees, and time of exact Shapley values, beside LightGBM on the same matrix. */
export async function run(): Promise<BenchResult> {
  const data = makeData(size.rows + size.heldOut);
  const peer = existsSync(python) ? peerResult(data) : undefined;
  const machine = machineName();
  if (peer === undefined)
    return { name: "boosting", machine, rows: [], skipped: [{ peer: "LightGBM", install: "sh bench/setup.sh" }] };
  const rows: BenchRow[] = [];
  for (const threads of [1, 2]) rows.push(await fitRow(data, threads, peer));
  rows.push(await explainRow(data, peer));
  return { name: "boosting", machine, rows, skipped: [] };
}

/** Friedman's first function (1991) over five features, ten linear ones, the rest without effect. */
function makeData(rows: number): BoostData {
  const random = uniformStream(9, "mulberry32");
  const columns = Array.from({ length: size.features }, () => Float32Array.from({ length: rows }, random));
  const target = Float64Array.from({ length: rows }, (_, row) => {
    const x = (feature: number): number => columns[feature]![row]!;
    let value = 10 * Math.sin(Math.PI * x(0) * x(1)) + 20 * (x(2) - 0.5) ** 2 + 10 * x(3) + 5 * x(4);
    for (let feature = 5; feature < 15; feature++) value += x(feature) * ((feature % 3) - 1);
    return value + 2 * random();
  });
  return { table: { rows, columns, categorical: columns.map(() => false) }, target };
}

function part(data: BoostData, from: number, to: number): BoostData {
  const columns = data.table.columns.map((column) => column.subarray(from, to));
  return { table: { ...data.table, rows: to - from, columns }, target: data.target.subarray(from, to) };
}

function settings(rounds: number, threads: number): BoostOptions {
  return {
    objective: { kind: "squared" },
    rounds,
    learningRate: 0.1,
    leaves: 31,
    depth: 30,
    minData: 20,
    minHessian: 1e-3,
    minGain: 0,
    l1: 0,
    l2: 0,
    categoryL2: 10,
    categorySmooth: 10,
    monotone: new Int8Array(size.features),
    maxBins: 256,
    featureFraction: 1,
    rowFraction: 1,
    patience: 0,
    seed: 1,
    threads,
  };
}

const control = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY };

async function fitRow(data: BoostData, threads: number, peer: PeerResult): Promise<BenchRow> {
  const training = part(data, 0, size.rows);
  const heldOut = part(data, size.rows, size.rows + size.heldOut);
  const started = performance.now();
  const { booster } = await boost(training, undefined, settings(size.rounds, threads), control);
  const seconds = (performance.now() - started) / 1000;
  const predicted = predictTable(booster, heldOut.table);
  const loss = heldOut.target.reduce((sum, value, row) => sum + (value - predicted[row]!) ** 2, 0) / size.heldOut;
  const theirs = peer.fits[String(threads)]!;
  return {
    task: `fit 1 M × 50, ${size.rounds} trees of 31 leaves`,
    threads,
    peer: `LightGBM ${peer.version}`,
    seconds,
    "peer seconds": theirs.seconds,
    "held-out loss": loss,
    "peer loss": theirs.loss,
    ratio: theirs.seconds / seconds,
  };
}

/** Seconds that exact Shapley values of 10,000 rows × 50 features take for 300 trees, on one thread. */
export async function treeShapSeconds(data = makeData(explained.trained)): Promise<number> {
  const training = part(data, 0, explained.trained);
  const { booster } = await boost(training, undefined, settings(explained.rounds, 2), control);
  const table = part(data, 0, explained.rows).table;
  const groups = Int32Array.from({ length: size.features }, (_, feature) => feature);
  const started = performance.now();
  const rows = { matrix: binTable(table, booster.bins), rows: table.rows };
  treeShap(booster.trees, booster.base, rows, { groups, groupCount: size.features });
  return (performance.now() - started) / 1000;
}

/** What `treeShapSeconds` measures, in words. */
export const treeShapTask = `TreeSHAP of 10,000 × 50, ${explained.rounds} trees`;

async function explainRow(data: BoostData, peer: PeerResult): Promise<BenchRow> {
  const seconds = await treeShapSeconds(data);
  return {
    task: treeShapTask,
    threads: 1,
    peer: `LightGBM ${peer.version}`,
    seconds,
    "peer seconds": peer.explain,
    ratio: peer.explain / seconds,
  };
}

function peerResult(data: BoostData): PeerResult | undefined {
  const folder = mkdtempSync(path.join(os.tmpdir(), "almanac-bench-"));
  try {
    const total = size.rows + size.heldOut;
    const values = new Float32Array(total * size.features);
    data.table.columns.forEach((column, feature) => {
      for (let row = 0; row < total; row++) values[row * size.features + feature] = column[row]!;
    });
    writeFileSync(path.join(folder, "values.f32"), values);
    writeFileSync(path.join(folder, "target.f64"), data.target);
    const numbers = [size.rows, size.heldOut, size.features, size.rounds, explained.rounds, explained.rows].map(String);
    const script = path.join(import.meta.dirname, "peers", "boosting.py");
    const output = execFileSync(python, [script, folder, ...numbers], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return JSON.parse(output.trimEnd().split("\n").at(-1)!) as PeerResult;
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
