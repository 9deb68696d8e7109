import { type Dataset, pickRows } from "../../features/dataset.ts";
import { uniformStream } from "../../numerics/random.ts";
import { meanShift } from "../mean-shift.ts";
import { predictTable } from "./booster.ts";
import type { Stage } from "./state.ts";
import type { Transform } from "./target-scale.ts";

/** Rows that the shift rests on at most. */
const mostRows = 20_000;

/**
 * What makes means of trees' forecasts, in units of the scaled target, going by a sample of the rows that could be learnt
 * from; 0 where a logarithm is forecast, which has a factor for that (`meanFactor`).
 */
export function boostingShift(
  { rows, matrix, plan }: Dataset,
  stages: readonly Stage[],
  {
    transform,
    floor,
    seed,
  }: { readonly transform: Transform; readonly floor: number | undefined; readonly seed: number },
): number {
  if (transform === "log") return 0;
  const random = uniformStream(seed);
  const kept = Int32Array.from(new Array(rows.count).keys()).filter(() => random() * rows.count < mostRows);
  const sample = pickRows(matrix, kept);
  const predicted = new Float64Array(kept.length);
  stages.forEach(({ until, booster }, index) => {
    const after = stages[index - 1]?.until ?? 0;
    const own = Int32Array.from(kept.keys()).filter((place) => {
      const step = rows.target[kept[place]!]! - rows.origin[kept[place]!]! - plan.gap;
      return step > after && step <= until;
    });
    predictTable(booster, own.length === kept.length ? sample : pickRows(sample, own)).forEach((value, i) => {
      predicted[own[i]!] = value;
    });
  });
  return meanShift({ ...sample, predicted }, floor);
}
