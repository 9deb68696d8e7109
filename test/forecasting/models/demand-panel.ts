import type { FitContext } from "../../../daemon/forecasting/models/forecaster.ts";
import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";
import { addSteps } from "../../../daemon/forecasting/panel/frequency.ts";
import type { Panel } from "../../../daemon/forecasting/panel/panel.ts";

export const horizon = 14;

/** Settings of a fit on the demand panel. */
export function contextFor(): FitContext {
  return {
    horizon,
    gap: 0,
    levels: [0.1, 0.5, 0.9],
    seasons: [7],
    seed: 11,
    device: "cpu",
    threads: 1,
    bounds: {},
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    onProgress: () => {},
  };
}

/** Daily demand of six shops that falls with the price and peaks at the weekend; `noise` is a covariate without effect. */
export function demandPanel({ past = 180 } = {}): { panel: Panel; truth: Float64Array; naive: Float64Array } {
  const random = uniformStream(21, "mulberry32");
  const series = 6;
  const total = past + horizon;
  const count = series * total;
  const start = Date.UTC(2024, 0, 1);
  const price = new Float64Array(count);
  const noise = Float64Array.from({ length: count }, random);
  const demand = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const [shop, step] = [Math.floor(row / total), row % total];
    price[row] = step % 5 === 0 || row === 0 ? 1 + Math.floor(random() * 9) / 10 : price[row - 1]!;
    const weekend = step % 7 >= 5 ? 1.4 : 1;
    demand[row] = (20 + 5 * shop) * weekend * price[row]! ** -1.5 * (0.95 + 0.1 * random());
  }
  const offsets = Int32Array.from({ length: series + 1 }, (_, index) => index * total);
  const truth = new Float64Array(series * horizon);
  const naive = new Float64Array(series * horizon);
  for (let i = 0; i < truth.length; i++) {
    const first = Math.floor(i / horizon) * total + past;
    truth[i] = demand[first + (i % horizon)]!;
    naive[i] = demand[first - 7 + ((i % horizon) % 7)]!;
  }
  const panel: Panel = {
    frequency: { unit: "day", multiple: 1 },
    keyColumns: ["shop"],
    keys: Array.from({ length: series }, (_, index) => [`shop ${index}`]),
    offsets,
    history: new Int32Array(series).fill(past),
    futureSteps: horizon,
    time: Float64Array.from({ length: count }, (_, row) => addSteps(start, { unit: "day", multiple: 1 }, row % total)),
    target: demand.map((value, row) => (row % total < past ? value : Number.NaN)),
    known: [
      { name: "price", values: price },
      { name: "noise", values: noise },
    ],
    observed: [],
    static: [],
  };
  return { panel, truth, naive };
}
