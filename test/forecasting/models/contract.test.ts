import { describe, expect, test } from "vitest";
import { meanOf } from "../../../daemon/forecasting/models/forecast.ts";
import type { FitContext, FittedForecaster, Forecaster } from "../../../daemon/forecasting/models/forecaster.ts";
import { forecasters } from "../../../daemon/forecasting/models/registry.ts";
import type { Panel } from "../../../daemon/forecasting/panel/panel.ts";
import { contextOf, panelOf, seasonalSeries } from "./panels.ts";

const pasts = [seasonalSeries(60, 1), seasonalSeries(71, 2), seasonalSeries(48, 3)];
const panel = panelOf(pasts);
const context = contextOf();

/** Models whose forecasts follow the unit of the target exactly, up to the tolerance of their optimiser. */
const unitFamilies = new Set(["baseline", "statistical", "intermittent"]);

/** What holds for every model does not ask for a good one: networks are small and trained for a few steps only. */
const brief = { steps: 8, learningRate: 0.003, units: 12, batch: 16 };

function train(model: Forecaster, on: Panel, settings: FitContext = context): Promise<FittedForecaster> {
  return model.fit(on, model.options.parse(model.family === "neural" ? brief : {}), settings);
}

async function means(model: Forecaster, on: Panel, settings: FitContext = context): Promise<Float64Array> {
  return (await (await train(model, on, settings)).predict(on, settings)).mean;
}

const fits = new Map<Forecaster, Promise<FittedForecaster>>();

/** The model as trained on `panel` with `context`: once for all tests that only use it. */
function trained(model: Forecaster): Promise<FittedForecaster> {
  const known = fits.get(model) ?? train(model, panel);
  fits.set(model, known);
  return known;
}

async function usualMeans(model: Forecaster): Promise<Float64Array> {
  return (await (await trained(model)).predict(panel, context)).mean;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThanOrEqual(tolerance * (1e-12 + Math.abs(expected[i]!)));
  }
}

/** Plain JSON and bytes there and back, as through a file. */
function stored(saved: ReturnType<FittedForecaster["save"]>): ReturnType<FittedForecaster["save"]> {
  return { ...saved, state: JSON.parse(JSON.stringify(saved.state)) };
}

