import { describe, expect, test } from "vitest";
import { chooseTilts, type TiltedMember } from "../../../daemon/forecasting/ensemble/choose-tilts.ts";
import { averageShares, combine } from "../../../daemon/forecasting/ensemble/combine.ts";
import { tiltedBy } from "../../../daemon/forecasting/ensemble/tilt.ts";
import { type FoldForecast, scoreBacktest } from "../../../daemon/forecasting/evaluation/backtest.ts";
import { emptyForecast } from "../../../daemon/forecasting/models/forecast.ts";
import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";
import { flatFold } from "../../fixtures/flat-fold.ts";

const levels = [0.1, 0.5, 0.9];
const [series, horizon] = [30, 15];

/** A member of weight ½ at some origins, whose errors are as large as `sizeOf` says, in a random direction. */
function member(seed: number, sizeOf: (series: number, step: number) => number, origins = 4): TiltedMember {
  const random = uniformStream(seed);
  const parts = Array.from({ length: origins }, (_, index): FoldForecast => {
    const forecast = emptyForecast(series, horizon, levels);
    forecast.mean.forEach((_, cell) => {
      const size = sizeOf(Math.floor(cell / horizon), cell % horizon);
      forecast.mean[cell] = 100 + size * (random() < 0.5 ? -1 : 1) * (0.5 + random());
    });
    forecast.point.set(forecast.mean);
    for (let cell = 0; cell < forecast.mean.length; cell++) {
      const row = Math.floor(cell / horizon);
      levels.forEach((level, at) => {
        const place = (row * levels.length + at) * horizon + (cell % horizon);
        forecast.quantiles[place] = forecast.mean[cell]! + 4 * (level - 0.5);
      });
    }
    return { forecast, fold: flatFold(index, series, horizon) };
  });
  return { weight: 0.5, parts };
}

/** MASE of two members on an origin that nothing was learnt on, with the tilts that the others taught or without. */
function maseOf(members: readonly TiltedMember[], tilted: boolean): number {
  const chosen = tilted ? chooseTilts(members, "mase", 0)! : undefined;
  const parts = members[0]!.parts.map(({ fold }, origin) => ({
    fold,
    forecast: combine(
      members.map((one, index) => ({
        forecast: one.parts[origin]!.forecast,
        weight: one.weight,
        tilt: chosen?.leftOut[origin]?.[index],
      })),
      { middle: 0, series: fold.series },
    ),
  }));
  return scoreBacktest(parts, levels).metrics.mase;
}

describe("weights that differ within the forecast", () => {
  const early = member(1, (_, step) => (step < 4 ? 1 : 8));
  const late = member(2, (_, step) => (step < 4 ? 8 : 1));
  const evens = member(3, (row) => (row % 2 === 0 ? 1 : 6));
  const odds = member(4, (row) => (row % 2 === 1 ? 1 : 6));

  test.each(["mase", "rmse", "sql"] as const)(
    "by step where one member is right early and another late (%s)",
    (metric) => {
      const { tilts } = chooseTilts([early, late], metric, 0)!;
      expect(tiltedBy(tilts)).toBe("step");
      const [first, second] = tilts.map(({ parts }) => parts.map(({ factor }) => factor));
      expect(first!.at(0)!).toBeGreaterThan(2 * second!.at(0)!);
      expect(second!.at(-1)!).toBeGreaterThan(2 * first!.at(-1)!);
    },
  );

  test.each(["mase", "rmse", "sql"] as const)("by series where members are right on different ones (%s)", (metric) => {
    const { tilts } = chooseTilts([evens, odds], metric, 0)!;
    expect(tiltedBy(tilts)).toContain("series");
    for (let row = 0; row < series; row++) {
      const [even, odd] = tilts.map((tilt) => tilt.series[row]!);
      expect(even! > odd!).toBe(row % 2 === 0);
    }
    const latest = [evens, odds].map(({ parts }, index) => ({
      forecast: parts[0]!.forecast,
      weight: 0.5,
      tilt: tilts[index],
    }));
    const shares = averageShares(latest, { middle: 0, series: evens.parts[0]!.fold.series });
    expect(shares[0]).toBeCloseTo(0.5, 1);
  });

  test("they forecast origins better that they were not learnt on", () => {
    expect(maseOf([early, late], true)).toBeLessThan(0.8 * maseOf([early, late], false));
    expect(maseOf([evens, odds], true)).toBeLessThan(0.8 * maseOf([evens, odds], false));
  });

  test("by neither where members differ by chance only, nor with two origins", () => {
    const noise = [member(5, () => 3), member(6, () => 3), member(7, () => 3)];
    expect(chooseTilts(noise, "mase", 0)).toBeUndefined();
    const short = [member(8, (row) => 1 + 5 * (row % 2), 2), member(9, (row) => 6 - 5 * (row % 2), 2)];
    expect(chooseTilts(short, "mase", 0)).toBeUndefined();
  });

  test("a series without any scale keeps the plain weights", () => {
    for (const { fold } of evens.parts) Object.assign(fold.scales[3]!, { absolute: 0, squared: 0 });
    const { tilts } = chooseTilts([evens, odds], "mase", 0)!;
    expect(tilts[0]!.series[3]).toBe(tilts[1]!.series[3]);
  });

  test("the same forecasts give the same tilts", () => {
    expect(chooseTilts([early, evens, late], "wql", 0)).toEqual(chooseTilts([early, evens, late], "wql", 0));
  });
});
