/**
 * `node bench/origins.ts --sets a,b --options '{"objective":"quantile"}' [--options …] [--model boosting] [--origins 3] [--every 1] [--seconds 30]`:
 * one model with several sets of hyperparameters, fitted anew at each of the last rolling origins inside the sets' training parts
 * (a horizon apart), all with the same time a fit. What a hyperparameter is worth is judged by it; nothing after the training part is read.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { textTable } from "../daemon/cli/table.ts";
import { type FoldForecast, scoreBacktest } from "../daemon/forecasting/evaluation/backtest.ts";
import { foldAt } from "../daemon/forecasting/evaluation/fold.ts";
import { type Forecast, quantileOf } from "../daemon/forecasting/models/forecast.ts";
import { withMedianAsPoint } from "../daemon/forecasting/models/levels.ts";
import { forecasterNamed } from "../daemon/forecasting/models/registry.ts";
import type { Panel } from "../daemon/forecasting/panel/panel.ts";
import { selectSeries } from "../daemon/forecasting/panel/panel-at.ts";
import { loadData } from "../daemon/training/experiment/load-data.ts";
import { readExperiment } from "../daemon/training/experiment/read-experiment.ts";
import { resolveSettings } from "../daemon/training/experiment/settings.ts";
import { sharedData } from "./shared-data.ts";

const { values: options } = parseArgs({
  options: {
    sets: { type: "string", default: "orange_juice" },
    model: { type: "string", default: "boosting" },
    options: { type: "string", multiple: true, default: ["{}"] },
    origins: { type: "string", default: "3" },
    every: { type: "string", default: "1" },
    seconds: { type: "string", default: "30" },
  },
});

const headings = ["set", "options", "MASE", "MASE of the median", "SQL", "WQL", "covers", "fit seconds"];

async function cellsOf(set: string): Promise<string[][]> {
  const file = await readExperiment(path.join(sharedData, set, "experiment.forecast.yaml"));
  const loaded = (await loadData(file, {})).panel;
  const rows = Int32Array.from(loaded.keys.keys()).filter((row) => row % Number(options.every) === 0);
  const panel = selectSeries(loaded, rows);
  const settings = resolveSettings(file.experiment, panel, ["cpu"], Number.POSITIVE_INFINITY);
  const cells: string[][] = [];
  for (const text of options.options) {
    const parts: FoldForecast[] = [];
    let seconds = 0;
    for (let origin = 0; origin < Number(options.origins); origin++) {
      const fold = foldAt(panel, settings.plan, origin);
      const started = performance.now();
      const forecast = await forecastOf(fold.panel, text, settings.fit);
      seconds += (performance.now() - started) / 1000 / Number(options.origins);
      parts.push({ fold, forecast });
    }
    const { metrics } = scoreBacktest(parts, settings.levels);
    const median = parts.map((part) => ({ ...part, forecast: withMedianAsPoint(part.forecast) }));
    const { mase } = scoreBacktest(median, settings.levels).metrics;
    const row = [set, text, metrics.mase.toFixed(4), mase.toFixed(4), metrics.sql.toFixed(4), metrics.wql.toFixed(4)];
    cells.push([...row, `${(100 * covered(parts)).toFixed(1)} %`, seconds.toFixed(1)]);
    console.error(cells.at(-1)!.join("  "));
  }
  return cells;
}

async function forecastOf(
  panel: Panel,
  text: string,
  fit: ReturnType<typeof resolveSettings>["fit"],
): Promise<Forecast> {
  const forecaster = forecasterNamed(options.model);
  const signal = new AbortController().signal;
  const context = {
    ...fit,
    signal,
    deadline: performance.now() + 1000 * Number(options.seconds),
    onProgress: () => {},
  };
  const fitted = await forecaster.fit(panel, forecaster.options.parse(JSON.parse(text)), context);
  return fitted.predict(panel, context);
}

/** Share of values between the outer quantiles. */
function covered(parts: readonly FoldForecast[]): number {
  let [inside, count] = [0, 0];
  for (const { fold, forecast } of parts) {
    for (let row = 0; row < forecast.series; row++) {
      const [low, high] = [quantileOf(forecast, row, 0), quantileOf(forecast, row, forecast.levels.length - 1)];
      low.forEach((value, step) => {
        const actual = fold.actual[row * forecast.horizon + step]!;
        if (Number.isNaN(actual)) return;
        count++;
        if (actual >= value && actual <= high[step]!) inside++;
      });
    }
  }
  return inside / count;
}

const table: string[][] = [];
for (const set of options.sets.split(",")) table.push(...(await cellsOf(set)));
console.log(
  textTable(
    headings.map((heading, i) => ({ heading, right: i > 1 })),
    table,
  ),
);
