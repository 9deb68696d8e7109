import { describe, expect, test } from "vitest";
import { drift } from "../../../daemon/forecasting/models/drift.ts";
import { meanOf, quantileOf } from "../../../daemon/forecasting/models/forecast.ts";
import type { Forecaster } from "../../../daemon/forecasting/models/forecaster.ts";
import { naive } from "../../../daemon/forecasting/models/naive.ts";
import { seasonalNaive } from "../../../daemon/forecasting/models/seasonal-naive.ts";
import { seasonalWindowAverage } from "../../../daemon/forecasting/models/seasonal-window-average.ts";
import { windowAverage } from "../../../daemon/forecasting/models/window-average.ts";
import { airPassengers } from "./arima/series.ts";
import { contextOf, panelOf } from "./panels.ts";

async function forecastOf(model: Forecaster, past: readonly number[], seasons = [12], options: unknown = {}) {
  const context = contextOf({ horizon: 14, gap: 0, seasons, levels: [0.1, 0.5, 0.975] });
  const panel = panelOf([past], { futureSteps: 14 });
  const fitted = await model.fit(panel, model.options.parse(options), context);
  return fitted.predict(panel, context);
}

// Expected numbers: R 4.2.2 with forecast 8.20 on AirPassengers (naive, rwf with drift, snaive).
describe("baselines as in R", () => {
  test("naive", async () => {
    const forecast = await forecastOf(naive, airPassengers);
    expect(meanOf(forecast, 0)[5]).toBe(432);
    expect(quantileOf(forecast, 0, 0)[0]).toBeCloseTo(388.7983738, 6);
    expect(quantileOf(forecast, 0, 0)[2]).toBeCloseTo(357.1725885, 6);
    expect(quantileOf(forecast, 0, 2)[2]).toBeCloseTo(546.4386504, 6);
  });

  test("drift, with the slope's own error in the intervals", async () => {
    const forecast = await forecastOf(drift, airPassengers);
    expect(meanOf(forecast, 0)[1]).toBeCloseTo(436.4755245, 6);
    expect(quantileOf(forecast, 0, 0)[1]).toBeCloseTo(374.8733654, 6);
    expect(quantileOf(forecast, 0, 2)[2]).toBeCloseTo(554.496606, 5);
  });

  test("seasonal naive, wider after each season", async () => {
    const forecast = await forecastOf(seasonalNaive, airPassengers);
    expect([...meanOf(forecast, 0).subarray(0, 3)]).toEqual([417, 391, 419]);
    expect(quantileOf(forecast, 0, 0)[0]).toBeCloseTo(370.4595002, 6);
    expect(quantileOf(forecast, 0, 0)[12]).toBeCloseTo(351.1817939, 6);
  });
});

describe("averages", () => {
  test("takes the last values, or the values at the season's position", async () => {
    const past = [9, 9, 9, 1, 2, 3, 4, 5, 6, 10, 20, 30];
    const plain = await forecastOf(windowAverage, past, [], { window: 2 });
    expect(meanOf(plain, 0)[7]).toBe(25);
    const seasonal = await forecastOf(seasonalWindowAverage, past, [3], { window: 2 });
    expect([...meanOf(seasonal, 0).subarray(0, 4)]).toEqual([7, 12.5, 18, 7]);
  });

  test("does with fewer seasons than the window asks for", async () => {
    const seasonal = await forecastOf(seasonalWindowAverage, [1, 2, 3, 4], [2], { window: 50 });
    expect([...meanOf(seasonal, 0).subarray(0, 2)]).toEqual([2, 3]);
  });
});

describe("several natural seasons", () => {
  test("prefers the week where days differ, though yesterday is often nearer than last week", async () => {
    // Every day but Sunday alike: repeating yesterday errs twice a week, but over a week's horizon it errs all week long.
    const days = Array.from({ length: 70 }, (_, i) => (i % 7 === 6 ? 0 : 10) + 0.2 * Math.sin(i * i));
    const hourly = days.flatMap((level) => Array.from({ length: 4 }, (_, hour) => level + hour));
    const context = contextOf({ horizon: 28, gap: 0, seasons: [4, 28] });
    const panel = panelOf([hourly], { futureSteps: 28 });
    const fitted = await seasonalNaive.fit(panel, seasonalNaive.options.parse({}), context);
    expect([...meanOf(await fitted.predict(panel, context), 0)]).toEqual(hourly.slice(-28));
  });

  test("repeats the one that repeats best", async () => {
    const weekly = Array.from({ length: 140 }, (_, i) => (i % 14 < 7 ? 10 : 20) + (i % 7));
    const forecast = await forecastOf(seasonalNaive, weekly, [7, 14]);
    expect([...meanOf(forecast, 0)]).toEqual(weekly.slice(0, 14));
  });
});
