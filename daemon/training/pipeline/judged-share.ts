import { judgedSeries } from "../../forecasting/evaluation/fold.ts";
import { seriesCount } from "../../forecasting/panel/panel.ts";
import type { TaskContext } from "./run-context.ts";

/** The series that models are judged on. */
export interface JudgedShare {
  /** Series of the panel. */
  readonly series: number;
  /** Those of them that models are judged on. */
  readonly judged: number;
  /** Whether only a sample is judged. */
  readonly sampled: boolean;
}

/** How many of the series models are judged on. */
export function judgedShare({ panel, settings: { plan } }: Pick<TaskContext, "panel" | "settings">): JudgedShare {
  const judged = judgedSeries(panel, plan).length;
  return { series: seriesCount(panel), judged, sampled: judged === plan.sample?.most };
}

/** How many times more series there are than models are judged on. */
export function growthOf(context: Pick<TaskContext, "panel" | "settings">): number {
  const { series, judged, sampled } = judgedShare(context);
  return sampled ? series / judged : 1;
}
