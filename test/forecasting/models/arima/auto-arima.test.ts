import { describe, expect, test } from "vitest";
import { autoArima } from "../../../../daemon/forecasting/models/arima/auto-arima.ts";
import { meanOf, quantileOf } from "../../../../daemon/forecasting/models/forecast.ts";
import { kpssStatistic } from "../../../../daemon/forecasting/numerics/kpss.ts";
import { fitAndForecast, fitContext, singleSeries } from "../single-series.ts";
import { airPassengers, lakeHuron, lynx, nile, usAccidentalDeaths } from "./series.ts";

interface SavedState {
  readonly parameters: readonly {
    readonly process: { readonly order: Record<string, number> };
    readonly regression: { readonly harmonics: readonly { season: number }[] };
  }[];
}

async function run(values: readonly number[], steps: number, seasons: readonly number[] = []) {
  const { fitted, forecast } = await fitAndForecast(autoArima, singleSeries(values, steps), {
    seasons,
    levels: [0.025, 0.1, 0.5, 0.9, 0.975],
  });
  const state = (fitted.save().state as SavedState).parameters[0]!;
  const { p, d, q, P, D, Q } = state.process.order;
  return { fitted, forecast, orders: [p, d, q, P, D, Q], harmonics: state.regression.harmonics };
}

// R 4.2.2, forecast 8.20: auto.arima(x), forecast(h, level = c(80, 95)). R divides the variance by the values left after differencing
// less the coefficients, as here.
describe("against R's auto.arima", () => {
  test("AirPassengers", async () => {
    const { forecast, orders } = await run(airPassengers, 24, [12]);
    expect(orders).toEqual([2, 1, 1, 0, 1, 0]);
    expect(forecast.mean[0]).toBeCloseTo(445.635, 1);
    expect(forecast.mean[1]).toBeCloseTo(420.395, 1);
    expect(forecast.mean[11]).toBeCloseTo(465.508, 1);
    expect(forecast.mean[23]).toBeCloseTo(499.858, 1);
    expect(quantileOf(forecast, 0, 0)[0]).toBeCloseTo(423.085, 1);
    expect(quantileOf(forecast, 0, 4)[0]).toBeCloseTo(468.185, 1);
    expect(quantileOf(forecast, 0, 0)[23]).toBeCloseTo(438.37, 0);
    expect(quantileOf(forecast, 0, 4)[23]).toBeCloseTo(561.347, 0);
  });

  test("USAccDeaths", async () => {
    const { forecast, orders } = await run(usAccidentalDeaths, 24, [12]);
    expect(orders).toEqual([0, 1, 1, 0, 1, 1]);
    expect(forecast.mean[0]! / 8336.061).toBeCloseTo(1, 3);
    expect(quantileOf(forecast, 0, 3)[23]! / 11050.53).toBeCloseTo(1, 3);
  });

  test("LakeHuron as a random walk", async () => {
    const { forecast } = await fitAndForecast(autoArima, singleSeries(lakeHuron, 8), {
      options: { maximumOrder: 0 },
      levels: [0.9],
    });
    expect(forecast.mean[7]).toBeCloseTo(579.96, 6);
    expect(quantileOf(forecast, 0, 0)[7]).toBeCloseTo(582.67, 1);
  });

  test("LakeHuron: the model of R's full search, which its stepwise one misses", async () => {
    expect((await run(lakeHuron, 8)).orders).toEqual([2, 1, 1, 0, 0, 0]);
  });

  test("Nile", async () => {
    const { forecast, orders } = await run(nile, 8);
    expect(orders).toEqual([1, 1, 1, 0, 0, 0]);
    expect(forecast.mean[0]).toBeCloseTo(816.18, 0);
    expect(forecast.mean[7]).toBeCloseTo(842.17, 0);
    expect(quantileOf(forecast, 0, 3)[7]! / 1053.128).toBeCloseTo(1, 2);
  });

  test("lynx: as likely a model as R's or a better one", async () => {
    const { orders } = await run(lynx, 8);
    // R's stepwise search ends at (2,0,2) with AICc 1876.95, its full search at (4,0,0) with 1875.01.
    expect([
      [2, 0, 2, 0, 0, 0],
      [4, 0, 0, 0, 0, 0],
    ]).toContainEqual(orders);
  });

  // urca::ur.kpss(Nile, type = "mu", use.lag = 2)@teststat, R 4.2.2.
  test("KPSS statistic of Nile", () => {
    expect(kpssStatistic(Float64Array.from(nile))).toBeCloseTo(1.315226, 4);
  });
});

