import { describe, expect, test } from "vitest";
import { meanOf, quantileOf } from "../../../../daemon/forecasting/models/forecast.ts";
import { autoTheta } from "../../../../daemon/forecasting/models/theta/auto-theta.ts";
import { figureOf, isSeasonal, withoutFigure } from "../../../../daemon/forecasting/models/theta/deseasonalise.ts";
import { forecastTheta } from "../../../../daemon/forecasting/models/theta/forecast.ts";
import { fitVariant, RunningLine, thetaVariants } from "../../../../daemon/forecasting/models/theta/variant.ts";
import { airPassengers, nile } from "../arima/series.ts";
import { contextOf, panelOf } from "../panels.ts";

async function standard(past: readonly number[], seasons: readonly number[]) {
  const context = contextOf({ horizon: 3, gap: 0, seasons, levels: [0.1, 0.975] });
  const panel = panelOf([past], { futureSteps: 3 });
  const fitted = await autoTheta.fit(panel, autoTheta.options.parse({ variant: "standard" }), context);
  return fitted.predict(panel, context);
}

// R 4.2.2, forecast 8.20: thetaf().
describe("the standard form as R's thetaf", () => {
  test("on Nile", async () => {
    const forecast = await standard(nile, []);
    [799.811996, 798.454844, 797.097691].forEach((value, i) => {
      expect(meanOf(forecast, 0)[i]).toBeCloseTo(value, 1);
    });
    expect(quantileOf(forecast, 0, 0)[0]).toBeCloseTo(614.971559, 1);
    expect(quantileOf(forecast, 0, 1)[2]).toBeCloseTo(1096.361899, 1);
  });

  test("on AirPassengers, seasonally adjusted by ratios", async () => {
    const forecast = await standard(airPassengers, [12]);
    [440.078191, 428.384281, 489.707099].forEach((value, i) => {
      expect(Math.abs(meanOf(forecast, 0)[i]! / value - 1)).toBeLessThan(1e-4);
    });
    // R leaves the error's size as it is in every season; here it follows the season's index.
    expect(quantileOf(forecast, 0, 0)[0]).toBeGreaterThan(426.293757);
  });
});

describe("the forms", () => {
  test("continue a straight line with the share of its slope that they give it", () => {
    const line = Float64Array.from({ length: 60 }, (_, i) => 10 + 2 * i);
    for (const variant of thetaVariants) {
      const { mean } = forecastTheta(line, fitVariant(line, variant), 3);
      // Half the slope for the standard ones; a free share takes it whole.
      expect(mean[2]! - mean[1]!).toBeGreaterThan(0.9);
      if (variant.endsWith("optimised")) expect(mean[2]).toBeCloseTo(134, 0);
    }
  });

  test("never fit worse with a free share of the trend", () => {
    const values = Float64Array.from(nile);
    const fixed = fitVariant(values, "dynamic-standard").meanSquare;
    expect(fitVariant(values, "dynamic-optimised").meanSquare).toBeLessThanOrEqual(fixed * (1 + 1e-6));
  });

  test("update the trend line to the least-squares line of the values so far", () => {
    const values = [3, 7, 4, 9, 12, 8];
    const line = new RunningLine();
    for (const value of values) line.add(value);
    // Least squares by hand: mean 43/6 at t = 3.5, slope Σ(t − 3.5)y / 17.5 = 22.5 / 17.5.
    expect(line.slope).toBeCloseTo(22.5 / 17.5, 12);
    expect(line.intercept).toBeCloseTo(43 / 6 - (3.5 * 22.5) / 17.5, 12);
  });
});

describe("the season", () => {
  test("is found by the autocorrelation test", () => {
    expect(isSeasonal(Float64Array.from(airPassengers), 12)).toBe(true);
    expect(isSeasonal(Float64Array.from(nile), 12)).toBe(false);
    expect(isSeasonal(Float64Array.from(airPassengers).subarray(0, 24), 12)).toBe(false);
  });

  test("is a ratio on positive data and a difference on others", () => {
    const pattern = [0.8, 1.2, 1, 1];
    const positive = Float64Array.from({ length: 32 }, (_, i) => 50 * pattern[i % 4]!);
    const ratios = figureOf(positive, 4);
    expect(ratios.multiplicative).toBe(true);
    withoutFigure(positive, ratios).forEach((value) => {
      expect(value).toBeCloseTo(50, 9);
    });
    const signed = positive.map((value) => value - 50);
    const differences = figureOf(signed, 4);
    expect(differences.multiplicative).toBe(false);
    expect(differences.values[0]).toBeCloseTo(-10, 9);
  });
});
