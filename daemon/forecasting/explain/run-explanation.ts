import type { Member } from "../ensemble/winner.ts";
import type { Attribution } from "../models/forecaster.ts";
import type { GlobalFactor } from "./attribution.ts";

/** Attributions of the published forecast. */
export interface RunExplanation {
  readonly attribution: Attribution;
  readonly global: readonly GlobalFactor[];
  /** Members of the forecast that cannot explain themselves: their share is not in the attribution. */
  readonly silent: readonly Member[];
  /** Strongest pairs of factors of the members that can tell. */
  readonly interactions: readonly FactorPair[];
  readonly permutation: readonly FactorWorth[];
}

/** Two factors, and the mean size of what they do together beyond what each does alone. */
export interface FactorPair {
  readonly factors: readonly [string, string];
  readonly meanAbs: number;
}

/** What the forecasts lose without a covariate, in the selection metric. */
export interface FactorWorth {
  readonly factor: string;
  /** Mean over the repeats, and their deviation. */
  readonly drop: number;
  readonly deviation: number;
  /** Loss of MASE at each step of the horizon, and of each group of series: those that share their first key. */
  readonly byStep: readonly number[];
  readonly groups: readonly { readonly group: string; readonly drop: number }[];
}
