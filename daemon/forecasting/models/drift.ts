import { z } from "zod";
import { gaussianQuantiles } from "../numerics/normal.ts";
import type { Forecaster } from "./forecaster.ts";
import { localForecaster } from "./local.ts";
import { baselineRole } from "./search-role.ts";

interface DriftParameters {
  /** Mean change a step. */
  readonly slope: number;
  readonly slopeError: number;
  /** Standard deviation of the one-step errors around the drift. */
  readonly deviation: number;
}

const options = z.strictObject({});

function estimate(past: Float64Array): DriftParameters {
  const changes = past.length - 1;
  if (changes < 1) return { slope: 0, slopeError: 0, deviation: 0 };
  const slope = (past[changes]! - past[0]!) / changes;
  let squares = 0;
  for (let i = 1; i < past.length; i++) squares += (past[i]! - past[i - 1]! - slope) ** 2;
  const deviation = Math.sqrt(squares / Math.max(1, changes - 1));
  return { slope, slopeError: deviation / Math.sqrt(changes), deviation };
}

/** Random walk with drift: the straight line through the first and the last value, continued. */
export const drift: Forecaster<z.output<typeof options>> = localForecaster<z.output<typeof options>, DriftParameters>({
  name: "drift",
  title: "Drift",
  summary: "Continues the line through the first and the last value.",
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
    minimumLength: () => 2,
    devices: ["cpu"],
    anytime: false,
    search: baselineRole,
  },
  options,
  estimate: ({ past }) => estimate(past),
  forecast({ past }, { slope, slopeError, deviation }, steps, levels) {
    const level = new Float64Array(steps).fill(past.at(-1) ?? 0);
    const trend = level.map((_, step) => slope * (step + 1));
    const mean = level.map((value, step) => value + trend[step]!);
    const spread = mean.map((_, step) =>
      Math.sqrt(deviation * deviation * (step + 1) + ((step + 1) * slopeError) ** 2),
    );
    return { mean, quantiles: gaussianQuantiles(mean, spread, levels), components: { level, trend } };
  },
});
