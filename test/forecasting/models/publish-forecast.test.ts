import fc from "fast-check";
import { expect, test } from "vitest";
import { publishForecast } from "../../../daemon/forecasting/models/publish-forecast.ts";

const counts = fc.record({
  series: fc.integer({ min: 1, max: 6 }),
  horizon: fc.integer({ min: 1, max: 12 }),
  seed: fc.integer({ min: 0, max: 1000 }),
  values: fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { minLength: 72, maxLength: 72 }),
});

function forecastOf({ series, horizon, values }: { series: number; horizon: number; values: readonly number[] }) {
  const cells = Float64Array.from(values.slice(0, series * horizon));
  return { series, horizon, levels: [0.5], mean: cells, point: cells.slice(), quantiles: cells.slice() };
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);

test("whole numbers keep the total of all series, and that of each series to less than one", () => {
  fc.assert(
    fc.property(counts, (drawn) => {
      const forecast = forecastOf(drawn);
      const { horizon, series } = drawn;
      const { mean } = publishForecast(forecast, { integer: true, minimum: 0 }, drawn.seed);
      expect(sum(mean)).toBe(Math.round(sum(forecast.mean)));
      mean.forEach((value, index) => {
        expect(Number.isInteger(value) && value >= 0).toBe(true);
        expect(Math.abs(value - forecast.mean[index]!)).toBeLessThan(2);
      });
      for (let row = 0; row < series; row++) {
        const own = (values: Float64Array) => sum(values.subarray(row * horizon, (row + 1) * horizon));
        expect(Math.abs(own(mean) - own(forecast.mean))).toBeLessThan(1);
      }
    }),
    { numRuns: 300 },
  );
});

test("40 parts that sell 0.35 a month add up to 14, spread over series and steps, and points stay the nearest number", () => {
  const forecast = forecastOf({ series: 40, horizon: 1, values: new Array(40).fill(0.35) });
  const { mean, point } = publishForecast(forecast, { integer: true }, 1);
  expect(sum(mean)).toBe(14);
  expect(sum(mean.subarray(0, 20))).toBeGreaterThan(0);
  expect(sum(mean.subarray(20))).toBeGreaterThan(0);
  expect(sum(point)).toBe(0);
  expect(publishForecast(forecast, { integer: true }, 1).mean).toEqual(mean);
});

test("missing values stay missing, and bounds hold without whole numbers too", () => {
  const forecast = forecastOf({ series: 1, horizon: 4, values: [Number.NaN, 1.4, 2.4, -3] });
  expect([...publishForecast(forecast, { integer: true, minimum: 0 }, 1).mean]).toEqual([Number.NaN, 1, 3, 0]);
  expect([...publishForecast(forecast, { minimum: 0 }, 1).mean]).toEqual([Number.NaN, 1.4, 2.4, 0]);
});