describe("simple series", () => {
  test.each([
    ["one value", [5], [5, 5]],
    ["two values", [5, 5], [5, 5]],
    ["constant", new Array<number>(30).fill(7), [7, 7]],
    ["zero", new Array<number>(30).fill(0), [0, 0]],
    ["a perfect line", Array.from({ length: 30 }, (_, t) => 3 + 2 * t), [63, 65]],
    ["a huge perfect line", Array.from({ length: 30 }, (_, t) => 1e12 * (3 + 2 * t)), [63e12, 65e12]],
  ])("%s", async (_, values, expected) => {
    const { forecast } = await run(values, 2, [12]);
    expected.forEach((value, h) => {
      expect(forecast.mean[h]! / (value || 1)).toBeCloseTo(value === 0 ? 0 : 1, 6);
    });
    expect([...forecast.quantiles].every(Number.isFinite)).toBe(true);
  });

  test("an empty history forecasts zero", async () => {
    const { forecast } = await run([], 2);
    expect([...forecast.mean]).toEqual([0, 0]);
  });

  test.each([2, 3, 4, 5, 7, 9, 13, 25])("%i uneven values give finite, ordered quantiles", async (count) => {
    const values = Array.from({ length: count }, (_, t) => Math.sin(t * t) * 10 + t);
    const { forecast } = await run(values, 5, [4]);
    for (let h = 0; h < 5; h++) {
      const quantiles = [0, 1, 2, 3, 4].map((level) => quantileOf(forecast, 0, level)[h]!);
      expect(quantiles.every(Number.isFinite)).toBe(true);
      expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
    }
  });

  test("a strong season of two cycles is repeated", async () => {
    const pattern = [10, 40, 25, 5];
    const values = [...pattern, ...pattern.map((value) => value + 0.5)];
    const { forecast } = await run(values, 4, [4]);
    const order = [...forecast.mean.keys()].sort((a, b) => forecast.mean[a]! - forecast.mean[b]!);
    expect(order).toEqual([3, 0, 2, 1]);
  });

  test.each([1e-9, 1, 1e9])("scales with the data by %d", async (factor) => {
    const { forecast: plain } = await run(usAccidentalDeaths, 6, [12]);
    const { forecast } = await run(
      usAccidentalDeaths.map((value) => value * factor),
      6,
      [12],
    );
    forecast.quantiles.forEach((value, i) => {
      expect(value / factor / plain.quantiles[i]!).toBeCloseTo(1, 5);
    });
  });

  test("white noise gets its mean and a constant spread, a random walk its last value and a growing one", async () => {
    const { forecast, orders } = await run(noise, 12);
    expect(orders?.[1]).toBe(0);
    const width = (of: typeof forecast, h: number) => quantileOf(of, 0, 3)[h]! - quantileOf(of, 0, 1)[h]!;
    expect(width(forecast, 11)).toBeCloseTo(2 * 1.2816, 0);
    let level = 100;
    const walk = noise.map((value) => (level += value));
    const walked = await run(walk, 12);
    expect(walked.orders[1]).toBe(1);
    expect(Math.abs(walked.forecast.mean[0]! - walk.at(-1)!)).toBeLessThan(1.5);
    expect(width(walked.forecast, 11) / width(walked.forecast, 0)).toBeGreaterThan(2);
  });
});

/** 200 values of roughly normal noise with variance 1. */
const noise = (() => {
  let state = 7;
  return Array.from({ length: 200 }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) {
      state = (state * 1103515245 + 12345) % 2147483648;
      sum += state / 2147483648;
    }
    return sum;
  });
})();

describe("long seasons", () => {
  const shape = (t: number) => 20 * Math.sin((2 * Math.PI * t) / 60) + 8 * Math.cos((2 * Math.PI * 3 * t) / 60);
  const long = Array.from({ length: 200 }, (_, t) => 100 + shape(t) + noise[t]!);

  test("are harmonics, and what was there is forecast", async () => {
    const { forecast, harmonics } = await run(long, 30, [60]);
    expect(harmonics.some(({ season }) => season === 60)).toBe(true);
    meanOf(forecast, 0).forEach((mean, h) => {
      expect(Math.abs(mean - 100 - shape(200 + h))).toBeLessThan(2.5);
    });
  });

  test("keep their phase where a later history starts elsewhere", async () => {
    const start = Date.UTC(2020, 0, 1);
    const frequency = { unit: "hour", multiple: 1 } as const;
    const { fitted } = await fitAndForecast(autoArima, singleSeries(long, 10, { frequency, start }), { seasons: [60] });
    const later = singleSeries(long.slice(37), 10, { frequency, start: start + 37 * 3_600_000 });
    const forecast = await fitted.predict(later, fitContext(later, [60], [0.5]));
    meanOf(forecast, 0).forEach((mean, h) => {
      expect(Math.abs(mean - 100 - shape(200 + h))).toBeLessThan(2.5);
    });
  });

  test("stand beside the seasonal orders of a short one", async () => {
    const both = long.map((value, t) => value + [0, 6, -3, 9, 1, -8][t % 6]!);
    const { forecast, orders, harmonics } = await run(both, 12, [6, 60]);
    expect(orders[4]).toBe(1);
    expect(harmonics.every(({ season }) => season === 60)).toBe(true);
    meanOf(forecast, 0).forEach((mean, h) => {
      expect(Math.abs(mean - 100 - shape(200 + h) - [0, 6, -3, 9, 1, -8][(200 + h) % 6]!)).toBeLessThan(4);
    });
  });
});

describe("life of a fit", () => {
  test("stops with its best model at the deadline", async () => {
    const panel = singleSeries(airPassengers, 12);
    const context = { ...fitContext(panel, [12], [0.5]), deadline: performance.now() };
    const fitted = await autoArima.fit(panel, autoArima.options.parse({}), context);
    const forecast = await fitted.predict(panel, context);
    expect([...forecast.mean].every(Number.isFinite)).toBe(true);
  });

  test("predicts the same after saving and loading", async () => {
    const panel = singleSeries(airPassengers, 12);
    const context = fitContext(panel, [12], [0.1, 0.9]);
    const fitted = await autoArima.fit(panel, autoArima.options.parse({}), context);
    const loaded = await autoArima.load(JSON.parse(JSON.stringify(fitted.save())));
    const [before, after] = [await fitted.predict(panel, context), await loaded.predict(panel, context)];
    expect([...after.mean, ...after.quantiles]).toEqual([...before.mean, ...before.quantiles]);
  });
});
