import { z } from "zod";
import { gaussianQuantiles } from "../numerics/normal.ts";
import type { Forecaster } from "./forecaster.ts";
import { localForecaster } from "./local.ts";
import { baselineRole } from "./search-role.ts";

interface WindowAverageParameters {
  readonly window: number;
  /** Standard deviation of a value around the mean of the window before it. */
  readonly deviation: number;
}

/** Steps averaged where the data have no season. */
const seasonlessWindow = 8;

const schema = z.strictObject({
  window: z.int().min(1).max(1_000_000).optional().describe("Steps averaged; one season, or 8, when left out."),
});

/** Mean of `window` values before `end`, or of all there are. */
function average(past: Float64Array, end: number, window: number): number {
  const start = Math.max(0, end - window);
  let sum = 0;
  for (let i = start; i < end; i++) sum += past[i]!;
  return end > start ? sum / (end - start) : 0;
}

function deviationOf(past: Float64Array, window: number): number {
  const from = Math.min(window, Math.max(1, past.length - 1));
  let squares = 0;
  let sum = average(past, from, window) * from;
  for (let i = from; i < past.length; i++) {
    squares += (past[i]! - sum / from) ** 2;
    sum += past[i]! - past[i - from]!;
  }
  return past.length > from ? Math.sqrt(squares / (past.length - from)) : 0;
}

/** Mean of the last values, the same for every step. */
export const windowAverage: Forecaster<z.output<typeof schema>> = localForecaster<
  z.output<typeof schema>,
  WindowAverageParameters
>({
  name: "window-average",
  title: "Window average",
  summary: "Mean of the last values: steady where the data are mostly noise.",
  paper: {
    citation: "Hyndman & Athanasopoulos (2021). Forecasting: Principles and Practice, 3rd ed., section 5.2",
    url: "https://otexts.com/fpp3/simple-methods.html",
  },
  family: "baseline",
  capabilities: {
    scope: "local",
    known: false,
    observed: false,
    static: false,
    missing: false,
    minimumLength: () => 1,
    devices: ["cpu"],
    anytime: false,
    search: baselineRole,
  },
  options: schema,
  estimate({ past }, options, { seasons }) {
    const window = options.window ?? seasons.find((season) => season > 1) ?? seasonlessWindow;
    return { window, deviation: deviationOf(past, window) };
  },
  forecast({ past }, { window, deviation }, steps, levels) {
    const mean = new Float64Array(steps).fill(average(past, past.length, window));
    const spread = new Float64Array(steps).fill(deviation);
    return { mean, quantiles: gaussianQuantiles(mean, spread, levels), components: { level: mean } };
  },
});
