import { forecasterNamed } from "../daemon/forecasting/models/registry.ts";
import { ettChannels, forecastEtt, type Part, scoreEtt } from "./ett-protocol.ts";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";
import { hasSharedData } from "./shared-data.ts";

/**
 * Best published MSE, and the MAE of the same row, at look-backs of the authors' choice (published.md §4a of the benchmark
 * data: DLinear, NLinear, PatchTST/64, N-HiTS, TiDE).
 */
const published: Readonly<Record<number, { model: string; mse: number; mae: number }>> = {
  96: { model: "PatchTST/64", mse: 0.37, mae: 0.4 },
  192: { model: "DLinear", mse: 0.405, mae: 0.416 },
  336: { model: "PatchTST/64", mse: 0.422, mae: 0.44 },
  720: { model: "NLinear", mse: 0.44, mae: 0.453 },
};

/** Settings chosen on the validation months at horizons 96 and 336; the same for all horizons. */
const models: readonly { label: string; model: string; options: Record<string, unknown> }[] = [
  {
    label: "mlp, linear case",
    model: "mlp",
    options: { layers: 0, lookback: 512, batch: 128, steps: 500, learningRate: 0.004 },
  },
  {
    label: "recurrent",
    model: "recurrent",
    options: { members: 1, segment: 48, lookback: 512, batch: 128, dropout: 0.5, steps: 300, learningRate: 0.0015 },
  },
  {
    label: "mixer",
    model: "mixer",
    options: {
      members: 1,
      units: 16,
      layers: 1,
      lookback: 512,
      batch: 32,
      dropout: 0.5,
      steps: 300,
      learningRate: 0.0015,
    },
  },
];

/** Horizons to measure, separated by commas in ALMANAC_BENCH_HORIZONS; all four when left out. */
const horizons = process.env.ALMANAC_BENCH_HORIZONS?.split(",").map(Number) ?? [96, 192, 336, 720];

/** The months to score: settings are chosen with ALMANAC_BENCH_PART=validation, which leaves the test months alone. */
const part: Part = process.env.ALMANAC_BENCH_PART === "validation" ? "validation" : "test";

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
  const channels = ettChannels();
  for (const { label, model, options } of models) {
    for (const horizon of horizons) {
      const { values, seconds } = await forecastEtt(forecasterNamed(model), options, channels, horizon, part);
      const { mse, mae } = scoreEtt(values, channels, horizon, part);
      const best = published[horizon]!;
      const peer = { published: best.model, publishedMse: best.mse, publishedMae: best.mae };
      rows.push({ model: label, horizon, mse, mae, ...peer, seconds: Math.round(seconds), ratio: best.mse / mse });
      console.error(JSON.stringify(rows.at(-1)));
    }
  }
  return { name, machine: machineName(), rows, skipped: [] };
}
