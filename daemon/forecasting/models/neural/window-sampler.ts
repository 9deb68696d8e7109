import type { Random } from "../../../engine/index.ts";
import { windowScale } from "./window-source.ts";
import type { Windows } from "./windows.ts";

/** Per-step inputs of `count` windows, as the training graph reads them. */
export interface WindowBatch {
  readonly starts: Int32Array;
  readonly series: Int32Array;
  readonly center: Float32Array;
  readonly scale: Float32Array;
  readonly weight: Float32Array;
}

/** Windows of one series are validated on at most this many. */
const mostValidation = 32;

/** Validation windows in all. */
const mostValidationWindows = 2048;

/** Fewest known steps before an origin that a window is trained on. */
const shortestPast = 2;

/** Draws training windows and lists validation windows, which lie later in time: no training target is a validation target. */
export class WindowSampler {
  readonly windows: Windows;
  /** Steps at the end of each series kept for validation; 0 where the series is too short to spare them. */
  readonly held: Int32Array;
  /** Running number of windows up to each series. */
  readonly #cumulative: Float64Array;
  readonly #finalCumulative: Float64Array;

  constructor(windows: Windows) {
    const { source, plan } = windows;
    this.windows = windows;
    this.held = Int32Array.from(source.history, (length) => {
      const wanted = Math.max(plan.horizon, Math.floor(length / 10));
      return wanted + plan.gap <= length / 3 ? wanted : 0;
    });
    this.#cumulative = running(
      source.history,
      (length, series) => length - this.held[series]! - plan.gap - shortestPast,
    );
    this.#finalCumulative = running(source.history, (length) => length - plan.gap - shortestPast);
  }

  /** Number of windows to train on. */
  get count(): number {
    return this.#cumulative.at(-1) ?? 0;
  }

  /** Whether any series can spare steps for validation. */
  get validates(): boolean {
    return this.held.some((steps) => steps > 0);
  }

  /** Mask of the targets that training may see: all known ones before the held-out steps. */
  trainingMask(): Float32Array {
    const { source } = this.windows;
    const mask = source.mask.slice();
    this.held.forEach((steps, series) => {
      const end = source.first[series]! + source.history[series]!;
      mask.fill(0, end - steps, end);
    });
    return mask;
  }

  /** Draws `count` windows with replacement and equal probability. If `final` is true, windows may include held-out steps. */
  draw(count: number, next: Random, final: boolean): WindowBatch {
    const cumulative = final ? this.#finalCumulative : this.#cumulative;
    const total = cumulative.at(-1)!;
    const { first } = this.windows.source;
    const windows = Array.from({ length: count }, () => {
      const place = Math.floor(next() * total);
      const series = upperBound(cumulative, place);
      const before = series === 0 ? 0 : cumulative[series - 1]!;
      return { series, end: first[series]! + shortestPast + (place - before) };
    });
    return this.#batch(windows);
  }

  /** Leaves out what `draw` would have drawn. */
  skip(count: number, next: Random): void {
    for (let window = 0; window < count; window++) next();
  }

  /** The validation windows, padded with weightless ones to a multiple of `batch`. */
  validation(batch: number): WindowBatch {
    const { source, plan } = this.windows;
    const { horizon, gap } = plan;
    const windows: { series: number; end: number }[] = [];
    this.held.forEach((steps, series) => {
      if (steps === 0) return;
      const last = source.first[series]! + source.history[series]!;
      const choices = steps - horizon + 1;
      const stride = Math.max(1, Math.ceil(choices / mostValidation));
      for (let back = 0; back < choices; back += stride) windows.push({ series, end: last - horizon - gap - back });
    });
    const stride = Math.max(1, Math.ceil(windows.length / mostValidationWindows));
    const chosen = windows.filter((_, index) => index % stride === 0);
    const padding = (batch - (chosen.length % batch)) % batch;
    const result = this.#batch([...chosen, ...Array.from({ length: padding }, () => chosen[0]!)]);
    result.weight.fill(0, chosen.length);
    return result;
  }

  #batch(windows: readonly { readonly series: number; readonly end: number }[]): WindowBatch {
    const { source, plan } = this.windows;
    const { lookback, recent } = plan;
    const batch = {
      starts: Int32Array.from(windows, ({ end }) => end - lookback),
      series: Int32Array.from(windows, ({ series }) => series),
      center: new Float32Array(windows.length),
      scale: new Float32Array(windows.length),
      weight: new Float32Array(windows.length),
    };
    windows.forEach(({ series, end }, index) => {
      const { center, scale } = windowScale(source, series, end, lookback, recent);
      const deviation = source.deviation[series]!;
      batch.center[index] = center;
      batch.scale[index] = scale;
      // Errors count in units of the series' own deviation, as the scaled metrics count them.
      batch.weight[index] = deviation > 0 ? Math.min(3, Math.max(0.1, scale / deviation)) : 0.1;
    });
    return batch;
  }
}

function running(lengths: Int32Array, windowsOf: (length: number, series: number) => number): Float64Array {
  let sum = 0;
  return Float64Array.from(lengths, (length, series) => {
    sum += Math.max(0, windowsOf(length, series));
    return sum;
  });
}

/** First index whose running number exceeds `place`. */
function upperBound(cumulative: Float64Array, place: number): number {
  let [low, high] = [0, cumulative.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > place) high = middle;
    else low = middle + 1;
  }
  return low;
}
