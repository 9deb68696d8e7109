import type { RunExplanation } from "../../forecasting/explain/run-explanation.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { timeText } from "../data/time-text.ts";

/** Pieces of `explanations.json`; one line a forecast, so that large files can be read line by line. */
export function* explanationsJson(panel: Panel, explanation: RunExplanation, model: string): Generator<string> {
  const { attribution, global, interactions, permutation } = explanation;
  const { factors, series, horizon, baseline, contributions } = attribution;
  yield `{"factors": ${JSON.stringify(factors)},\n"exact": ${attribution.exact},\n`;
  yield `"global": ${JSON.stringify(global)},\n`;
  if (interactions.length > 0) yield `"interactions": ${JSON.stringify(interactions)},\n`;
  if (permutation.length > 0) yield `"permutation": ${JSON.stringify(permutation)},\n`;
  yield `"forecasts": [\n`;
  const gap = panel.futureSteps - horizon;
  for (let row = 0; row < series.length; row++) {
    const index = series[row]!;
    const first = panel.offsets[index]! + panel.history[index]! + gap;
    const key = Object.fromEntries(panel.keyColumns.map((column, position) => [column, panel.keys[index]![position]]));
    for (let step = 0; step < horizon; step++) {
      const cell = row * horizon + step;
      const values = Array.from(contributions.subarray(cell * factors.length, (cell + 1) * factors.length));
      const entry = {
        series: key,
        time: timeText(panel.time[first + step]!, panel.frequency, panel.zone),
        model,
        baseline: baseline[cell],
        prediction: values.reduce((sum, value) => sum + value, baseline[cell]!),
        contributions: Object.fromEntries(factors.map((factor, column) => [factor, values[column]])),
      };
      yield `${JSON.stringify(entry)}${row === series.length - 1 && step === horizon - 1 ? "" : ","}\n`;
    }
  }
  yield "]}\n";
}
