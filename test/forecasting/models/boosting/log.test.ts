import { beforeAll, describe, expect, test } from "vitest";
import { boosting } from "../../../../daemon/forecasting/models/boosting/forecaster.ts";
import { type Forecast, meanOf, quantileOf } from "../../../../daemon/forecasting/models/forecast.ts";
import type { FitContext, FittedForecaster } from "../../../../daemon/forecasting/models/forecaster.ts";
import { normalStream, uniformStream } from "../../../../daemon/forecasting/numerics/random.ts";
import type { Panel } from "../../../../daemon/forecasting/panel/panel.ts";
import { panelOf } from "../../../fixtures/panel.ts";
import { contextFor } from "../demand-panel.ts";

const horizon = 14;
const context: FitContext = { ...contextFor(), horizon };
const spread = 0.5;

/** Log-normal values whose logarithm a known covariate moves by its own size: the mean lies exp(spread² / 2) above the median. */
function multiplicativePanel(): { panel: Panel; median: Float64Array } {
  const normal = normalStream(6);
  const random = uniformStream(7, "mulberry32");
  const total = 300 + horizon;
  const drive = Float64Array.from({ length: 6 * total }, random);
  const median = drive.map((value, row) => 100 * (1 + Math.floor(row / total)) * Math.exp(2 * value));
  const series = Array.from({ length: 6 }, (_, shop) => ({
    key: `shop ${shop}`,
    past: Array.from({ length: 300 }, (_, step) => median[shop * total + step]! * Math.exp(spread * normal())),
  }));
  const panel = { ...panelOf(series, horizon), known: [{ name: "drive", values: drive }] };
  return { panel, median: median.filter((_, row) => row % total >= 300) };
}

describe.each(["direct", "per-step", "recursive"] as const)("boosting of logarithms by the %s strategy", (strategy) => {
  const { panel, median } = multiplicativePanel();
  const options = boosting.options.parse({ transform: "log", strategy, rounds: 100, rows: 6000 });
  let fitted: FittedForecaster;
  let forecast: Forecast;
  beforeAll(async () => {
    fitted = await boosting.fit(panel, options, context);
    forecast = await fitted.predict(panel, context);
  });
  const values = (pick: (series: number) => Float64Array): number[] => [0, 1, 2, 3, 4, 5].flatMap((s) => [...pick(s)]);
  /** Mean logarithm of what is forecast over the true median. */
  const over = (forecasts: readonly number[]): number =>
    forecasts.reduce((sum, value, i) => sum + Math.log(value / median[i]!), 0) / forecasts.length;

  // Recursive forecasts know their errors from one window of each series only: 84 values, whose mean is off by 0.16 at most 3 in 1,000 times.
  const near = strategy === "recursive" ? 0.16 : 0.08;

  test("takes median, quantiles and mean back to where they belong", () => {
    expect(Math.abs(over(values((series) => quantileOf(forecast, series, 1))))).toBeLessThan(0.08);
    expect(Math.abs(over(values((series) => quantileOf(forecast, series, 2))) - 1.2816 * spread)).toBeLessThan(0.15);
    expect(Math.abs(over(values((series) => quantileOf(forecast, series, 0))) + 1.2816 * spread)).toBeLessThan(0.15);
    expect(Math.abs(over(values((series) => meanOf(forecast, series))) - spread ** 2 / 2)).toBeLessThan(near);
  });

  test("explains the mean and each quantile so that the parts add up, with the driver in front", async () => {
    for (const level of [undefined, 0.1, 0.5, 0.9]) {
      const explained = await fitted.attribute!(panel, { ...context, series: [2], samples: 10, level });
      const width = explained.factors.length;
      const target = level === undefined ? meanOf(forecast, 2) : quantileOf(forecast, 2, context.levels.indexOf(level));
      const sizes = new Float64Array(width);
      target.forEach((value, step) => {
        const parts = explained.contributions.subarray(step * width, (step + 1) * width);
        expect(parts.reduce((sum, part) => sum + part, explained.baseline[step]!)).toBeCloseTo(value, 6);
        parts.forEach((part, factor) => {
          sizes[factor]! += Math.abs(part);
        });
      });
      if (level === undefined) expect(explained.factors[sizes.indexOf(Math.max(...sizes))]).toBe("drive");
    }
  });

  test("forecasts the same after saving and loading", async () => {
    const loaded = await boosting.load(JSON.parse(JSON.stringify(fitted.save())));
    expect(await loaded.predict(panel, context)).toEqual(forecast);
  });
});

describe("boosting of logarithms", () => {
  test("takes a few zeros for missing and says why many cannot be used", async () => {
    const { panel } = multiplicativePanel();
    const options = boosting.options.parse({ transform: "log", rounds: 20, rows: 1000 });
    const withZeros = (every: number): Panel => ({
      ...panel,
      target: panel.target.map((value, row) => (row % every === 3 && !Number.isNaN(value) ? 0 : value)),
    });
    const forecast = await (await boosting.fit(withZeros(150), options, context)).predict(withZeros(150), context);
    expect(forecast.quantiles.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
    await expect(boosting.fit(withZeros(20), options, context)).rejects.toMatchObject({
      code: "target-without-logarithm",
    });
    expect(boosting.options.safeParse({ transform: "log", objective: "tweedie" }).success).toBe(false);
  });
});
