import type { ModelFamily } from "../models/forecaster.ts";

/** A model with hyperparameters that the search may try. */
export interface Candidate {
  /** Unique in a run: the model's name, with a number after it from the second set of hyperparameters on. */
  readonly id: string;
  readonly model: string;
  readonly title: string;
  readonly family: ModelFamily;
  /** Hyperparameters that differ from the model's defaults. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A model that is not tried, and why. */
export interface Skipped {
  readonly id: string;
  readonly model: string;
  readonly title: string;
  readonly family: ModelFamily;
  /** One sentence for the leaderboard. */
  readonly reason: string;
}
