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

/** The panel that was backtested, and how `backtest.csv` shows it. */
export interface BacktestTable {
  readonly panel: Panel;
  readonly timeColumn: string;
  /** Levels of the quantiles that are written. */
  readonly levels: readonly number[];
  /** Steps between an origin and its first forecast. */
  readonly gap: number;
}

/** Lines of `backtest.csv`: what each model forecast at each origin beside the actual values. */
export function* backtestCsv(table: BacktestTable, models: readonly ModelBacktest[]): Generator<string> {
  const { panel, timeColumn, levels } = table;
  const quantiles = levels.map((level) => `q${level}`);
  yield csvLine(["model", "origin", ...panel.keyColumns, timeColumn, "actual", "mean", "point", ...quantiles]);
  const timeText = timeTexts(panel.frequency, panel.zone);
  for (const { model, parts } of models) {
    for (const part of parts) {
      for (const { origin, key, time, values } of foldRows(table, part)) {
        yield csvLine([model, timeText(origin), ...key, timeText(time), ...values]);
      }
    }
  }
}

/** One forecast step of a backtest; times are in milliseconds, values are the actual one, the mean, the point and the quantiles. */
interface FoldRow {
  readonly origin: number;
  readonly key: readonly string[];
  readonly time: number;
  readonly values: readonly number[];
}

function* foldRows({ panel, levels, gap }: BacktestTable, { fold, forecast: full }: FoldForecast): Generator<FoldRow> {
  const forecast = keepLevels(full, levels);
  for (let row = 0; row < fold.series.length; row++) {
    const series = fold.series[row]!;
    const origin = panel.offsets[series]! + panel.history[series]! - fold.stepsBack - 1;
    for (let step = 0; step < forecast.horizon; step++) {
      yield {
        origin: panel.time[origin]!,
        key: panel.keys[series]!,
        time: panel.time[origin + 1 + gap + step]!,
        values: [fold.actual[row * forecast.horizon + step]!, ...valuesAt(forecast, row, step)],
      };
    }
  }
}
