import { describe, expect, test } from "vitest";
import type { FoldForecast } from "../../../daemon/forecasting/evaluation/backtest.ts";
import {
  applyCalibration,
  calibrate,
  coverage,
  crossCoverage,
} from "../../../daemon/forecasting/evaluation/conformal.ts";
import { emptyForecast } from "../../../daemon/forecasting/models/forecast.ts";
import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";

const levels = [0.1, 0.5, 0.9];

/** Standard normal noise (Box and Muller 1958) around zero, and a forecast whose 80 % interval is ± `halfWidth`. */
function noisyFold(index: number, series: number, halfWidth: number): FoldForecast {
  const horizon = 10;
  const random = uniformStream(index + 1);
  const forecast = emptyForecast(series, horizon, levels);
  forecast.mean.fill(0);
  for (let row = 0; row < series; row++) {
    forecast.quantiles.fill(-halfWidth, row * 30, row * 30 + 10);
    forecast.quantiles.fill(0, row * 30 + 10, row * 30 + 20);
    forecast.quantiles.fill(halfWidth, row * 30 + 20, row * 30 + 30);
  }
  const actual = Float64Array.from(
    { length: series * horizon },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
  return {
    forecast,
    fold: { index, stepsBack: 10, series: Int32Array.from({ length: series }, (_, row) => row), actual, scales: [] },
  };
}

describe("calibration", () => {
  for (const halfWidth of [0.4, 1.2816, 4]) {
    test(`intervals of half width ${halfWidth} come to cover 80 %`, () => {
      const parts = [0, 1, 2].map((index) => noisyFold(index, 100, halfWidth));
      const calibrated = parts.map((part) => ({
        ...part,
        forecast: applyCalibration(part.forecast, calibrate(parts)),
      }));
      const [low, , high] = coverage(calibrated);
      expect(high!.observed - low!.observed).toBeGreaterThan(0.78);
      expect(high!.observed - low!.observed).toBeLessThan(0.82);
    });
  }

  test("coverage is reported on origins that did not calibrate it", () => {
    const parts = [noisyFold(0, 100, 0.4), noisyFold(1, 100, 0.4), noisyFold(2, 100, 0.4)];
    const raw = coverage(parts);
    const crossed = crossCoverage(parts);
    expect(raw[2]!.observed - raw[0]!.observed).toBeLessThan(0.4);
    expect(crossed[2]!.observed - crossed[0]!.observed).toBeGreaterThan(0.77);
  });

  test("zeros that lie on the lower bound are inside the interval", () => {
    const part = noisyFold(0, 10, 1);
    part.fold.actual.fill(0);
    const zeros = {
      ...part,
      forecast: { ...part.forecast, quantiles: part.forecast.quantiles.map((q) => Math.max(0, q)) },
    };
    const [low, , high] = coverage([zeros]);
    expect(high!.observed - low!.observed).toBe(1);
  });

  test("few residuals hardly change the model's own intervals", () => {
    const { factors } = calibrate([noisyFold(0, 1, 0.01)]);
    expect(factors[2]!).toBeLessThan(10.1);
    expect(calibrate([]).factors).toEqual([]);
  });

  test("the median stays, and quantiles stay in order", () => {
    const part = noisyFold(0, 3, 1);
    const stretched = applyCalibration(part.forecast, { levels, factors: [3, 1, 0.2] });
    for (let cell = 0; cell < 10; cell++) {
      expect(stretched.quantiles[cell]).toBeCloseTo(-3, 12);
      expect(stretched.quantiles[10 + cell]).toBe(0);
      expect(stretched.quantiles[20 + cell]).toBeCloseTo(0.2, 12);
    }
  });
});
