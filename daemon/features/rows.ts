import { type Panel, seriesCount } from "../data/panel.ts";

/** Rows to learn from or to forecast, grouped by series: indices into each series' own time axis. */
export interface RowSet {
  readonly count: number;
  readonly series: Int32Array;
  /** Last moment known. */
  readonly origin: Int32Array;
  /** Moment to forecast. */
  readonly target: Int32Array;
}

export interface RowRequest {
  readonly horizon: number;
  readonly gap: number;
  /** Most rows; more are sampled. */
  readonly limit: number;
  readonly seed: number;
  /** First origin of a series that rows may have. */
  readonly firstOrigin: (past: number) => number;
  /** Targets and origins of a series of this length that are wanted: `[first origin, first target, end of targets)`. */
  readonly range: (past: number) => { readonly origin: number; readonly from: number; readonly to: number };
}

/**
 * Rows of every series for a direct forecast: each target moment with several of its possible steps ahead. Where all of them
 * exceed `limit`, every moment keeps an equal number of steps drawn at random, and then moments are drawn; the draw depends
 * on the seed alone.
 */
export function sampleRows(panel: Panel, request: RowRequest): RowSet {
  const targets: { series: number; target: number; steps: number }[] = [];
  let total = 0;
  for (let series = 0; series < seriesCount(panel); series++) {
    const past = panel.history[series]!;
    const start = panel.offsets[series]!;
    const { origin, from, to } = request.range(past);
    const firstOrigin = Math.max(origin, request.firstOrigin(past));
    for (let target = Math.max(from, firstOrigin + request.gap + 1); target < Math.min(to, past); target++) {
      if (Number.isNaN(panel.target[start + target]!)) continue;
      const steps = Math.min(request.horizon, target - request.gap - firstOrigin);
      if (steps < 1) continue;
      targets.push({ series, target, steps });
      total += steps;
    }
  }
  return draw(targets, total, request);
}

function draw(
  targets: readonly { series: number; target: number; steps: number }[],
  total: number,
  { limit, seed, gap, horizon }: RowRequest,
): RowSet {
  const perTarget = total <= limit ? horizon : Math.max(1, Math.floor(limit / targets.length));
  const share = Math.min(1, limit / targets.length);
  const random = uniform(seed);
  const series: number[] = [];
  const origin: number[] = [];
  const target: number[] = [];
  for (const each of targets) {
    if (share < 1 && random() >= share) continue;
    const count = Math.min(perTarget, each.steps);
    // Evenly spread over the steps from a random start: every step ahead is met equally often.
    const first = count === each.steps ? 0 : random() * each.steps;
    for (let i = 0; i < count; i++) {
      const step = 1 + (Math.floor(first + (i * each.steps) / count) % each.steps);
      series.push(each.series);
      origin.push(each.target - gap - step);
      target.push(each.target);
    }
  }
  return {
    count: series.length,
    series: Int32Array.from(series),
    origin: Int32Array.from(origin),
    target: Int32Array.from(target),
  };
}

/** The rows of the forecast window: every step of the wanted series. */
export function forecastRows(panel: Panel, series: readonly number[], gap: number, horizon: number): RowSet {
  const count = series.length * horizon;
  const rows: RowSet = {
    count,
    series: new Int32Array(count),
    origin: new Int32Array(count),
    target: new Int32Array(count),
  };
  series.forEach((index, position) => {
    const last = panel.history[index]! - 1;
    for (let step = 0; step < horizon; step++) {
      const row = position * horizon + step;
      rows.series[row] = index;
      rows.origin[row] = last;
      rows.target[row] = last + 1 + gap + step;
    }
  });
  return rows;
}

/** Uniform numbers in [0, 1) (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
