import type { FactorPair } from "../../forecasting/explain/run-explanation.ts";
import type { Interactions } from "../../forecasting/models/forecaster.ts";
import type { FittedMember } from "./fit-winner.ts";
import { memberTask } from "./member-task.ts";
import type { TaskContext } from "./run-context.ts";

/** Series whose interactions are averaged at most, and pairs that are reported at most. */
const mostInteracting = 40;
const mostPairs = 12;

/** Whose interactions are asked for, over which series, and the signal that ends the time for that. */
export interface PairRequest {
  readonly members: readonly FittedMember[];
  readonly series: readonly number[];
  readonly end: AbortSignal;
}

/**
 * Pairs of factors by the mean size of their interaction in the published forecast, strongest first. None if the time
 * does not suffice, or if no member can tell.
 */
export async function strongestPairs(
  context: TaskContext,
  { members, series, end }: PairRequest,
): Promise<FactorPair[]> {
  const total = members.reduce((sum, { share }) => sum + share, 0);
  const sizes = new PairSizes();
  const asked = evenly(series, mostInteracting);
  try {
    for (const member of members) {
      const task = { kind: "interact", ...memberTask(context, member), series: asked, samples: 1 } as const;
      const { interactions } = await context.pool.run(task, { signal: end });
      if (interactions !== undefined) sizes.add(interactions, member.share / total);
    }
  } catch (error) {
    if (context.signal.aborted || !end.aborted) throw error;
    return [];
  }
  return sizes.strongest(mostPairs);
}

/** Weighted sums of the members' interactions, by pair of factors. */
class PairSizes {
  readonly #pairs = new Map<string, FactorPair>();

  add({ factors, meanAbs }: Interactions, weight: number): void {
    factors.forEach((a, row) => {
      factors.slice(0, row).forEach((b, column) => {
        const key = JSON.stringify([b, a]);
        const size = weight * meanAbs[row * factors.length + column]!;
        this.#pairs.set(key, { factors: [b, a], meanAbs: (this.#pairs.get(key)?.meanAbs ?? 0) + size });
      });
    });
  }

  strongest(most: number): FactorPair[] {
    return [...this.#pairs.values()]
      .filter(({ meanAbs }) => meanAbs > 0)
      .sort((a, b) => b.meanAbs - a.meanAbs)
      .slice(0, most);
  }
}

/** At most `most` of some series, evenly drawn. */
function evenly(series: readonly number[], most: number): number[] {
  const count = Math.min(most, series.length);
  return Array.from({ length: count }, (_, index) => series[Math.floor((index * series.length) / count)]!);
}
