import { describe, expect, test } from "vitest";
import type { FoldForecast } from "../../../daemon/forecasting/evaluation/backtest.ts";
import { biasProblem, totalsOf } from "../../../daemon/training/outputs/totals.ts";
import { panelOf } from "../../forecasting/models/panels.ts";

const horizon = 3;
const months = (count: number, first = 1): number[] => Array.from({ length: count }, (_, month) => first + month);

function forecastOf(means: readonly number[]) {
  const mean = Float64Array.from(means);
  return {
    series: means.length / horizon,
    horizon,
    levels: [],
    mean,
    point: mean.slice(),
    quantiles: new Float64Array(0),
  };
}

/** One window of a backtest with these actual values and means. */
function windowOf(actual: readonly number[], means: readonly number[]): FoldForecast {
  const scales = [{ absolute: 1, squared: 1 }];
  const fold = { index: 0, stepsBack: 3, series: Int32Array.of(0), actual: Float64Array.from(actual), scales };
  return { fold, forecast: forecastOf(means) };
}

test("the total stands beside the last window and the same window a year before", () => {
  // Months 1 to 30: the forecast is of 31 to 33, a year before were 19 to 21.
  const panel = panelOf([months(30)], { futureSteps: horizon });
  const totals = totalsOf(panel, forecastOf([31, 32, 33]), 0, []);
  expect(totals).toEqual({ forecast: 96, recent: 28 + 29 + 30, yearAgo: 19 + 20 + 21, bias: null });
});

test("a gap moves the window of a year before, and not the last one", () => {
  const panel = panelOf([months(30)], { futureSteps: horizon + 2 });
  expect(totalsOf(panel, forecastOf([33, 34, 35]), 2, [])).toMatchObject({ recent: 87, yearAgo: 21 + 22 + 23 });
});

test("series that do not reach back are left out if they make up little of the forecast, else there is no total", () => {
  const both = panelOf([months(30), months(30, 101)], { futureSteps: horizon });
  expect(totalsOf(both, forecastOf([1, 1, 1, 1, 1, 1]), 0, [])).toMatchObject({ forecast: 6, yearAgo: 60 + 360 });
  const younger = panelOf([months(30), months(8)], { futureSteps: horizon });
  const even = forecastOf([31, 32, 33, 9, 10, 11]);
  expect(totalsOf(younger, even, 0, [])).toMatchObject({ recent: 87 + 21, yearAgo: null });
  const little = forecastOf([31, 32, 33, 1, 1, 1]);
  expect(totalsOf(younger, little, 0, [])).toMatchObject({ forecast: 99, recent: 87 + 21, yearAgo: 60 });
  const fresh = panelOf([months(30), months(2)], { futureSteps: horizon });
  expect(totalsOf(fresh, even, 0, []).recent).toBeNull();
  expect(totalsOf(fresh, little, 0, []).recent).toBe(87);
});

test("a window longer than a year has none a year before", () => {
  const panel = panelOf([months(60)], { futureSteps: 15 });
  const mean = new Float64Array(15).fill(1);
  const long = { series: 1, horizon: 15, levels: [], mean, point: mean, quantiles: new Float64Array(0) };
  expect(totalsOf(panel, long, 0, []).yearAgo).toBeNull();
});

describe("the bias of the backtest", () => {
  const panel = panelOf([months(30)], { futureSteps: horizon });
  const biasOf = (...parts: FoldForecast[]) => totalsOf(panel, forecastOf([1, 1, 1]), 0, parts);

  test("is the sum of the differences ÷ the sum of the actual values, over all windows, without missing ones", () => {
    const first = windowOf([10, 20, Number.NaN], [11, 22, 99]);
    const second = windowOf([30, 40, 0], [33, 44, 0]);
    expect(biasOf(first, second).bias).toBeCloseTo(10, 12);
    expect(biasOf(windowOf([0, 0, 0], [1, 1, 1])).bias).toBeNull();
    expect(biasOf(windowOf([-10, 10, 0], [-9, 10, 0])).bias).toBeCloseTo(5, 12);
  });

  test("is a warning beyond ten per cent, with its side", () => {
    expect(biasProblem(biasOf(windowOf([10, 10, 10], [11, 11, 11])))).toBeUndefined();
    expect(biasProblem(biasOf(windowOf([10, 10, 10], [12, 12, 12])))?.message).toContain("20 % above what came");
    expect(biasProblem(biasOf(windowOf([10, 10, 10], [8, 8, 8])))?.message).toContain("20 % below what came");
  });
});
