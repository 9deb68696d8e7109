import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ErrorSums, type Metrics } from "../../../daemon/forecasting/evaluation/metrics.ts";
import { errorScale } from "../../../daemon/forecasting/evaluation/scale.ts";
import { panelOf } from "../../fixtures/panel.ts";

function measure(actual: number[], forecast: number[], past: number[], season: number): Metrics {
  const sums = new ErrorSums();
  const scale = errorScale(panelOf([{ past }], 0), 0, season);
  actual.forEach((value, step) => {
    sums.add(value, forecast[step]!, [forecast[step]!], [0.5], scale);
  });
  return sums.metrics();
}

describe("metrics", () => {
  // Worked by hand: errors 1, 2, 3; naive errors of the past 1, 2, 4 (mean 7/3).
  const metrics = measure([10, 20, 40], [11, 18, 43], [1, 2, 4, 8], 1);

  test("absolute and squared errors", () => {
    expect(metrics.mae).toBeCloseTo(2, 12);
    expect(metrics.rmse).toBeCloseTo(Math.sqrt(14 / 3), 12);
    expect(metrics.wape).toBeCloseTo((100 * 6) / 70, 12);
    expect(metrics.nrmse).toBeCloseTo(Math.sqrt(14 / 3) / (70 / 3), 12);
  });

  test("percentages", () => {
    expect(metrics.mape).toBeCloseTo((100 * (0.1 + 0.1 + 0.075)) / 3, 12);
    expect(metrics.mdape).toBeCloseTo(10, 12);
    expect(metrics.smape).toBeCloseTo((200 * (1 / 21 + 2 / 38 + 3 / 83)) / 3, 12);
  });

  test("scaled errors", () => {
    expect(metrics.mase).toBeCloseTo(2 / (7 / 3), 12);
    expect(metrics.rmsse).toBeCloseTo(Math.sqrt(14 / 3 / ((1 + 4 + 16) / 3)), 12);
  });

  test("the quantile loss of a point forecast is its normalised deviation", () => {
    expect(metrics.wql).toBeCloseTo(6 / 70, 12);
    expect(metrics.sql).toBeCloseTo(metrics.mase, 12);
  });

  test("zeros and constants give no infinity: the value is not defined", () => {
    const zeros = measure([0, 0], [0, 1], [5, 5, 5], 1);
    expect(zeros.mape).toBeNaN();
    expect(zeros.wape).toBeNaN();
    expect(zeros.mase).toBeNaN();
    expect(zeros.smape).toBeCloseTo(100, 12);
  });

  test("a history that repeats exactly is scaled by its steps instead", () => {
    const scale = errorScale(panelOf([{ past: [1, 3, 1, 3, 1, 3] }], 0), 0, 2);
    expect(scale.absolute).toBe(2);
  });

  test("a season that repeats but for rounding is no scale", () => {
    const past = Array.from({ length: 21 }, (_, day) => 20 + 6 * Math.sin((2 * Math.PI * day) / 7));
    expect(errorScale(panelOf([{ past }], 0), 0, 7).absolute).toBeGreaterThan(1);
  });

  test("missing actuals do not count", () => {
    expect(measure([Number.NaN, 20], [1, 18], [1, 2, 4, 8], 1).mae).toBe(2);
  });

  test("a scale next to nothing counts as none", () => {
    const { mase, rmsse } = measure([0, 0, -13407], [0, 0, 0], [-2e-150, 0, 0], 1);
    expect([mase, rmsse]).toEqual([Number.NaN, Number.NaN]);
  });

  test("no metric is ever negative or infinite", () => {
    const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(numbers, numbers, (past, values) => {
        const result = measure(values, values.toReversed(), past, 1);
        expect(
          Object.values(result).every((value) => Number.isNaN(value) || (value >= 0 && Number.isFinite(value))),
        ).toBe(true);
      }),
    );
  });
});
