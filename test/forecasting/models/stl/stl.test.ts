import { describe, expect, test } from "vitest";
import { meanOf } from "../../../../daemon/forecasting/models/forecast.ts";
import {
  adjustSeasons,
  prefersFactors,
  seasonalStrength,
  usablePeriods,
} from "../../../../daemon/forecasting/models/stl/adjust.ts";
import { mstl } from "../../../../daemon/forecasting/models/stl/mstl.ts";
import { mstlForecaster } from "../../../../daemon/forecasting/models/stl/mstl-forecaster.ts";
import { nextOdd, stl, stlPlan } from "../../../../daemon/forecasting/models/stl/stl.ts";
import { normalStream } from "../../../../daemon/forecasting/numerics/random.ts";
import { airPassengers } from "../arima/series.ts";
import { contextOf, panelOf } from "../panels.ts";

describe("STL", () => {
  test("is R's stl(log(AirPassengers), s.window = 7)", () => {
    const { season, trend } = stl(Float64Array.from(airPassengers, Math.log), stlPlan(12, 7));
    [-0.09155863854, -0.05078314491, 0.06631759981, 0.008319268715].forEach((value, i) => {
      expect(season[i]).toBeCloseTo(value, 8);
    });
    [4.809112714, 4.813908711, 4.818704708, 4.823500705].forEach((value, i) => {
      expect(trend[i]).toBeCloseTo(value, 8);
    });
    expect(trend[143]).toBeCloseTo(6.197001928, 8);
  });

  test("keeps an outlier out of season and trend where it is robust", () => {
    const clean = Float64Array.from({ length: 96 }, (_, i) => 20 + 0.1 * i + 5 * Math.sin((Math.PI * i) / 6));
    const spoilt = clean.slice();
    spoilt[50]! += 40;
    const error = (robust: boolean) => {
      const { season, trend } = stl(spoilt, stlPlan(12, 7, { robust }));
      return Math.abs(season[50]! + trend[50]! - clean[50]!);
    };
    expect(error(true)).toBeLessThan(0.5);
    expect(error(false)).toBeGreaterThan(5);
  });

  test("rounds windows up to odd numbers", () => {
    expect([nextOdd(12), nextOdd(12.2), nextOdd(13)]).toEqual([13, 13, 13]);
  });
});

describe("MSTL", () => {
  test("tells two seasons and a trend apart", () => {
    const day = (i: number) => 10 * Math.sin((2 * Math.PI * i) / 24);
    const week = (i: number) => 6 * Math.sin((2 * Math.PI * i) / 168);
    const values = Float64Array.from({ length: 1344 }, (_, i) => 100 + 0.01 * i + day(i) + week(i));
    const { seasons, trend } = mstl(values, [24, 168]);
    for (let i = 0; i < values.length; i += 37) {
      expect(Math.abs(seasons[0]![i]! - day(i))).toBeLessThan(0.5);
      expect(Math.abs(seasons[1]![i]! - week(i))).toBeLessThan(0.7);
      expect(Math.abs(trend[i]! - 100 - 0.01 * i)).toBeLessThan(0.7);
    }
  });

  // R 4.2.2, forecast 8.20: stlf(AirPassengers, h = 3), ETS on the seasonally adjusted series.
  test("forecasts as R's stlf where it shrinks nothing", async () => {
    const context = contextOf({ horizon: 3, gap: 0 });
    const panel = panelOf([airPassengers], { futureSteps: 3 });
    const fitted = await mstlForecaster.fit(
      panel,
      mstlForecaster.options.parse({ shrink: false, multiplicative: false }),
      context,
    );
    const mean = meanOf(await fitted.predict(panel, context), 0);
    [445.3089616, 429.0783287, 472.300778].forEach((value, i) => {
      expect(Math.abs(mean[i]! / value - 1)).toBeLessThan(2e-3);
    });
  });

  test("uses the periods that fit twice", () => {
    expect(usablePeriods([168, 24, 24, 1], 300)).toEqual([24]);
  });
});

describe("seasonal strength", () => {
  test("is nothing for noise, whatever the number of cycles, and nearly all for a season", () => {
    const next = normalStream(4);
    for (const cycles of [2, 4, 12]) {
      const noise = Float64Array.from({ length: 24 * cycles }, () => next());
      const { seasons, trend } = mstl(noise, [24]);
      const rest = noise.map((value, i) => value - trend[i]! - seasons[0]![i]!);
      expect(seasonalStrength(seasons[0]!, rest, cycles)).toBeLessThan(0.35);
    }
    const clear = Float64Array.from({ length: 96 }, (_, i) => 9 * Math.sin((Math.PI * i) / 12) + 0.1 * next());
    const { adjusted } = adjustSeasons(clear, [24], { robust: false, shrink: true, multiplicative: false });
    for (const value of adjusted) expect(Math.abs(value)).toBeLessThan(1);
  });
});

describe("seasons as factors", () => {
  const shape = (i: number) => Math.sin((2 * Math.PI * i) / 12);
  const options = { robust: false, shrink: false };

  test("are preferred where the swings grow with the level", () => {
    const next = normalStream(6);
    const growing = Float64Array.from(
      { length: 120 },
      (_, i) => (50 + 2 * i) * Math.exp(0.3 * shape(i) + 0.02 * next()),
    );
    const steady = Float64Array.from({ length: 120 }, (_, i) => 50 + 2 * i + 20 * shape(i) + 2 * next());
    expect(prefersFactors(growing, [12], options)).toBe(true);
    expect(prefersFactors(steady, [12], options)).toBe(false);
    expect(
      prefersFactors(
        steady.map((value) => value - 100),
        [12],
        options,
      ),
    ).toBe(false);
  });

  test("leave the level and multiply it again", () => {
    const values = Float64Array.from({ length: 96 }, (_, i) => 200 * Math.exp(0.4 * shape(i)));
    const { adjusted, future, multiplicative } = adjustSeasons(values, [12], { ...options, multiplicative: true });
    expect(multiplicative).toBe(true);
    for (const value of adjusted) expect(Math.abs(value / 200 - 1)).toBeLessThan(0.01);
    future(5)[0]!.forEach((factor, step) => {
      expect(factor).toBeCloseTo(Math.exp(0.4 * shape(step)), 2);
    });
  });
});
