import type { Panel } from "../daemon/data/panel.ts";
import { openSession } from "../daemon/engine/index.ts";
import type { Forecaster } from "../daemon/models/forecaster.ts";
import { lastWindows, runNetworks } from "../daemon/models/neural/inference.ts";
import { planInputs } from "../daemon/models/neural/inputs.ts";
import { mlp } from "../daemon/models/neural/mlp.ts";
import type { NetworkShape } from "../daemon/models/neural/network.ts";
import { recurrent } from "../daemon/models/neural/recurrent.ts";
import type { WindowPlan } from "../daemon/models/neural/window-sampler.ts";
import { type WindowSource, windowSource } from "../daemon/models/neural/window-source.ts";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";
import { hasSharedData, sharedLines } from "./shared-data.ts";

/** 12, 4 and 4 months of hours: training, validation, test. */
const [training, validation, test] = [8640, 2880, 2880];

/** Best published MSE and MAE at look-backs of the authors' choice (published.md §4a of the benchmark data, rows of DLinear, NLinear, PatchTST/64, N-HiTS, TiDE). */
const published: Readonly<Record<number, { model: string; mse: number; mae: number }>> = {
  96: { model: "PatchTST/64", mse: 0.37, mae: 0.4 },
  192: { model: "DLinear", mse: 0.405, mae: 0.416 },
  336: { model: "PatchTST/64", mse: 0.422, mae: 0.44 },
  720: { model: "NLinear", mse: 0.44, mae: 0.453 },
};

/** Settings chosen on the training and validation months. */
const models: readonly { name: string; model: Forecaster; options: Record<string, unknown> }[] = [
  {
    name: "mlp (linear)",
    model: mlp as Forecaster,
    options: { layers: 0, lookback: 512, members: 1, batch: 256, steps: 800 },
  },
  {
    name: "recurrent",
    model: recurrent as Forecaster,
    options: { units: 256, segment: 48, lookback: 720, members: 1, batch: 128, dropout: 0.5, steps: 1500 },
  },
];

/** Horizons to measure, separated by commas in ALMANAC_BENCH_HORIZONS; all four when left out. */
const horizons = process.env.ALMANAC_BENCH_HORIZONS?.split(",").map(Number) ?? [96, 192, 336, 720];

/**
 * ETTh1 by the literature's protocol: all seven variables, standardised by the training months, every test window, MSE and MAE
 * on the standardised values. Models see the training months only; their own held-out tenth stops them. `ratio` is the best
 * published MSE divided by ours.
 */
export async function run(): Promise<BenchResult> {
  const rows: BenchRow[] = [];
  const name = "ett";
  if (!hasSharedData("etth1")) {
    const install = "set ALMANAC_BENCH_DATA to the folder of the benchmark data";
    return { name, machine: machineName(), rows, skipped: [{ peer: "ETTh1", install }] };
  }
  const channels = standardised();
  for (const horizon of horizons) {
    for (const { name: label, model, options } of models) {
      const started = performance.now();
      const { mse, mae } = await measure(model, options, channels, horizon);
      const best = published[horizon]!;
      const seconds = Math.round((performance.now() - started) / 1000);
      const row = {
        horizon,
        model: label,
        mse,
        mae,
        published: best.model,
        publishedMse: best.mse,
        publishedMae: best.mae,
        seconds,
      };
      rows.push({ ...row, ratio: best.mse / mse });
      console.error(JSON.stringify(row));
    }
  }
  return { name, machine: machineName(), rows, skipped: [] };
}

/** The seven variables, standardised by mean and deviation of the training months. */
function standardised(): Float64Array[] {
  const lines = sharedLines("etth1/ETTh1.csv.gz").slice(1, 1 + training + validation + test);
  const table = lines.map((line) => line.split(",").slice(1).map(Number));
  return table[0]!.map((_, column) => {
    const values = Float64Array.from(table, (row) => row[column]!);
    const past = values.subarray(0, training);
    const mean = past.reduce((sum, value) => sum + value, 0) / training;
    const deviation = Math.sqrt(past.reduce((sum, value) => sum + (value - mean) ** 2, 0) / training);
    return values.map((value) => (value - mean) / deviation);
  });
}

/** A panel of the first `steps` hours of every variable, each a series of its own. */
function panelOf(channels: readonly Float64Array[], steps: number, horizon: number): Panel {
  const rows = steps + horizon;
  const start = Date.UTC(2016, 6, 1);
  const target = new Float64Array(rows * channels.length).fill(Number.NaN);
  channels.forEach((values, index) => {
    target.set(values.subarray(0, steps), index * rows);
  });
  return {
    frequency: { unit: "hour", multiple: 1 },
    keyColumns: ["variable"],
    keys: channels.map((_, index) => [String(index)]),
    offsets: Int32Array.from({ length: channels.length + 1 }, (_, index) => index * rows),
    history: new Int32Array(channels.length).fill(steps),
    futureSteps: horizon,
    time: Float64Array.from({ length: target.length }, (_, row) => start + (row % rows) * 3_600_000),
    target,
    known: [],
    observed: [],
    static: [],
  };
}

async function measure(
  model: Forecaster,
  options: Record<string, unknown>,
  channels: readonly Float64Array[],
  horizon: number,
): Promise<{ mse: number; mae: number }> {
  const panel = panelOf(channels, training, horizon);
  const fitted = await model.fit(panel, model.options.parse(options), {
    horizon,
    gap: 0,
    levels: [0.5],
    seasons: [24, 168],
    seed: 7,
    device: "cpu",
    threads: 2,
    bounds: {},
    signal: new AbortController().signal,
    deadline: performance.now() + 900_000,
    onProgress: () => {},
  });
  const { state, files } = fitted.save();
  // SAFETY: the state of a neural forecaster, written by neural-forecaster.ts.
  const { shape, plan, members } = state as { shape: NetworkShape; plan: WindowPlan; members: number };
  const whole = panelOf(channels, training + validation + test, horizon);
  const source = windowSource(whole, planInputs(panel), plan.lookback);
  const sessions = await Promise.all(
    Array.from({ length: members }, (_, member) =>
      openSession(files[`network-${member + 1}.onnx`]!, { device: "cpu", threads: 2 }),
    ),
  );
  let [squared, absolute, count] = [0, 0, 0];
  for (let channel = 0; channel < channels.length; channel++) {
    const ends = Array.from(
      { length: test - horizon + 1 },
      (_, index) => source.first[channel]! + training + validation + index,
    );
    for (let from = 0; from < ends.length; from += 256) {
      const chosen = ends.slice(from, from + 256);
      const view = windowsAt(source, chosen, channel);
      const { arrays, scales } = lastWindows(
        view,
        shape,
        plan,
        chosen.map((_, index) => index),
      );
      const values = await runNetworks(sessions, shape, arrays, chosen.length);
      chosen.forEach((end, row) => {
        for (let step = 0; step < horizon; step++) {
          const forecast = scales[row]!.center + scales[row]!.scale * values[(row * horizon + step) * shape.outputs]!;
          const error = source.values[end + step]! - forecast;
          squared += error * error;
          absolute += Math.abs(error);
          count++;
        }
      });
    }
  }
  await Promise.all(sessions.map((session) => session.close()));
  return { mse: squared / count, mae: absolute / count };
}

/** The same rows seen as one series a window, each ending where the window's past ends. */
function windowsAt(source: WindowSource, ends: readonly number[], channel: number): WindowSource {
  return {
    ...source,
    first: Int32Array.from(ends),
    history: new Int32Array(ends.length),
    deviation: new Float64Array(ends.length).fill(source.deviation[channel]!),
  };
}
