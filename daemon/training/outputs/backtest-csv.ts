import type { FoldForecast } from "../../forecasting/evaluation/backtest.ts";
import { keepLevels } from "../../forecasting/models/levels.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { timeTexts } from "../data/time-text.ts";
import { csvLine } from "./csv.ts";
import { valuesAt } from "./forecast-csv.ts";

/** Out-of-fold forecasts of one model. */
export interface ModelBacktest {
  readonly model: string;
  readonly parts: readonly FoldForecast[];
}

/** Lines of `backtest.csv`: what each model said at each origin beside what came. */
export function* backtestCsv(
  panel: Panel,
  models: readonly ModelBacktest[],
  timeColumn: string,
  levels: readonly number[],
  gap: number,
): Generator<string> {
  yield csvLine([
    "model",
    "origin",
    ...panel.keyColumns,
    timeColumn,
    "actual",
    "mean",
    ...levels.map((level) => `q${level}`),
  ]);
  const timeText = timeTexts(panel.frequency, panel.zone);
  for (const { model, parts } of models) {
    for (const part of parts) yield* foldLines(panel, model, part, levels, gap, timeText);
  }
}

function* foldLines(
  panel: Panel,
  model: string,
  { fold, forecast: full }: FoldForecast,
  levels: readonly number[],
  gap: number,
  timeText: (milliseconds: number) => string,
): Generator<string> {
  const forecast = keepLevels(full, levels);
  for (let row = 0; row < fold.series.length; row++) {
    const series = fold.series[row]!;
    const origin = panel.offsets[series]! + panel.history[series]! - fold.stepsBack - 1;
    for (let step = 0; step < forecast.horizon; step++) {
      yield csvLine([
        model,
        timeText(panel.time[origin]!),
        ...panel.keys[series]!,
        timeText(panel.time[origin + 1 + gap + step]!),
        fold.actual[row * forecast.horizon + step]!,
        ...valuesAt(forecast, row, step),
      ]);
    }
  }
}
