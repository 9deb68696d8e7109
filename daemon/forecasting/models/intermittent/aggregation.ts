import { demandOf } from "./demand.ts";
import { type Smoothing, smoothedLevel, smoothingFactor } from "./smoothing.ts";

/** Sums of consecutive buckets of `width` steps, the last one ending with the series; an incomplete first one is left out. */
export function aggregate(past: Float64Array, width: number): Float64Array {
  const buckets = Math.floor(past.length / width);
  const first = past.length - buckets * width;
  return Float64Array.from({ length: buckets }, (_, bucket) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += past[first + bucket * width + i]!;
    return sum;
  });
}

/** The mean interval between demands in whole steps: buckets that wide mostly hold a demand. At most the series' length. */
export function meanInterval(past: Float64Array): number {
  const { intervals } = demandOf(past);
  if (intervals.length === 0) return 1;
  const mean = intervals.reduce((sum, interval) => sum + interval, 0) / intervals.length;
  return Math.max(1, Math.min(Math.round(mean), past.length));
}

/** One level of aggregation and the smoothing factor its buckets are forecast with. */
export interface AggregationLevel {
  readonly width: number;
  readonly factor: number;
}

export function aggregationLevel(past: Float64Array, width: number, smoothing: Smoothing): AggregationLevel {
  return { width, factor: smoothingFactor(aggregate(past, width), smoothing) };
}

/** Forecast a step: the smoothed level of the buckets spread evenly over their steps. */
export function aggregatedRate(past: Float64Array, { width, factor }: AggregationLevel): number {
  return smoothedLevel(aggregate(past, width), factor) / width;
}
