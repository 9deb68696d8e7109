import type { FitContext } from "../models/forecaster.ts";
import { workingLevels } from "../models/levels.ts";
import { naturalSeasons } from "../panel/frequency.ts";
import type { Panel } from "../panel/panel.ts";

/** How a model is trained. Everything has a default. */
export interface TrainingSettings {
  /** Quantiles to forecast, each between 0 and 1; 0.1, 0.5 and 0.9 if left out. */
  readonly quantiles?: readonly number[];
  /** Season lengths in steps; those that the frequency suggests if left out, such as 7 for days. */
  readonly seasons?: readonly number[];
  /** Bounds of the target. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Seed of everything random: the same seed gives the same numbers. */
  readonly seed?: number;
  /** Stops the training; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const defaultQuantiles = [0.1, 0.5, 0.9];

/** Everything a fit needs, with one thread on the CPU and without a limit in time. */
export function fitContext(panel: Panel, settings: TrainingSettings): FitContext {
  const longest = panel.history.reduce((most, length) => Math.max(most, length), 0);
  return {
    horizon: panel.futureSteps,
    gap: 0,
    levels: workingLevels([...(settings.quantiles ?? defaultQuantiles)].sort((a, b) => a - b)),
    seasons: settings.seasons ?? naturalSeasons(panel.frequency).filter((season) => longest >= 2 * season),
    seed: settings.seed ?? 0,
    device: "cpu",
    threads: 1,
    bounds: { minimum: settings.minimum, maximum: settings.maximum },
    signal: settings.signal ?? new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    onProgress: () => undefined,
  };
}
