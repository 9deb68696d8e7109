import { beforeAll, describe, expect, test } from "vitest";
import { boosting } from "../../../../daemon/forecasting/models/boosting/forecaster.ts";
import { type Forecast, meanOf, quantileOf } from "../../../../daemon/forecasting/models/forecast.ts";
import type { FitContext, FittedForecaster } from "../../../../daemon/forecasting/models/forecaster.ts";
import { uniformStream } from "../../../../daemon/forecasting/numerics/random.ts";
import type { Panel } from "../../../../daemon/forecasting/panel/panel.ts";
import { panelOf } from "../../../fixtures/panel.ts";
import { contextFor } from "../demand-panel.ts";

const horizon = 14;
const levels = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
const context: FitContext = { ...contextFor(), horizon, levels };

/** Noise around 100 that a known flag makes ten times as wide, and whose upper half is three times as far as its lower one. */
function noisyPanel(): Panel {
  const random = uniformStream(4, "mulberry32");
  const total = 400 + horizon;
  const wild = Float64Array.from({ length: 4 * total }, (_, row) => (row % 2 === 0 ? 1 : 0));
  const value = (series: number, step: number): number => {
    const noise = random() * 4 - 1;
    return 100 + noise * (wild[series * total + step] === 1 ? 10 : 1);
  };
  const series = [0, 1, 2, 3].map((index) => ({ past: Array.from({ length: 400 }, (_, step) => value(index, step)) }));
  return { ...panelOf(series, horizon), known: [{ name: "wild", values: wild }] };
}

describe("boosting of quantiles", () => {
  const panel = noisyPanel();
  const options = boosting.options.parse({ objective: "quantile", rounds: 120, rows: 6000, learningRate: 0.1 });
  let fitted: FittedForecaster;
  let forecast: Forecast;
  beforeAll(async () => {
    fitted = await boosting.fit(panel, options, context);
    forecast = await fitted.predict(panel, context);
  });

  const at = (level: number, wild: boolean): number => {
    const values = [0, 1, 2, 3].flatMap((series) => [...quantileOf(forecast, series, levels.indexOf(level))]);
    const own = values.filter((_, i) => (i % 2 === 0) === wild);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };

  test("finds how far each quantile lies from the median, by side and by covariate", () => {
    // The noise is uniform from −1 to 3, times one or ten.
    for (const level of [0.1, 0.25, 0.5, 0.75, 0.9]) {
      expect(Math.abs(at(level, true) - (100 + 10 * (4 * level - 1)))).toBeLessThan(4);
      expect(Math.abs(at(level, false) - (100 + (4 * level - 1)))).toBeLessThan(1.5);
    }
  });

  test("never crosses its quantiles, between and beyond the fitted ones too", async () => {
    const asked = [0.01, 0.05, 0.07, 0.3, 0.5, 0.62, 0.95, 0.99];
    const finer = await fitted.predict(panel, { ...context, levels: asked });
    for (let series = 0; series < finer.series; series++) {
      for (let step = 0; step < horizon; step++) {
        const values = asked.map((_, level) => quantileOf(finer, series, level)[step]!);
        expect(values).toEqual(values.toSorted((a, b) => a - b));
      }
    }
  });

  test("explains the mean and every quantile exactly", async () => {
    for (const level of [undefined, ...levels]) {
      const explained = await fitted.attribute!(panel, { ...context, series: [2], samples: 10, seed: 1, level });
      const width = explained.factors.length;
      const values = level === undefined ? meanOf(forecast, 2) : quantileOf(forecast, 2, levels.indexOf(level));
      values.forEach((value, step) => {
        const parts = explained.contributions.subarray(step * width, (step + 1) * width);
        expect(parts.reduce((sum, part) => sum + part, explained.baseline[step]!)).toBeCloseTo(value, 8);
      });
    }
  });

  test("is saved whole, each quantile's trees as a model of ONNX", async () => {
    const saved = fitted.save();
    expect(Object.keys(saved.files).sort()).toEqual([
      "boosting-q0.05.onnx",
      "boosting-q0.1.onnx",
      "boosting-q0.25.onnx",
      "boosting-q0.75.onnx",
      "boosting-q0.9.onnx",
      "boosting-q0.95.onnx",
      "boosting.onnx",
    ]);
    const loaded = await boosting.load(JSON.parse(JSON.stringify(saved)));
    expect(await loaded.predict(panel, context)).toEqual(forecast);
  });

  test("does not go with forecasts of one step after the other", () => {
    const recursive = boosting.options.safeParse({ objective: "quantile", strategy: "recursive" });
    expect(recursive.success).toBe(false);
    expect(boosting.options.parse({ objective: "quantile", strategy: "per-step" })).toBeTypeOf("object");
  });
});
