import { medianOfSorted } from "../numerics/quantile.ts";
import { blockLosses, type LossTable } from "./ensemble-loss.ts";

/** Share of the members' median in a combination: few origins cannot tell weights well, and a member that is far off moves an average. */
const usual = 0.5;

/** How much more than the weighted average alone the combination may lose on the origins that the weights were chosen on. */
const tolerance = 1.06;

/**
 * Share of the members' median in every value of their combination; zero where they differ so much in quality that the median would be a bad one's.
 * `weights` has one for each member of the table, zero for those that are not in the ensemble.
 */
export function chooseMiddle(table: LossTable, weights: readonly number[]): number {
  const chosen = weights.flatMap((weight, member) => (weight > 0 ? [{ weight, values: table.members[member]! }] : []));
  const average = table.members[0]!.map((_, at) => chosen.reduce((sum, one) => sum + one.weight * one.values[at]!, 0));
  const centre = medians(chosen.map(({ values }) => values));
  const both = average.map((value, at) => (1 - usual) * value + usual * centre[at]!);
  return lossOf(table, both) > tolerance * lossOf(table, average) ? 0 : usual;
}

/** The median of all members at each value. */
export function medians(members: readonly Float64Array[]): Float64Array {
  const own = new Float64Array(members.length);
  return members[0]!.map((_, at) => {
    for (let member = 0; member < own.length; member++) own[member] = members[member]![at]!;
    return medianOfSorted(own.sort());
  });
}

/** Loss on all blocks of a table. */
export function lossOf(table: LossTable, values: Float64Array): number {
  const losses = new Float64Array(table.blocks);
  blockLosses(table, values, losses);
  return losses.reduce((sum, loss) => sum + loss, 0);
}
