import { describe, expect, test } from "vitest";
import { combine } from "../../../daemon/forecasting/ensemble/combine.ts";
import { weightAt } from "../../../daemon/forecasting/ensemble/tilt.ts";
import { combineAttributions, globalFactors, reconcile } from "../../../daemon/forecasting/explain/attribution.ts";
import { emptyForecast } from "../../../daemon/forecasting/models/forecast.ts";
import type { Attribution } from "../../../daemon/forecasting/models/forecaster.ts";

function attribution(factors: string[], baseline: number[], contributions: number[]): Attribution {
  return {
    factors,
    series: [0],
    horizon: baseline.length,
    baseline: Float64Array.from(baseline),
    contributions: Float64Array.from(contributions),
    exact: true,
  };
}

/** Baseline and contributions of each cell together. */
function sumsOf({ baseline, contributions, factors }: Attribution): number[] {
  return Array.from(baseline, (value, cell) =>
    contributions
      .subarray(cell * factors.length, (cell + 1) * factors.length)
      .reduce((sum, contribution) => sum + contribution, value),
  );
}

describe("attributions", () => {
  const first = attribution(["price", "history"], [10, 10], [1, 2, 3, 4]);
  const second = attribution(["history", "holiday"], [20, 20], [5, 6, 7, 8]);

  test("a combination explains itself by the weighted sum over the union of factors", () => {
    const both = combineAttributions(
      [
        { attribution: first, weight: () => 3 },
        { attribution: second, weight: () => 1 },
      ],
      0,
    );
    expect(both.factors).toEqual(["price", "history", "holiday"]);
    expect(Array.from(both.baseline)).toEqual([12.5, 12.5]);
    expect(Array.from(both.contributions)).toEqual([0.75, 2.75, 1.5, 2.25, 4.75, 2]);
  });

  test("where weights differ by series and step, the contributions add up to the forecast combined by them", () => {
    const rows = (seed: number): Attribution => ({
      ...attribution(
        ["price", "history"],
        Array.from({ length: 6 }, (_, cell) => seed + cell),
        Array.from({ length: 12 }, (_, index) => ((seed * (index + 3)) % 7) - 3),
      ),
      series: [0, 2],
      horizon: 3,
    });
    const members = [rows(5), rows(11), rows(8)].map((own, index) => ({
      attribution: own,
      weight: index === 0 ? 0.6 : 0.4,
      tilt: {
        parts: [
          { end: 1, factor: index === 0 ? 1 : 0.2 },
          { end: 3, factor: 1 },
        ],
        series: Float64Array.from(index === 0 ? [1, 1, 0.3] : [0.5, 1, 1]),
      },
    }));
    const combined = combineAttributions(
      members.map((one) => ({ attribution: one.attribution, weight: weightAt(one) })),
      0.5,
    );
    const forecasts = members.map(({ attribution: own, weight, tilt }) => {
      const forecast = emptyForecast(2, 3, []);
      forecast.mean.set(sumsOf(own));
      return { forecast, weight, tilt };
    });
    const { mean } = combine(forecasts, { middle: 0.5, series: Int32Array.from([0, 2]) });
    expect(sumsOf(combined)).toEqual(Array.from(mean, (value) => expect.closeTo(value, 10)));
  });

  test("what a bound cuts off is a factor of its own; other differences move the baseline", () => {
    const forecast = emptyForecast(1, 2, []);
    forecast.mean.set([0, 18]);
    const fixed = reconcile(attribution(["price"], [5, 10], [-9, 6]), forecast, { minimum: 0 });
    expect(fixed.factors).toEqual(["price", "bounds"]);
    expect(Array.from(fixed.contributions)).toEqual([-9, 4, 6, 0]);
    expect(Array.from(fixed.baseline)).toEqual([5, 12]);
  });

  test("factors are ranked by size, with the direction in which they work", () => {
    const many = attribution(["small", "price"], [0, 0, 0], [0.1, 3, -0.1, 1, 0.1, -2]);
    const [top, last] = globalFactors(many, (factor, _, step) => (factor === "price" ? [1, 2, 3][step]! : Number.NaN));
    expect(top).toMatchObject({ factor: "price", meanAbs: 2 });
    expect(top!.direction).toBeLessThan(-0.9);
    expect(last).toMatchObject({ factor: "small", direction: null });
  });
});
