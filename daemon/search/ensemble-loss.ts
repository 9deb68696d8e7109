import type { MetricName } from "../../protocol/experiment/schema.ts";
import type { FoldForecast } from "../evaluation/backtest.ts";

/** Most values that weights are fitted on; beyond, blocks are thinned evenly. */
const mostValues = 150_000;

/**
 * Out-of-fold forecasts of several candidates side by side, flat, so that thousands of weightings can be tried.
 * A block is one series at one origin: the unit that is resampled, since its values depend on each other.
 */
export interface LossTable {
  readonly blocks: number;
  /** Values of each block, [blocks + 1]. */
  readonly blockStart: Int32Array;
  readonly actual: Float64Array;
  /** Weight of each value in the loss. */
  readonly weight: Float64Array;
  /** One array a member: means, or levels × values for quantile losses. */
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

/** Lays the forecasts of all members out for `metric`. Values that any member or the data lack are left out. */
export function lossTable(members: readonly (readonly FoldForecast[])[], metric: MetricName): LossTable {
  const kind = kinds[metric];
  const first = members[0]!;
  const { horizon, levels } = first[0]!.forecast;
  const picks = pickBlocks(first, horizon);
  const values: { fold: number; row: number; step: number; weight: number }[] = [];
  const blockStart = [0];
  for (const { fold, row } of picks) {
    for (let step = 0; step < horizon; step++) {
      const weight = weightOf(first[fold]!, row, step, metric);
      if (weight > 0 && members.every((parts) => isForecast(parts[fold]!, row, step))) {
        values.push({ fold, row, step, weight });
      }
    }
    blockStart.push(values.length);
  }
  const table = kind === "pinball" ? levels : [0.5];
  return {
    blocks: picks.length,
    blockStart: Int32Array.from(blockStart),
    actual: Float64Array.from(values, ({ fold, row, step }) => first[fold]!.fold.actual[row * horizon + step]!),
    weight: Float64Array.from(values, ({ weight }) => weight),
    members: members.map((parts) => {
      const out = new Float64Array(values.length * table.length);
      values.forEach(({ fold, row, step }, index) => {
        const { forecast } = parts[fold]!;
        for (let level = 0; level < table.length; level++) {
          out[level * values.length + index] =
            kind === "pinball"
              ? forecast.quantiles[(row * levels.length + level) * horizon + step]!
              : forecast.mean[row * horizon + step]!;
        }
      });
      return out;
    }),
    kind,
    levels: table,
  };
}

function pickBlocks(parts: readonly FoldForecast[], horizon: number): { fold: number; row: number }[] {
  const all = parts.flatMap(({ fold }, index) => Array.from(fold.series, (_, row) => ({ fold: index, row })));
  const stride = Math.max(1, Math.ceil((all.length * horizon) / mostValues));
  return all.filter((_, index) => index % stride === 0);
}

function isForecast({ fold, forecast }: FoldForecast, row: number, step: number): boolean {
  const index = row * forecast.horizon + step;
  return Number.isFinite(fold.actual[index]!) && Number.isFinite(forecast.mean[index]!);
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
  const { actual, weight, kind, levels, blockStart } = table;
  const count = actual.length;
  out.fill(0);
  for (let block = 0; block < table.blocks; block++) {
    let sum = 0;
    for (let index = blockStart[block]!; index < blockStart[block + 1]!; index++) {
      for (let level = 0; level < levels.length; level++) {
        sum += weight[index]! * loss(kind, actual[index]!, values[level * count + index]!, levels[level]!);
      }
    }
    out[block] = sum;
  }
}

function loss(kind: LossTable["kind"], actual: number, forecast: number, level: number): number {
  const error = actual - forecast;
  if (kind === "absolute") return Math.abs(error);
  if (kind === "squared") return error * error;
  if (kind === "pinball") return Math.max(level * error, (level - 1) * error);
  const size = Math.abs(actual) + Math.abs(forecast);
  return size > 0 ? Math.abs(error) / size : 0;
}