describe("the registry", () => {
  test("has one model of each name, in kebab case, with paper and summary", () => {
    const names = forecasters.map((model) => model.name);
    expect(new Set(names).size).toBe(names.length);
    for (const model of forecasters) {
      expect(model.name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(model.paper.citation.length).toBeGreaterThan(10);
      expect(model.summary.length).toBeGreaterThan(10);
      expect(() => model.options.parse({})).not.toThrow();
      expect(() => model.options.parse({ "no such option": 1 })).toThrow();
    }
  });

  test("says of every model what a search and a deadline need to know", () => {
    const named = (holds: (model: Forecaster) => boolean) => forecasters.filter(holds).map(({ name }) => name);
    const presets = (preset: string) => named(({ capabilities }) => capabilities.search.preset === preset);
    for (const { capabilities } of forecasters) {
      expect(capabilities.search.effort).toBeGreaterThan(0);
      expect(capabilities.anytime).toEqual(expect.any(Boolean));
      // Baselines are tried on all origins whatever the time: they have to be quick.
      if (capabilities.search.baseline) expect(capabilities.search).toMatchObject({ turn: "first", preset: "fast" });
      if (capabilities.search.baseline) expect(capabilities.search.effort).toBeLessThan(0.1);
    }
    expect(named(({ capabilities }) => capabilities.search.baseline)).toContain("seasonal-naive");
    expect(named(({ capabilities }) => capabilities.search.intermittentOnly)).toContain("croston");
    expect(named(({ capabilities }) => capabilities.anytime)).toEqual([
      "boosting",
      ...named(({ family }) => family === "neural"),
    ]);
    expect([...presets("balanced"), ...presets("best")]).toEqual(["mlp", "recurrent", "mixer", "fusion"]);
  });
});

describe.each(forecasters.map((model) => [model.name, model] as const))("%s", (_, model) => {
  test("forecasts every series with finite, ordered quantiles", async () => {
    const forecast = await (await trained(model)).predict(panel, context);
    expect([forecast.series, forecast.horizon, forecast.levels]).toEqual([3, 6, [0.1, 0.5, 0.9]]);
    expect(forecast.mean.length).toBe(18);
    expectUsable(forecast.mean, forecast.quantiles);
  });

  test("gives the same numbers again, also after saving and loading", async () => {
    const first = await trained(model);
    const forecast = await first.predict(panel, context);
    const again = await (await train(model, panel)).predict(panel, context);
    const loaded = await (await model.load(stored(first.save()))).predict(panel, context);
    for (const other of [again, loaded]) {
      expect(other.mean).toEqual(forecast.mean);
      expect(other.quantiles).toEqual(forecast.quantiles);
    }
  });

  test("does not look at values after the origin", async () => {
    const seen = { ...panel, target: panel.target.slice() };
    for (let series = 0; series < 3; series++) {
      seen.target.fill(1e6, panel.offsets[series]! + panel.history[series]!, panel.offsets[series + 1]);
    }
    expect(await means(model, seen)).toEqual(await usualMeans(model));
  });

  test("explains its means exactly where it explains them", async () => {
    const fitted = await trained(model);
    if (fitted.attribute === undefined) return;
    const forecast = await fitted.predict(panel, context);
    const attribution = await fitted.attribute(panel, { ...context, series: [2, 0], samples: 16, seed: 1 });
    expect(attribution.series).toEqual([2, 0]);
    const sums = attribution.baseline.map((base, i) => {
      const parts = attribution.contributions.subarray(
        i * attribution.factors.length,
        (i + 1) * attribution.factors.length,
      );
      return parts.reduce((sum, part) => sum + part, base);
    });
    expectClose(sums, [...meanOf(forecast, 2), ...meanOf(forecast, 0)], 1e-6);
  });

  test("answers short, constant, empty-looking and huge or tiny series", async () => {
    const strange = panelOf([
      [5],
      [3, 4],
      [3, 9, 4],
      [1, 2, 3, 4, 5],
      new Float64Array(40),
      new Float64Array(40).fill(7),
      seasonalSeries(50, 4).map((value) => value * 1e10),
      seasonalSeries(50, 5).map((value) => value * 1e-11),
      seasonalSeries(50, 6).map((value) => value - 120),
      Array.from({ length: 50 }, (_, i) => 2 * i + 1),
      Array.from({ length: 50 }, (_, i) => (i === 30 ? 1e6 : 1)),
      Array.from({ length: 40 }, (_, i) => (i % 5 === 0 ? 3 : 0)),
    ]);
    const forecast = await (await train(model, strange)).predict(strange, context);
    expectUsable(forecast.mean, forecast.quantiles);
  });

  test("counts the gap as steps that are not returned", async () => {
    if (model.capabilities.scope === "global") return;
    const late = await means(model, panel, contextOf({ gap: 2, horizon: 6 }));
    const early = await means(model, panel, contextOf({ gap: 0, horizon: 8 }));
    for (let series = 0; series < 3; series++) {
      expectClose(late.subarray(series * 6, series * 6 + 6), early.subarray(series * 8 + 2, series * 8 + 8), 1e-9);
    }
  });

  test("follows the unit of the target", async () => {
    if (!unitFamilies.has(model.family)) return;
    const scaled = panelOf(pasts.map((past) => past.map((value) => value * 1024)));
    expectClose(
      await means(model, scaled),
      (await usualMeans(model)).map((value) => value * 1024),
      2e-3,
    );
  });

  test("forecasts newer history with the parameters it has", async () => {
    const fitted = await trained(model);
    const newer = panelOf(pasts.map((past, i) => [...past, ...seasonalSeries(past.length + 3, i + 1).slice(-3)]));
    const cut = panelOf(pasts.map((past) => past.slice(7)));
    for (const other of [newer, cut]) {
      const forecast = await fitted.predict(other, context);
      expectUsable(forecast.mean, forecast.quantiles);
      for (const value of forecast.mean) expect(value).toBeGreaterThan(0);
      for (const value of forecast.mean) expect(value).toBeLessThan(400);
    }
  });

  test("stops when it is told to", async () => {
    const many = panelOf(Array.from({ length: 60 }, (_, i) => seasonalSeries(120, i)));
    const controller = new AbortController();
    const reason = new Error("stopped by the test");
    // A network that does not stop would train for long.
    const options = model.options.parse(model.family === "neural" ? { ...brief, steps: 2_000 } : {});
    const running = model.fit(many, options, contextOf({ signal: controller.signal })).then(
      () => "finished",
      (error: unknown) => error,
    );
    // As soon as the fit gives way to anything else, which a network does and a quick model may not.
    setImmediate(() => controller.abort(reason));
    expect(model.family === "neural" ? [reason] : ["finished", reason]).toContain(await running);
  });
});

function expectUsable(mean: Float64Array, quantiles: Float64Array): void {
  expect(mean.every(Number.isFinite)).toBe(true);
  expect(quantiles.every(Number.isFinite)).toBe(true);
  const horizon = context.horizon;
  for (let series = 0; series < mean.length / horizon; series++) {
    for (let step = 0; step < horizon; step++) {
      const at = (level: number) => quantiles[(series * 3 + level) * horizon + step]!;
      expect(at(0)).toBeLessThanOrEqual(at(1));
      expect(at(1)).toBeLessThanOrEqual(at(2));
    }
  }
}
