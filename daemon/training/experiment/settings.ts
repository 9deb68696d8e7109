import { type Experiment, type MetricName, usualMetric } from "../../../protocol/experiment/schema.ts";
import type { FoldPlan } from "../../forecasting/evaluation/fold.ts";
import type { Device } from "../../forecasting/models/forecaster.ts";
import { workingLevels } from "../../forecasting/models/levels.ts";
import { naturalSeasons, scalingSeason } from "../../forecasting/panel/frequency.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { panelFacts } from "../../forecasting/search/panel-facts.ts";
import type { FitSettings } from "../workers/task.ts";

/** An experiment with everything that depends on the data filled in. */
export interface RunSettings {
  readonly plan: FoldPlan;
  readonly fit: FitSettings;
  /** Devices that neural models may choose from; the first one makes the forecasts. */
  readonly devices: readonly Device[];
  /** Metric that selects the winner. */
  readonly metric: MetricName;
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

/** Share of intermittent series from which a metric is the default that is least at the mean. */
const intermittentShare = 0.5;

/**
 * The metric of an experiment that names none. Under absolute errors the best point of a series that is mostly zero is
 * zero, so intermittent series are judged by squared ones.
 */
export function defaultMetric(panel: Panel): MetricName {
  return panelFacts(panel).intermittent >= intermittentShare ? "rmsse" : usualMetric;
}

/** Least value of a forecast: the experiment's own, or zero for counts that were never negative. */
function leastOf({ forecast }: Experiment, panel: Panel): number | undefined {
  if (forecast.minimum !== undefined || !forecast.integer) return forecast.minimum;
  return panel.target.every((value) => !(value < 0)) ? 0 : undefined;
}

/** Resolves an experiment against its panel; the panel's future rows are gap and horizon. */
export function resolveSettings(
  experiment: Experiment,
  panel: Panel,
  devices: readonly Device[],
  budgetSeconds: number,
): RunSettings {
  const { gap, quantiles, maximum, integer } = experiment.forecast;
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
    metric: experiment.evaluation.metric ?? defaultMetric(panel),
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
        minimum: leastOf(experiment, panel),
        maximum,
        ...(integer ? { integer } : {}),
      },
    },
  };
}
