import type { WhatIfChange } from "../../../../protocol/what-if.ts";
import { coalitionsOf, shapleyValues } from "../../numerics/shapley.ts";

/** Orders of changed covariates are drawn with this seed: the same question has the same answer. */
const seed = 7;

/**
 * The game that a set of changes is: its covariates are the players, and a coalition is worth the total of the forecast with the
 * changes of its covariates alone. Shapley values split the whole difference fairly.
 */
export interface ChangeGame {
  readonly factors: readonly string[];
  /** Changes of every coalition that has to be forecast, the whole last among those of its size; without the empty one. */
  readonly plans: readonly (readonly WhatIfChange[])[];
  /** Index of the plan with all changes; −1 where there are none. */
  readonly whole: number;
  /** What each factor moved, from the total without changes and those of `plans`. */
  moved(base: number, totals: readonly number[]): { factor: string; change: number }[];
}

/** The game of some changes. */
export function changeGame(changes: readonly WhatIfChange[]): ChangeGame {
  const factors = [...new Set(changes.map(({ covariate }) => covariate))];
  const coalitions = coalitionsOf(factors.length, seed).slice(1);
  const place = new Map(coalitions.map((coalition, index) => [coalition.join(), index]));
  return {
    factors,
    plans: coalitions.map((coalition) => {
      const names = new Set(coalition.map((player) => factors[player]!));
      return changes.filter(({ covariate }) => names.has(covariate));
    }),
    whole: coalitions.findIndex((coalition) => coalition.length === factors.length),
    moved(base, totals) {
      const worth = (coalition: readonly number[]) =>
        coalition.length === 0 ? base : totals[place.get(coalition.join())!]!;
      const values = shapleyValues(factors.length, seed, worth);
      return factors.map((factor, player) => ({ factor, change: values[player]! }));
    },
  };
}
