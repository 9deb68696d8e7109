import fc from "fast-check";
import { expect, test } from "vitest";
import { type ForecastRows, meanShift } from "../../../daemon/forecasting/models/mean-shift.ts";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const rows = fc
  .array(fc.tuple(number(-3, 3), number(0, 50), number(-5, 20), number(0.5, 10)), { minLength: 1, maxLength: 40 })
  .map((drawn): ForecastRows => {
    const column = (pick: (row: (typeof drawn)[number]) => number) => Float64Array.from(drawn, pick);
    return {
      predicted: column(([predicted]) => predicted),
      // In units of the scaled target, so that what came is between 0 and 50.
      target: column(([, came, centre, scale]) => (came - centre) / scale),
      centre: column(([, , centre]) => centre),
      scale: column(([, , , scale]) => scale),
    };
  });

/** By how much the shifted forecasts exceed what came, in units of the target. */
function excess({ predicted, target, centre, scale }: ForecastRows, shift: number, floor: number): number {
  return predicted.reduce((sum, value, row) => {
    const forecast = Math.max(floor, centre[row]! + scale[row]! * (value + shift));
    return sum + forecast - (centre[row]! + scale[row]! * target[row]!);
  }, 0);
}

test("shifted forecasts add up to what came, with a floor and without", () => {
  fc.assert(
    fc.property(rows, (drawn) => {
      expect(Math.abs(excess(drawn, meanShift(drawn), Number.NEGATIVE_INFINITY))).toBeLessThan(1e-6);
      expect(Math.abs(excess(drawn, meanShift(drawn, 0), 0))).toBeLessThan(1e-6);
    }),
    { numRuns: 300 },
  );
});

test("a floor that raises forecasts lowers the shift", () => {
  const one = Float64Array.of(1, 1);
  const drawn = {
    predicted: Float64Array.of(-4, 2),
    target: Float64Array.of(0, 2),
    centre: Float64Array.of(0, 0),
    scale: one,
  };
  expect(meanShift(drawn)).toBe(2);
  expect(meanShift(drawn, 0)).toBeCloseTo(0, 9);
});

test("without any row there is no shift", () => {
  const none = new Float64Array(0);
  expect(meanShift({ predicted: none, target: none, centre: none, scale: none }, 0)).toBe(0);
});
