import type { MetricName } from "../../../protocol/experiment/schema.ts";
import type { FoldForecast } from "../evaluation/backtest.ts";

/** Most values that weights are fitted on at once; beyond, blocks are thinned evenly. */
export const mostValues = 150_000;

/** Place of a block among the forecasts of a member. */
export interface Block {
  readonly fold: number;
  readonly row: number;
}

/**
 * Out-of-fold forecasts of several candidates side by side, flat, so that thousands of weightings can be tried.
 * A block is one series at one origin: the unit that is resampled, since its values depend on each other.
 */
export interface LossTable {
  readonly blocks: number;
  /** Values of each block, [blocks + 1]. */
  readonly blockStart: Int32Array;
  /** Step of the horizon that each value belongs to. */
  readonly steps: Int32Array;
  readonly actual: Float64Array;
  /** Weight of each value in the loss. */
  readonly weight: Float64Array;
  /** One array a member: points, or levels × values for quantile losses. */
  readonly members: readonly Float64Array[];
  readonly kind: "absolute" | "squared" | "symmetric" | "pinball";
  readonly levels: readonly number[];
}

const kinds: Readonly<Record<MetricName, LossTable["kind"]>> = {
  mae: "absolute",
  wape: "absolute",
  mape: "absolute",
  mdape: "absolute",
  mase: "absolute",
  smape: "symmetric",
  rmse: "squared",
  nrmse: "squared",
  rmsse: "squared",
  wql: "pinball",
  sql: "pinball",
};

/** Lays some blocks of the forecasts of all members out for `metric`. Values that any member or the data lack are left out. */
export function lossTable(
  members: readonly (readonly FoldForecast[])[],
  metric: MetricName,
  picks: readonly Block[] = evenBlocks(members[0]!),
): LossTable {
  const kind = kinds[metric];
  const first = members[0]!;
  const { horizon, levels } = first[0]!.forecast;
  const table = kind === "pinball" ? levels : [0.5];
  const most = picks.length * horizon;
  const [folds, rows, steps] = [new Int32Array(most), new Int32Array(most), new Int32Array(most)];
  const [actual, weight] = [new Float64Array(most), new Float64Array(most)];
  const blockStart = new Int32Array(picks.length + 1);
  let count = 0;
  for (const [block, { fold, row }] of picks.entries()) {
    for (let step = 0; step < horizon; step++) {
      const own = weightOf(first[fold]!, row, step, metric);
      if (!(own > 0) || !everyForecasts(members, fold, row, step)) continue;
      [folds[count], rows[count], steps[count], weight[count]] = [fold, row, step, own];
      actual[count++] = first[fold]!.fold.actual[row * horizon + step]!;
    }
    blockStart[block + 1] = count;
  }
  return {
    blocks: picks.length,
    blockStart,
    steps: steps.subarray(0, count),
    actual: actual.subarray(0, count),
    weight: weight.subarray(0, count),
    members: members.map((parts) => {
      const out = new Float64Array(count * table.length);
      for (let index = 0; index < count; index++) {
        const { forecast } = parts[folds[index]!]!;
        const [row, step] = [rows[index]!, steps[index]!];
        for (let level = 0; level < table.length; level++) {
          out[level * count + index] =
            kind === "pinball"
              ? forecast.quantiles[(row * levels.length + level) * horizon + step]!
              : forecast.point[row * horizon + step]!;
        }
      }
      return out;
    }),
    kind,
    levels: table,
  };
}

/** Every block of a member. */
export function allBlocks(parts: readonly FoldForecast[]): Block[] {
  return parts.flatMap(({ fold }, index) => Array.from(fold.series, (_, row) => ({ fold: index, row })));
}

function evenBlocks(parts: readonly FoldForecast[]): Block[] {
  const all = allBlocks(parts);
  const stride = Math.max(1, Math.ceil((all.length * parts[0]!.forecast.horizon) / mostValues));
  return all.filter((_, index) => index % stride === 0);
}

/** Whether something was measured and every member has a forecast of it. */
function everyForecasts(
  members: readonly (readonly FoldForecast[])[],
  origin: number,
  row: number,
  step: number,
): boolean {
  for (const parts of members) {
    const { fold, forecast } = parts[origin]!;
    const index = row * forecast.horizon + step;
    if (!Number.isFinite(fold.actual[index]!) || !Number.isFinite(forecast.point[index]!)) return false;
  }
  return true;
}

function weightOf({ fold, forecast }: FoldForecast, row: number, step: number, metric: MetricName): number {
  const scale = fold.scales[row]!;
  const actual = Math.abs(fold.actual[row * forecast.horizon + step]!);
  if (metric === "mase" || metric === "sql") return scale.absolute > 0 ? 1 / scale.absolute : 0;
  if (metric === "rmsse") return scale.squared > 0 ? 1 / scale.squared : 0;
  if (metric === "mape" || metric === "mdape") return actual > 0 ? 1 / actual : 0;
  return 1;
}

/** Loss of each block when the forecasts are `values` (laid out like a member). */
export function blockLosses(table: LossTable, values: Float64Array, out: Float64Array): void {
  const { blockStart } = table;
  for (let block = 0; block < table.blocks; block++) {
    let sum = 0;
    for (let index = blockStart[block]!; index < blockStart[block + 1]!; index++)
      sum += valueLoss(table, values, index);
    out[block] = sum;
  }
}

/** Loss of one value when the forecasts are `values`. */
export function valueLoss({ actual, weight, kind, levels }: LossTable, values: Float64Array, index: number): number {
  let sum = 0;
  for (let level = 0; level < levels.length; level++) {
    const forecast = values[level * actual.length + index]!;
    sum += weight[index]! * loss(kind, actual[index]!, forecast, levels[level]!);
  }
  return sum;
}

function loss(kind: LossTable["kind"], actual: number, forecast: number, level: number): number {
  const error = actual - forecast;
  if (kind === "absolute") return Math.abs(error);
  if (kind === "squared") return error * error;
  if (kind === "pinball") return Math.max(level * error, (level - 1) * error);
  const size = Math.abs(actual) + Math.abs(forecast);
  return size > 0 ? Math.abs(error) / size : 0;
}
