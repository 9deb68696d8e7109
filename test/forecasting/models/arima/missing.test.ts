import { describe, expect, test } from "vitest";
import { autoArima } from "../../../../daemon/forecasting/models/arima/auto-arima.ts";
import { fillMissing } from "../../../../daemon/forecasting/models/arima/missing.ts";
import { fitAndForecast, singleSeries } from "../single-series.ts";
import { airPassengers, usAccidentalDeaths } from "./series.ts";

const none = { ar: [], ma: [], seasonalAr: [], seasonalMa: [] };

describe("missing values", () => {
  test("of a random walk lie on the line between their neighbours, those at its ends at the nearest value", () => {
    const process = {
      order: { p: 0, d: 1, q: 0, P: 0, D: 0, Q: 0, season: 1 },
      coefficients: none,
      constant: 0,
      variance: 1,
    };
    const filled = fillMissing(Float64Array.of(Number.NaN, 2, Number.NaN, Number.NaN, 8, Number.NaN), process);
    [2, 2, 4, 6, 8, 8].forEach((value, t) => {
      expect(filled[t]).toBeCloseTo(value, 9);
    });
  });

  test("of a first-order autoregression have the textbook expectation φ (before + after) / (1 + φ²)", () => {
    const process = {
      order: { p: 1, d: 0, q: 0, P: 0, D: 0, Q: 0, season: 1 },
      coefficients: { ...none, ar: [0.6] },
      constant: 10,
      variance: 1,
    };
    const filled = fillMissing(Float64Array.of(9, 12, Number.NaN, 11, 10), process);
    expect(filled[2]).toBeCloseTo(10 + (0.6 * (2 + 1)) / (1 + 0.36), 9);
  });

  test("with a drift continue it", () => {
    const process = {
      order: { p: 0, d: 1, q: 0, P: 0, D: 0, Q: 0, season: 1 },
      coefficients: none,
      constant: 2,
      variance: 1,
    };
    expect(fillMissing(Float64Array.of(1, 3, 5, Number.NaN), process)[3]).toBeCloseTo(7, 9);
  });

  test.each([
    ["AirPassengers", airPassengers],
    ["USAccDeaths", usAccidentalDeaths],
  ])("in %s hardly change the forecast, unlike zeros in their place", async (_, series) => {
    const gone = new Set([5, 20, 21, 22, 40, 47, 59, 60]);
    const gappy = series.map((value, t) => (gone.has(t) ? Number.NaN : value));
    const forecastOf = async (values: readonly number[]) =>
      (await fitAndForecast(autoArima, singleSeries(values, 12), { seasons: [12] })).forecast.mean;
    const [complete, filled] = [await forecastOf(series), await forecastOf(gappy)];
    filled.forEach((mean, h) => {
      expect(Math.abs(mean / complete[h]! - 1)).toBeLessThan(0.06);
    });
  });

  test("at the end of a series are forecast over", async () => {
    const values = usAccidentalDeaths.map((value, t) => (t >= 69 ? Number.NaN : value));
    const { forecast } = await fitAndForecast(autoArima, singleSeries(values, 6), { seasons: [12] });
    const { forecast: shorter } = await fitAndForecast(autoArima, singleSeries(usAccidentalDeaths.slice(0, 69), 9), {
      seasons: [12],
    });
    forecast.mean.forEach((mean, h) => {
      expect(Math.abs(mean / shorter.mean[h + 3]! - 1)).toBeLessThan(0.05);
    });
  });

  test("everywhere forecast zero", async () => {
    const { forecast } = await fitAndForecast(autoArima, singleSeries([Number.NaN, Number.NaN], 2));
    expect([...forecast.mean]).toEqual([0, 0]);
  });
});
