import { type Covariate, type Panel, seriesCount } from "../../forecasting/panel/panel.ts";
import type { CovariateValue } from "./prediction-messages.ts";

/** Values kept of one prediction at most. */
const MOST = 20_000;

/**
 * The numeric covariates a forecast was made with: the known ones over its window, and the observed ones as last seen. They
 * tell later whether the deployment is asked about another world than before.
 */
export function seenCovariates(panel: Panel, gap: number): CovariateValue[] {
  const found: CovariateValue[] = [];
  for (let series = 0; series < seriesCount(panel); series++) {
    const origin = panel.offsets[series]! + panel.history[series]!;
    const end = panel.offsets[series + 1]!;
    const take = (covariate: Covariate, from: number, to: number): void => {
      if (covariate.categories !== undefined) return;
      for (let row = from; row < to && found.length < MOST; row++) {
        const value = covariate.values[row]!;
        if (Number.isFinite(value)) {
          found.push({ name: covariate.name, series: panel.keys[series]!, time: panel.time[row]!, value });
        }
      }
    };
    for (const covariate of panel.known) take(covariate, origin + gap, end);
    if (panel.history[series]! > 0) for (const covariate of panel.observed) take(covariate, origin - 1, origin);
  }
  return found;
}
