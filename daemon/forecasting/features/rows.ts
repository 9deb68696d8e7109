import { uniformStream } from "../numerics/random.ts";
import { type Panel, rowsOf, seriesCount } from "../panel/panel.ts";

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
  /** First origin of a series of this length that rows may have. */
  readonly firstOrigin: (past: number, series: number) => number;
  /** Targets and origins of a series of this length that are wanted: `[first origin, first target, end of targets)`. */
  readonly range: (past: number) => { readonly origin: number; readonly from: number; readonly to: number };
}

/** Share of its moments that a series keeps at least, while there are more series than rows for them. */
const fewestOfSeries = 0.25;

/**
 * Rows of every series for a direct forecast: each target moment with several of its possible steps ahead. Where all of them
 * exceed `limit`, every moment keeps an equal number of steps drawn at random, then series and
 * moments are drawn; the draw depends on the seed alone.
 */
export function sampleRows(panel: Panel, request: RowRequest): RowSet {
  const { limit, seed, gap, horizon } = request;
  let targets = 0;
  let total = 0;
  eachTarget(panel, request, (_series, _target, steps) => {
    targets++;
    total += steps;
  });
  const perTarget = total <= limit ? horizon : Math.max(1, Math.floor(limit / targets));
  const share = Math.min(1, limit / targets);
  // Tables are made for a series as a whole: rather some series with several rows than one row of each.
  const ofSeries = share < fewestOfSeries ? share / fewestOfSeries : 1;
  const random = uniformStream(seed, "mulberry32");
  const chosen = Array.from(panel.keys, () => ofSeries === 1 || random() < ofSeries);
  const series: number[] = [];
  const origin: number[] = [];
  const target: number[] = [];
  eachTarget(panel, request, (index, moment, steps) => {
    if (!chosen[index] || (share < 1 && random() >= share / ofSeries)) return;
    const count = Math.min(perTarget, steps);
    // Evenly spread over the steps from a random start: every step ahead is met equally often.
    const first = count === steps ? 0 : random() * steps;
    for (let i = 0; i < count; i++) {
      const step = 1 + (Math.floor(first + (i * steps) / count) % steps);
      series.push(index);
      origin.push(moment - gap - step);
      target.push(moment);
    }
  });
  return {
    count: series.length,
    series: Int32Array.from(series),
    origin: Int32Array.from(origin),
    target: Int32Array.from(target),
  };
}

/** Visits every moment with a value that some origin can forecast, with the number of its steps ahead. */
function eachTarget(
  panel: Panel,
  request: RowRequest,
  visit: (series: number, target: number, steps: number) => void,
): void {
  for (let series = 0; series < seriesCount(panel); series++) {
    const { start, pastEnd } = rowsOf(panel, series);
    const past = pastEnd - start;
    const { origin, from, to } = request.range(past);
    const firstOrigin = Math.max(origin, request.firstOrigin(past, series));
    for (let target = Math.max(from, firstOrigin + request.gap + 1); target < Math.min(to, past); target++) {
      const steps = Math.min(request.horizon, target - request.gap - firstOrigin);
      if (steps >= 1 && !Number.isNaN(panel.target[start + target]!)) visit(series, target, steps);
    }
  }
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
