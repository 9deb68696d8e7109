import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Forecaster } from "../../../../daemon/forecasting/models/forecaster.ts";
import { adida } from "../../../../daemon/forecasting/models/intermittent/adida.ts";
import { croston, crostonSba } from "../../../../daemon/forecasting/models/intermittent/croston.ts";
import { imapa } from "../../../../daemon/forecasting/models/intermittent/imapa.ts";
import { tsb } from "../../../../daemon/forecasting/models/intermittent/tsb.ts";
import { fitAndForecast, singleSeries } from "../single-series.ts";

const demand = [0, 0, 3, 0, 0, 0, 2, 0, 5, 0, 0, 1, 0, 0, 0, 0, 4, 0, 0, 3];

const models: readonly Forecaster[] = [croston, crostonSba, tsb, adida, imapa];

async function pointOf(model: Forecaster, past: ArrayLike<number>, options = {}): Promise<number> {
  const { forecast } = await fitAndForecast(model, singleSeries(past, 3), { options });
  expect(new Set(forecast.point).size).toBe(1);
  return forecast.point[0]!;
}

describe("reference values", () => {
  // R 4.2.2, forecast 8.20: croston(demand, alpha = 0.1).
  test("croston agrees with R", async () => {
    expect(await pointOf(croston, demand)).toBeCloseTo(0.9481452764, 9);
  });

  // Syntetos & Boylan (2005): factor 1 − α/2; Shale, Boylan & Johnston (2006): factor 1 − α/(2 − α).
  test("applies the published bias corrections", async () => {
    expect(await pointOf(crostonSba, demand)).toBeCloseTo(0.9481452764 * 0.95, 9);
    expect(await pointOf(croston, demand, { variant: "sbj" })).toBeCloseTo((0.9481452764 * 1.8) / 1.9, 9);
  });

  test("tsb lets the forecast fall while there is no demand, croston does not", async () => {
    const dying = [...demand, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(await pointOf(tsb, dying)).toBeCloseTo((await pointOf(tsb, demand)) * 0.9 ** 8, 9);
    expect(await pointOf(croston, dying)).toBe(await pointOf(croston, demand));
  });

  test("tsb is probability times size by hand", async () => {
    // Probability 0 → 0 + 0.5 (1 − 0) = 0.5 → 0.25; size 4.
    expect(await pointOf(tsb, [0, 4, 0], { probabilitySmoothing: 0.5 })).toBeCloseTo(0.25 * 4, 12);
  });

  test("adida sums over the mean interval and spreads the level evenly, by hand", async () => {
    // Intervals 2, 2, 2, 2: buckets of two hold 2, 4, 6, 8; level with 0.5 is 6.25, so 3.125 a step.
    const past = [0, 2, 0, 4, 0, 6, 0, 8];
    expect(await pointOf(adida, past, { smoothing: 0.5 })).toBeCloseTo(3.125, 12);
    // IMAPA averages this with plain smoothing of the steps.
    let level = 0;
    for (const value of past.slice(1)) level += 0.5 * (value - level);
    expect(await pointOf(imapa, past, { smoothing: 0.5 })).toBeCloseTo((3.125 + level) / 2, 12);
  });
});

describe.each(models.map((model) => ({ name: model.name, model })))("$name", ({ model }) => {
  test.each([
    ["all zero", [0, 0, 0, 0], 0],
    ["one zero", [0], 0],
    ["one value", [7], 7],
    ["constant", [5, 5, 5, 5, 5, 5], 5],
  ])("%s", async (_, past, value) => {
    if (model === crostonSba) value *= 0.95;
    expect(await pointOf(model, past)).toBeCloseTo(value, 9);
  });

  test("scales with the data", async () => {
    const large = await pointOf(
      model,
      demand.map((value) => value * 1e12),
    );
    expect(large / 1e12).toBeCloseTo(await pointOf(model, demand), 9);
  });

  test("has quantiles of a demand distribution: ordered, never negative, zero or an observed size", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(4), { minLength: 1, maxLength: 40 }), async (past) => {
        const levels = [0.05, 0.5, 0.9, 0.99];
        const { forecast } = await fitAndForecast(model, singleSeries(past, 1), { levels });
        const quantiles = [...forecast.quantiles];
        expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
        expect(quantiles[0]).toBeGreaterThanOrEqual(0);
        expect(forecast.mean[0]).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 40 },
    );
  });

  test("covers the demand it claims to on a simulated series", async () => {
    let state = 12345;
    const random = () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    const series = Array.from({ length: 600 }, () => (random() < 0.3 ? 1 + Math.floor(6 * random()) : 0));
    let [covered, positive] = [0, 0];
    for (let origin = 200; origin < 600; origin++) {
      const { forecast } = await fitAndForecast(model, singleSeries(series.slice(0, origin), 1), {
        levels: [0.6, 0.9],
      });
      if (series[origin]! <= forecast.quantiles[1]!) covered++;
      if (forecast.quantiles[0]! > 0) positive++;
    }
    expect(covered / 400).toBeGreaterThan(0.85);
    expect(covered / 400).toBeLessThan(0.97);
    // Demand is zero seven times in ten, so the 60 % quantile is usually zero.
    expect(positive / 400).toBeLessThan(0.3);
  });

  test("predicts the same after saving and loading", async () => {
    const panel = singleSeries(demand, 2);
    const { fitted, forecast } = await fitAndForecast(model, panel);
    const loaded = await model.load(JSON.parse(JSON.stringify(fitted.save())));
    const again = await loaded.predict(panel, {
      horizon: 2,
      gap: 0,
      levels: [0.1, 0.5, 0.9],
      bounds: {},
      signal: new AbortController().signal,
      device: "cpu",
      threads: 1,
    });
    expect([...again.mean, ...again.quantiles]).toEqual([...forecast.mean, ...forecast.quantiles]);
  });
});

test("the mean of Croston's method stays below its ratio where the last demand was long ago", async () => {
  // One demand of 6 in 60 steps.
  const past = [0, 0, 6, ...new Array(57).fill(0)];
  const { forecast } = await fitAndForecast(croston, singleSeries(past, 1), { options: {} });
  expect(forecast.point[0]).toBeCloseTo(2, 12);
  expect(forecast.mean[0]).toBeCloseTo(0.1, 12);
});
