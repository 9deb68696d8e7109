import { type Covariate, type Panel, rowsOf, seriesCount } from "./panel.ts";

/**
 * A copy of `panel` as it stood `stepsBack` steps before the end of each series, reduced to the given series, with
 * `futureSteps` rows of known covariates after the origin. Target and observed values after the origin are not in it.
 */
export function panelAt(panel: Panel, series: Int32Array, stepsBack: number, futureSteps: number): Panel {
  const history = Int32Array.from(series, (row) => panel.history[row]! - stepsBack);
  const offsets = new Int32Array(series.length + 1);
  history.forEach((length, row) => {
    offsets[row + 1] = offsets[row]! + length + futureSteps;
  });
  const copy = (values: Float64Array, withFuture: boolean): Float64Array => {
    const out = new Float64Array(offsets[series.length]!).fill(Number.NaN);
    series.forEach((row, index) => {
      const { start } = rowsOf(panel, row);
      out.set(values.subarray(start, start + history[index]! + (withFuture ? futureSteps : 0)), offsets[index]!);
    });
    return out;
  };
  const columns = (covariates: readonly Covariate[], withFuture: boolean): Covariate[] =>
    covariates.map((covariate) => ({ ...covariate, values: copy(covariate.values, withFuture) }));
  return {
    ...panel,
    keys: Array.from(series, (row) => panel.keys[row]!),
    offsets,
    history,
    futureSteps,
    time: copy(panel.time, true),
    target: copy(panel.target, false),
    known: columns(panel.known, true),
    observed: columns(panel.observed, false),
    static: panel.static.map((covariate) => ({
      ...covariate,
      values: Float64Array.from(series, (row) => covariate.values[row]!),
    })),
  };
}

/** The panel reduced to some of its series, future rows included. */
export function selectSeries(panel: Panel, series: Int32Array): Panel {
  return series.length === seriesCount(panel) ? panel : panelAt(panel, series, 0, panel.futureSteps);
}
