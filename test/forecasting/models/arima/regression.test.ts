import { describe, expect, test } from "vitest";
import { autoArima } from "../../../../daemon/forecasting/models/arima/auto-arima.ts";
import { designOf, rawCoefficients } from "../../../../daemon/forecasting/models/arima/design.ts";
import { finalPrecision, fitArma } from "../../../../daemon/forecasting/models/arima/fit.ts";
import { meanOf } from "../../../../daemon/forecasting/models/forecast.ts";
import { fitAndForecast, singleSeries } from "../single-series.ts";
import { logSeatbelts, seatbeltsLaw, seatbeltsPetrolPrice } from "./series.ts";

/** Deterministic noise, roughly normal. */
function noise(count: number, seed = 1): number[] {
  let state = seed;
  const next = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  return Array.from({ length: count }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += next();
    return sum;
  });
}

interface SavedState {
  readonly parameters: readonly {
    readonly process: { readonly order: Record<string, number> };
    readonly regression: { readonly regressors: Record<string, number> };
  }[];
}

describe("regression with ARIMA errors", () => {
  // R 4.2.2, forecast 8.20: Arima(log10(Seatbelts[, "drivers"]), order = c(1,0,0), seasonal = c(1,0,0), xreg = PetrolPrice, law).
  test("agrees with R on Seatbelts", () => {
    const order = { p: 1, d: 0, q: 0, P: 1, D: 0, Q: 0, season: 12 };
    const regressors = [Float64Array.from(seatbeltsPetrolPrice), Float64Array.from(seatbeltsLaw)];
    const design = designOf(Float64Array.from(logSeatbelts), regressors, order, true);
    const fit = fitArma(design, order, finalPrecision)!;
    const { constant, coefficients } = rawCoefficients(design, fit.regression, 2);
    expect(fit.logLikelihood).toBeCloseTo(349.726, 2);
    expect(fit.coefficients.ar[0]).toBeCloseTo(0.3359, 3);
    expect(fit.coefficients.seasonalAr[0]).toBeCloseTo(0.6658, 3);
    expect(constant).toBeCloseTo(3.3553, 3);
    expect(coefficients[0]).toBeCloseTo(-1.2232, 3);
    expect(coefficients[1]).toBeCloseTo(-0.0959, 3);
  });

  const count = 120;
  const price = noise(count + 6, 5).map((value) => 10 + value);
  const errors = noise(count, 9);
  const past = errors.map((value, t) => 50 - 3 * price[t]! + 0.5 * value);

  test("finds the effect of a regressor and follows its future values", async () => {
    const panel = singleSeries(past, 6, { regressors: { price } });
    const { fitted, forecast } = await fitAndForecast(autoArima, panel);
    const { regression } = (fitted.save().state as SavedState).parameters[0]!;
    expect(regression.regressors.price).toBeCloseTo(-3, 0);
    meanOf(forecast, 0).forEach((mean, h) => {
      expect(Math.abs(mean - (50 - 3 * price[count + h]!))).toBeLessThan(1);
    });
  });

  test("ignores regressors where asked to", async () => {
    const panel = singleSeries(past, 6, { regressors: { price } });
    const { forecast } = await fitAndForecast(autoArima, panel, { options: { regressors: false } });
    const { forecast: without } = await fitAndForecast(autoArima, singleSeries(past, 6));
    expect([...forecast.mean]).toEqual([...without.mean]);
  });

  test.each([
    ["a copy", price.map((value) => value)],
    ["a multiple and a shift", price.map((value) => 1000 * value - 7)],
  ])("gives %s of a regressor no part", async (_, twin) => {
    const alone = await fitAndForecast(autoArima, singleSeries(past, 6, { regressors: { price } }));
    const { fitted, forecast } = await fitAndForecast(
      autoArima,
      singleSeries(past, 6, { regressors: { price, twin } }),
    );
    const { regression } = (fitted.save().state as SavedState).parameters[0]!;
    expect(Object.keys(regression.regressors)).toEqual(["price"]);
    meanOf(forecast, 0).forEach((mean, h) => {
      expect(mean).toBeCloseTo(alone.forecast.mean[h]!, 6);
    });
  });

  test("leaves out a regressor that never changed, even where it will", async () => {
    const promotion = Array.from({ length: count + 6 }, (_, t) => (t < count ? 0 : 1));
    const { forecast } = await fitAndForecast(autoArima, singleSeries(past, 6, { regressors: { price, promotion } }));
    const { forecast: without } = await fitAndForecast(autoArima, singleSeries(past, 6, { regressors: { price } }));
    expect([...forecast.mean]).toEqual([...without.mean]);
  });

  test("does not depend on a regressor's unit", async () => {
    const { forecast } = await fitAndForecast(autoArima, singleSeries(past, 6, { regressors: { price } }));
    const cents = price.map((value) => value * 1e9);
    const { forecast: other } = await fitAndForecast(
      autoArima,
      singleSeries(past, 6, { regressors: { price: cents } }),
    );
    other.mean.forEach((mean, h) => {
      expect(mean).toBeCloseTo(forecast.mean[h]!, 6);
    });
  });

  test("copes with as many regressors as values", async () => {
    const regressors = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`x${i}`, noise(14, i + 1)]));
    const { forecast } = await fitAndForecast(autoArima, singleSeries(noise(12, 99), 2, { regressors }));
    expect([...forecast.mean, ...forecast.quantiles].every(Number.isFinite)).toBe(true);
  });

  test("bridges gaps in a regressor", async () => {
    const gappy = price.map((value, t) => (t % 17 === 3 ? Number.NaN : value));
    const { forecast } = await fitAndForecast(autoArima, singleSeries(past, 6, { regressors: { price: gappy } }));
    expect([...forecast.mean].every(Number.isFinite)).toBe(true);
  });

  test("explains each forecast: parts add up, a regressor's part is its coefficient times its distance from its mean", async () => {
    const panel = singleSeries(past, 6, { regressors: { price } });
    const { fitted, forecast } = await fitAndForecast(autoArima, panel);
    const attribution = await fitted.attribute!(panel, {
      horizon: 6,
      gap: 0,
      levels: [0.5],
      bounds: {},
      signal: new AbortController().signal,
      device: "cpu",
      threads: 1,
      series: [0],
      samples: 0,
      seed: 1,
    });
    const width = attribution.factors.length;
    const column = attribution.factors.indexOf("price");
    const coefficient = (fitted.save().state as SavedState).parameters[0]!.regression.regressors.price!;
    const center = price.slice(0, count).reduce((sum, value) => sum + value, 0) / count;
    for (let h = 0; h < 6; h++) {
      const parts = [...attribution.contributions.subarray(h * width, (h + 1) * width)];
      const sum = parts.reduce((total, part) => total + part, attribution.baseline[h]!);
      expect(sum).toBeCloseTo(forecast.mean[h]!, 9);
      expect(parts[column]).toBeCloseTo(coefficient * (price[count + h]! - center), 6);
    }
  });
});
