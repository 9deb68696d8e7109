import { describe, expect, test } from "vitest";
import { averageShares, combine } from "../../../daemon/forecasting/ensemble/combine.ts";
import { selectEnsemble } from "../../../daemon/forecasting/ensemble/ensemble.ts";
import { lossTable } from "../../../daemon/forecasting/ensemble/ensemble-loss.ts";
import { chooseMiddle } from "../../../daemon/forecasting/ensemble/middle.ts";
import { choosePoint } from "../../../daemon/forecasting/ensemble/point-forecast.ts";
import { type FoldForecast, scoreBacktest } from "../../../daemon/forecasting/evaluation/backtest.ts";
import { emptyForecast } from "../../../daemon/forecasting/models/forecast.ts";
import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";
import { flatFold } from "../../fixtures/flat-fold.ts";

const levels = [0.5];
const [series, horizon] = [40, 6];

/** Three folds of zeros as actuals, and forecasts that are off by what `errorOf` says. */
function member(errorOf: (random: () => number) => number, seed: number): FoldForecast[] {
  const random = uniformStream(seed);
  return [0, 1, 2].map((index) => {
    const forecast = emptyForecast(series, horizon, levels);
    forecast.mean.forEach((_, cell) => {
      forecast.mean[cell] = 100 + errorOf(random);
    });
    forecast.point.set(forecast.mean);
    forecast.quantiles.set(forecast.mean);
    return { forecast, fold: flatFold(index, series, horizon) };
  });
}

describe("ensemble selection", () => {
  const high = { id: "high", seconds: 5, parts: member((random) => 1 + random(), 1) };
  const low = { id: "low", seconds: 5, parts: member((random) => -1 - random(), 2) };
  const awful = { id: "awful", seconds: 5, parts: member((random) => 30 + 10 * random(), 3) };

  test("combines members whose errors cancel and leaves bad ones out", () => {
    const ensemble = selectEnsemble([high, low, awful], "mase", 7, 100)!;
    expect(ensemble.weights.has("awful")).toBe(false);
    expect(ensemble.weights.get("high")).toBeGreaterThan(0.3);
    expect(ensemble.weights.get("low")).toBeGreaterThan(0.3);
    const { metrics } = scoreBacktest(ensemble.parts, levels);
    expect(metrics.mase).toBeLessThan(0.5 * scoreBacktest(high.parts, levels).metrics.mase);
  });

  test("weights sum to one and depend on the seed only", () => {
    const first = selectEnsemble([high, low, awful], "rmse", 7, 100)!;
    const second = selectEnsemble([high, low, awful], "rmse", 7, 100)!;
    expect([...first.weights]).toEqual([...second.weights]);
    expect([...first.weights.values()].reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  test("members whose fits have no time are left out, the lighter ones first", () => {
    const middling = { id: "middling", seconds: 1, parts: member((random) => random() - 0.8, 5) };
    const all = selectEnsemble([high, low, middling], "mase", 7, 100)!;
    expect(all.weights.size).toBe(3);
    const few = selectEnsemble([high, low, middling], "mase", 7, 6)!;
    expect(few.weights.size).toBe(2);
    expect([...few.weights.values()].reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(selectEnsemble([high, low], "mase", 7, 9)).toBeUndefined();
  });

  test("one member that is always better makes no ensemble", () => {
    expect(selectEnsemble([high, awful], "mae", 7, 100)).toBeUndefined();
    expect(selectEnsemble([high], "mae", 7, 100)).toBeUndefined();
  });

  test("members that cannot forecast a series leave it to the others", () => {
    const [first, second] = [emptyForecast(1, 2, levels), emptyForecast(1, 2, levels)];
    first.mean.set([10, Number.NaN]);
    second.mean.set([20, 30]);
    const members = [
      { forecast: first, weight: 3 },
      { forecast: second, weight: 1 },
    ];
    expect(Array.from(combine(members, { middle: 0 }).mean)).toEqual([12.5, 30]);
    expect(Array.from(combine(members, { middle: 0.5 }).mean)).toEqual([13.75, 30]);
  });

  test("the median counts for half, unless most members are far worse than one", () => {
    const middling = { id: "middling", seconds: 5, parts: member((random) => random() - 0.5, 6) };
    expect(selectEnsemble([high, low, middling], "mase", 7, 100)!.middle).toBe(0.5);
    const columns = (errors: readonly number[]) =>
      lossTable(
        errors.map((error) => member(() => error, 1)),
        "mase",
      );
    expect(chooseMiddle(columns([1, 1.2, 0.9]), [0.5, 0.3, 0.2])).toBe(0.5);
    expect(chooseMiddle(columns([1, 40, 50]), [0.9, 0.05, 0.05])).toBe(0);
  });

  test("half of a combination is the members' median: one that is far off moves it little", () => {
    const forecasts = [10, 12, 500].map((value) => {
      const forecast = emptyForecast(1, 1, levels);
      forecast.mean.fill(value);
      forecast.point.fill(value);
      forecast.quantiles.fill(value);
      return { forecast, weight: 1 };
    });
    const { mean, quantiles } = combine(forecasts, { middle: 0.5 });
    expect(mean[0]).toBeCloseTo((174 + 12) / 2, 10);
    expect(quantiles[0]).toBeCloseTo((174 + 12) / 2, 10);
    const shares = averageShares(forecasts, { middle: 0.5 });
    expect(shares).toEqual([1 / 6, 4 / 6, 1 / 6].map((share) => expect.closeTo(share, 10)));
  });

  test("skewed demand is forecast by its median under absolute errors, by its mean under squared ones", () => {
    const parts = member(() => 5, 4).map(({ fold, forecast }) => {
      forecast.quantiles.fill(100);
      return { fold, forecast };
    });
    expect(choosePoint(parts, "mase", levels)).toBe("median");
    expect(choosePoint(parts, "rmse", levels)).toBe("mean");
  });
});
