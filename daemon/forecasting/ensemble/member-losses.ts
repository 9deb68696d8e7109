import type { MetricName } from "../../../protocol/experiment/schema.ts";
import type { FoldForecast } from "../evaluation/backtest.ts";
import { allBlocks, blockLosses, lossTable, mostValues, valueLoss } from "./ensemble-loss.ts";

/** What each member of an ensemble lost at each origin. */
export interface MemberLosses {
  /** Series of the panel that any origin reaches: one more than the largest index. */
  readonly series: number;
  /** First step after each part of the horizon. */
  readonly ends: readonly number[];
  readonly origins: readonly {
    /** series × members; zeros where the origin tells nothing. */
    readonly bySeries: Float64Array;
    /** parts × members. */
    readonly byPart: Float64Array;
  }[];
  /** Losses are of squared errors. */
  readonly squared: boolean;
}

/** Parts of the horizon at most. */
const mostParts = 4;

/** Ends of parts of the horizon, each twice as long as the one before: forecasts change most over the first steps. */
export function horizonParts(horizon: number): number[] {
  const count = Math.min(mostParts, Math.floor(Math.log2(horizon + 1)));
  const unit = horizon / (2 ** count - 1);
  return Array.from({ length: count }, (_, part) => Math.round(unit * (2 ** (part + 1) - 1)));
}

/** Measures the losses of all members by series and by part of the horizon, a few series at a time. */
export function measureLosses(members: readonly (readonly FoldForecast[])[], metric: MetricName): MemberLosses {
  const first = members[0]!;
  const { horizon } = first[0]!.forecast;
  const ends = horizonParts(horizon);
  const partOf = Int32Array.from({ length: horizon }, (_, step) => ends.findIndex((end) => step < end));
  const series = 1 + first.reduce((most, { fold }) => fold.series.reduce((a, b) => Math.max(a, b), most), -1);
  const origins = first.map(() => ({
    bySeries: new Float64Array(series * members.length),
    byPart: new Float64Array(ends.length * members.length),
  }));
  const all = allBlocks(first);
  const size = Math.max(1, Math.floor(mostValues / horizon));
  let squared = false;
  for (let from = 0; from < all.length; from += size) {
    const blocks = all.slice(from, from + size);
    const table = lossTable(members, metric, blocks);
    squared = table.kind === "squared";
    const own = new Float64Array(blocks.length);
    table.members.forEach((values, member) => {
      blockLosses(table, values, own);
      blocks.forEach(({ fold, row }, block) => {
        const { bySeries, byPart } = origins[fold]!;
        bySeries[first[fold]!.fold.series[row]! * members.length + member]! += own[block]!;
        for (let index = table.blockStart[block]!; index < table.blockStart[block + 1]!; index++) {
          byPart[partOf[table.steps[index]!]! * members.length + member]! += valueLoss(table, values, index);
        }
      });
    });
  }
  return { series, ends, origins, squared };
}
