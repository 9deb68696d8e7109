import type { Forecaster } from "../daemon/forecasting/models/forecaster.ts";
import { lastWindows, runNetworks, withNetworks } from "../daemon/forecasting/models/neural/inference.ts";
import { planInputs } from "../daemon/forecasting/models/neural/inputs.ts";
import type { NetworkShape } from "../daemon/forecasting/models/neural/network.ts";
import { type WindowSource, windowSource } from "../daemon/forecasting/models/neural/window-source.ts";
import type { WindowPlan } from "../daemon/forecasting/models/neural/windows.ts";
import type { Panel } from "../daemon/forecasting/panel/panel.ts";
import { sharedLines } from "./shared-data.ts";

/** 12, 4 and 4 months of hours: training, validation, test. */
const [training, validation, test] = [8640, 2880, 2880];

/** Hours that are scored, [from, to). */
export const parts = {
  validation: [training, training + validation],
  test: [training + validation, training + validation + test],
} as const;

export type Part = keyof typeof parts;

/** A model's forecasts of every window of a part: variables × origins × steps, and seconds of training. */
export interface EttForecast {
  readonly values: Float32Array;
  readonly seconds: number;
}

/** Windows that are forecast at once. */
const batch = 256;

/** Threads, as the machine's cores allow: the bench is run on one core or more. */
const threads = Number(process.env.ALMANAC_BENCH_THREADS ?? 1);

/** The seven variables, standardised by mean and deviation of the training months. */
export function ettChannels(): Float64Array[] {
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

/**
 * Fits on the training months and forecasts every window whose targets lie in `part`; pasts of its first windows reach back
 * before it, as in the literature.
 */
export async function forecastEtt(
  model: Forecaster,
  options: Record<string, unknown>,
  channels: readonly Float64Array[],
  horizon: number,
  part: Part,
): Promise<EttForecast> {
  const panel = panelOf(channels, training, horizon);
  const { signal } = new AbortController();
  const started = performance.now();
  const fitted = await model.fit(panel, model.options.parse(options), {
    horizon,
    gap: 0,
    levels: [0.5],
    seasons: [24, 168],
    seed: 7,
    device: "cpu",
    threads,
    bounds: {},
    signal,
    deadline: started + 3_600_000,
    onProgress: () => {},
  });
  const seconds = (performance.now() - started) / 1000;
  for (const note of fitted.notes ?? []) console.error(note);
  const { state, files } = fitted.save();
  // SAFETY: the state of a neural forecaster, written by neural-forecaster.ts.
  const { shape, plan, members } = state as { shape: NetworkShape; plan: WindowPlan; members: number };
  const inputs = planInputs(panel);
  const whole = windowSource(panelOf(channels, parts.test[1], horizon), inputs, plan.lookback);
  // Deviations stay those of the training months, which is all that a model knows.
  const source = { ...whole, deviation: windowSource(panel, inputs, plan.lookback).deviation };
  const origins = originsOf(part, horizon);
  const values = new Float32Array(channels.length * origins.length * horizon);
  await withNetworks(files, members, { device: "cpu", threads, signal }, async (sessions) => {
    let row = 0;
    for (let channel = 0; channel < channels.length; channel++) {
      for (let from = 0; from < origins.length; from += batch) {
        const ends = origins.slice(from, from + batch).map((origin) => source.first[channel]! + origin);
        const { arrays, scales } = lastWindows({ source: windowsAt(source, ends, channel), plan }, shape, [
          ...ends.keys(),
        ]);
        const normalised = await runNetworks(sessions, shape, arrays, ends.length);
        scales.forEach(({ center, scale }, window) => {
          for (let step = 0; step < horizon; step++) {
            const mean = normalised[(window * horizon + step) * shape.outputs]!;
            values[(row + window) * horizon + step] = center + scale * mean;
          }
        });
        row += ends.length;
      }
    }
  });
  return { values, seconds };
}

/** Mean squared and mean absolute error of such forecasts on the standardised values. */
export function scoreEtt(
  values: Float32Array,
  channels: readonly Float64Array[],
  horizon: number,
  part: Part,
): { mse: number; mae: number } {
  const origins = originsOf(part, horizon);
  let [squared, absolute, cell] = [0, 0, 0];
  for (const channel of channels) {
    for (const origin of origins) {
      for (let step = 0; step < horizon; step++, cell++) {
        const error = channel[origin + step]! - values[cell]!;
        squared += error * error;
        absolute += Math.abs(error);
      }
    }
  }
  return { mse: squared / cell, mae: absolute / cell };
}

/** First hours of the forecasts that lie in a part. */
function originsOf(part: Part, horizon: number): number[] {
  const [from, to] = parts[part];
  return Array.from({ length: to - from - horizon + 1 }, (_, index) => from + index);
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

/** The same rows seen as one series a window, each ending where the window's past ends. */
function windowsAt(source: WindowSource, ends: readonly number[], channel: number): WindowSource {
  return {
    ...source,
    first: Int32Array.from(ends),
    history: new Int32Array(ends.length),
    deviation: new Float64Array(ends.length).fill(source.deviation[channel]!),
  };
}
