import type { Experiment } from "../../../protocol/experiment/schema.ts";
import type { FoldPlan } from "../../forecasting/evaluation/fold.ts";
import type { Device } from "../../forecasting/models/forecaster.ts";
import { workingLevels } from "../../forecasting/models/levels.ts";
import { naturalSeasons, scalingSeason } from "../../forecasting/panel/frequency.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import type { FitSettings } from "../workers/task.ts";

/** An experiment with everything that depends on the data filled in. */
export interface RunSettings {
  readonly plan: FoldPlan;
  readonly fit: FitSettings;
  /** Devices that neural models may choose from; the first one makes the forecasts. */
  readonly devices: readonly Device[];
  /** Levels the user asked for; the fits add the median. */
  readonly levels: readonly number[];
}

/** Series on which models are judged for each second of the budget, at least and at most. */
const judgedPerSecond = 30;
const [fewestJudged, mostJudged] = [2000, 20_000];

/**
 * Series on which models are judged, going by the budget alone, so that the numbers do not depend on the machine: of some thousand series the errors'
 * mean is known to a percent or two, and all candidates are compared on the same ones.
 */
function judgedSeriesOf(budgetSeconds: number): number {
  return Math.min(mostJudged, Math.max(fewestJudged, Math.round(judgedPerSecond * budgetSeconds)));
}

/** Resolves an experiment against its panel; the panel's future rows are gap and horizon. */
export function resolveSettings(
  experiment: Experiment,
  panel: Panel,
  devices: readonly Device[],
  budgetSeconds: number,
): RunSettings {
  const { gap, quantiles, minimum, maximum, integer } = experiment.forecast;
  const horizon = panel.futureSteps - gap;
  const longest = panel.history.reduce((most, length) => Math.max(most, length), 0);
  return {
    plan: {
      horizon,
      gap,
      step: experiment.evaluation.step ?? horizon,
      season: scalingSeason(panel.frequency),
      sample: { most: judgedSeriesOf(budgetSeconds), seed: experiment.search.seed },
    },
    levels: quantiles,
    devices,
    fit: {
      horizon,
      gap,
      levels: workingLevels(quantiles),
      seasons: naturalSeasons(panel.frequency).filter((season) => longest >= 2 * season),
      seed: experiment.search.seed,
      device: devices[0]!,
      threads: 1,
      bounds: {
        minimum,
        maximum,
        ...(integer ? { integer } : {}),
      },
    },
  };
}
