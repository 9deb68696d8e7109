import { describe, expect, test } from "vitest";
import { boosting } from "../../../../daemon/forecasting/models/boosting/forecaster.ts";
import { meanOf, quantileOf } from "../../../../daemon/forecasting/models/forecast.ts";
import type { Forecaster } from "../../../../daemon/forecasting/models/forecaster.ts";
import { linear } from "../../../../daemon/forecasting/models/linear/forecaster.ts";
import { uniformStream } from "../../../../daemon/forecasting/numerics/random.ts";
import { panelOf } from "../../../fixtures/panel.ts";
import { contextFor, demandPanel, horizon } from "../demand-panel.ts";

const quick = { boosting: { rounds: 80, rows: 3000, learningRate: 0.12 }, linear: { rows: 4000 } } as const;

const models: [string, Forecaster<never>, object][] = [
  ["boosting", boosting as Forecaster<never>, quick.boosting],
  ["boosting of quantiles", boosting as Forecaster<never>, { ...quick.boosting, objective: "quantile" }],
  ["linear", linear as Forecaster<never>, quick.linear],
];

/** Mean absolute error of forecasts against what the simulator would have sold. */
function meanError(forecast: { mean: Float64Array }, truth: Float64Array): number {
  return truth.reduce((sum, value, i) => sum + Math.abs(value - forecast.mean[i]!), 0) / truth.length;
}

describe.each(models)("%s", (_, model, changes) => {
  const fit = (panel: ReturnType<typeof demandPanel>["panel"], extra: object = {}) =>
    model.fit(panel, model.options.parse({ ...changes, ...extra }), contextFor());
  let usual: ReturnType<typeof fit> | undefined;
  /** The model of the plain demand panel, fitted once for all tests that only read it. */
  const fitUsual = (): ReturnType<typeof fit> => {
    usual ??= fit(demandPanel().panel);
    return usual;
  };

  test("parses an empty set of options", () => {
    expect(model.options.parse({})).toBeTypeOf("object");
  });

  test("beats the seasonal naive forecast where price drives demand", async () => {
    const { panel, truth, naive } = demandPanel();
    const fitted = await fitUsual();
    const forecast = await fitted.predict(panel, contextFor());
    expect(forecast.mean.every(Number.isFinite)).toBe(true);
    expect(meanError(forecast, truth)).toBeLessThan(0.6 * meanError({ mean: naive }, truth));
  });

  test("orders its quantiles and keeps the bounds of the target", async () => {
    const { panel } = demandPanel();
    const fitted = await fitUsual();
    const bounds = { minimum: 12, maximum: 60 };
    const forecast = await fitted.predict(panel, { ...contextFor(), bounds });
    for (let series = 0; series < forecast.series; series++) {
      const [low, middle, high] = [0, 1, 2].map((level) => quantileOf(forecast, series, level));
      for (let step = 0; step < horizon; step++) {
        expect(low![step]!).toBeLessThanOrEqual(middle![step]!);
        expect(middle![step]!).toBeLessThanOrEqual(high![step]!);
        expect(low![step]!).toBeGreaterThanOrEqual(12);
        expect(high![step]!).toBeLessThanOrEqual(60);
      }
    }
  });

  test("covers most of what happens with its 80 % interval", async () => {
    const { panel, truth } = demandPanel();
    const forecast = await (await fitUsual()).predict(panel, contextFor());
    let inside = 0;
    truth.forEach((value, i) => {
      const [series, step] = [Math.floor(i / horizon), i % horizon];
      if (value >= quantileOf(forecast, series, 0)[step]! && value <= quantileOf(forecast, series, 2)[step]!) inside++;
    });
    expect(inside / truth.length).toBeGreaterThan(0.6);
    expect(inside / truth.length).toBeLessThan(0.97);
  });

  test("explains each forecast exactly, with the price as the driver", async () => {
    const { panel } = demandPanel();
    const fitted = await fitUsual();
    const forecast = await fitted.predict(panel, contextFor());
    const request = { ...contextFor(), series: [0, 3], samples: 100 };
    const explained = await fitted.attribute!(panel, request);
    expect(explained.exact).toBe(true);
    const width = explained.factors.length;
    const sizes = new Float64Array(width);
    request.series.forEach((series, position) => {
      for (let step = 0; step < horizon; step++) {
        const row = position * horizon + step;
        const parts = explained.contributions.subarray(row * width, (row + 1) * width);
        const total = parts.reduce((sum, value) => sum + value, explained.baseline[row]!);
        expect(total).toBeCloseTo(meanOf(forecast, series)[step]!, 8);
        parts.forEach((value, factor) => {
          sizes[factor]! += Math.abs(value);
        });
      }
    });
    const ranked = explained.factors.toSorted(
      (a, b) => sizes[explained.factors.indexOf(b)]! - sizes[explained.factors.indexOf(a)]!,
    );
    expect(ranked.slice(0, 2)).toContain("price");
    expect(ranked.indexOf("noise")).toBeGreaterThan(ranked.indexOf("price"));
  });

  test("forecasts the same after saving and loading, and from newer history", async () => {
    const { panel } = demandPanel();
    const fitted = await fitUsual();
    const loaded = await model.load(JSON.parse(JSON.stringify(fitted.save())));
    const [before, after] = await Promise.all([
      fitted.predict(panel, contextFor()),
      loaded.predict(panel, contextFor()),
    ]);
    expect(after).toEqual(before);
    const newer = demandPanel({ past: 200 }).panel;
    const forecast = await loaded.predict(newer, contextFor());
    expect(forecast.mean.every(Number.isFinite)).toBe(true);
  });

  test("gives the same numbers for the same seed, and on two threads", async () => {
    const { panel } = demandPanel();
    const one = await (await fitUsual()).predict(panel, contextFor());
    const context = { ...contextFor(), threads: 2 };
    const two = await model.fit(panel, model.options.parse(changes), context);
    expect(await two.predict(panel, contextFor())).toEqual(one);
  });

  test("copes with missing, constant and all-zero series, and a series it never saw", async () => {
    const { panel } = demandPanel();
    const target = panel.target.slice();
    const rows = (series: number): [number, number] => [
      panel.offsets[series]!,
      panel.offsets[series]! + panel.history[series]!,
    ];
    target.fill(0, ...rows(0));
    target.fill(7, ...rows(1));
    for (let row = rows(2)[0]; row < rows(2)[1]; row += 3) target[row] = Number.NaN;
    const fitted = await fit({ ...panel, target });
    const renamed = { ...panel, target, keys: panel.keys.map(([shop]) => [`${shop} new`]) };
    for (const seen of [{ ...panel, target }, renamed]) {
      const forecast = await fitted.predict(seen, contextFor());
      expect(forecast.mean.every(Number.isFinite)).toBe(true);
      expect(forecast.quantiles.every(Number.isFinite)).toBe(true);
      expect(Math.abs(meanOf(forecast, 0)[0]!)).toBeLessThan(3);
    }
  });

  test("says what to do when the history is too short", async () => {
    const { panel } = demandPanel({ past: 3 });
    await expect(fit(panel)).rejects.toMatchObject({ tag: "data", code: "too-short" });
  });

  test("reports covariates that cannot help, with the reason", async () => {
    const { panel } = demandPanel();
    const price = panel.known.find(({ name }) => name === "price")!;
    const useless = [
      { name: "copy", values: price.values.slice() },
      { name: "flat", values: new Float64Array(price.values.length).fill(4) },
      { name: "answer", values: panel.target.map((value) => (Number.isNaN(value) ? 0 : 2 * value + 1)) },
    ];
    const fitted = await fit({ ...panel, known: [...panel.known, ...useless] });
    const notes = fitted.notes!.join("\n");
    expect(notes).toContain("Left out copy: it equals price.");
    expect(notes).toContain("Left out flat: it has one value throughout.");
    expect(notes).toContain("Left out answer: it is the target itself on another scale");
  });

  test("stops within a second when aborted", async () => {
    const { panel } = demandPanel();
    const controller = new AbortController();
    const reason = new Error("no longer wanted");
    controller.abort(reason);
    const context = { ...contextFor(), signal: controller.signal };
    const endless = model.options.parse(model.name === "boosting" ? { rounds: 20_000, learningRate: 1e-4 } : {});
    await expect(model.fit(panel, endless, context)).rejects.toBe(reason);
  });
});

describe.each(["per-step", "recursive"] as const)("boosting by the %s strategy", (strategy) => {
  const options = boosting.options.parse({ ...quick.boosting, strategy });

  test("beats the seasonal naive forecast, with intervals and exact contributions, after a gap too", async () => {
    const { panel, truth, naive } = demandPanel();
    const gap = 3;
    const context = { ...contextFor(), gap, horizon: horizon - gap };
    const fitted = await boosting.load(
      JSON.parse(JSON.stringify((await boosting.fit(panel, options, context)).save())),
    );
    const forecast = await fitted.predict(panel, context);
    const late = (values: Float64Array): Float64Array => values.filter((_, i) => i % horizon >= gap);
    expect(meanError(forecast, late(truth))).toBeLessThan(0.6 * meanError({ mean: late(naive) }, late(truth)));
    const inside = late(truth).filter((value, i) => {
      const [series, step] = [Math.floor(i / context.horizon), i % context.horizon];
      return value >= quantileOf(forecast, series, 0)[step]! && value <= quantileOf(forecast, series, 2)[step]!;
    }).length;
    expect(inside / late(truth).length).toBeGreaterThan(0.5);
    const explained = await fitted.attribute!(panel, { ...context, series: [1], samples: 10 });
    const width = explained.factors.length;
    meanOf(forecast, 1).forEach((value, step) => {
      const parts = explained.contributions.subarray(step * width, (step + 1) * width);
      expect(parts.reduce((sum, part) => sum + part, explained.baseline[step]!)).toBeCloseTo(value, 8);
    });
  });
});

describe("boosting", () => {
  test.each(["poisson", "tweedie"] as const)(
    "learns rare demand with %s loss, whatever the size of the others",
    async (objective) => {
      const random = uniformStream(12, "mulberry32");
      const level = (series: number): number => (series % 2 === 0 ? 1 : 20);
      const pasts = Array.from({ length: 10 }, (_, series) => ({
        key: `part ${series}`,
        past: Array.from({ length: 120 }, () => (random() < 0.06 ? Math.ceil(level(series) * random()) : 0)),
      }));
      const panel = panelOf(pasts, 6, { unit: "month", multiple: 1 });
      const context = { ...contextFor(), horizon: 6, seasons: [12] };
      const options = boosting.options.parse({ rounds: 100, rows: 5000, objective });
      const forecast = await (await boosting.fit(panel, options, context)).predict(panel, context);
      let [forecasts, demands] = [0, 0];
      for (let series = 0; series < 10; series++) {
        const mean = meanOf(forecast, series).reduce((sum, value) => sum + value, 0) / 6;
        const past = pasts[series]!.past.reduce((sum, value) => sum + value, 0) / 120;
        // After a long time without any demand a series has hardly any scale: its next one is hundreds of scales high.
        expect(mean).toBeLessThan(3 * past + 0.3);
        forecasts += mean;
        demands += past;
      }
      expect(forecasts).toBeGreaterThan(0.5 * demands);
      expect(forecasts).toBeLessThan(2 * demands);
    },
  );

  test("rejects losses of counts for targets below zero", async () => {
    const { panel } = demandPanel();
    const target = panel.target.map((value) => value - 30);
    const options = boosting.options.parse({ ...quick.boosting, objective: "poisson" });
    await expect(boosting.fit({ ...panel, target }, options, contextFor())).rejects.toMatchObject({
      code: "negative-target",
    });
  });

  test.each(["squared", "absolute", "poisson", "tweedie"] as const)("learns demand with %s loss", async (objective) => {
    const { panel, truth, naive } = demandPanel();
    const options = boosting.options.parse({ ...quick.boosting, objective, sampling: "gradient" });
    const forecast = await (await boosting.fit(panel, options, contextFor())).predict(panel, contextFor());
    expect(meanError(forecast, truth)).toBeLessThan(0.7 * meanError({ mean: naive }, truth));
  });

  test("lets the forecast only fall with the price where asked to", async () => {
    const { panel } = demandPanel();
    const options = boosting.options.parse({ ...quick.boosting, monotone: { price: -1 } });
    const fitted = await boosting.fit(panel, options, contextFor());
    const totals = [0.8, 0.9, 1, 1.1, 1.2].map(async (factor) => {
      const known = panel.known.map((covariate) =>
        covariate.name === "price"
          ? {
              ...covariate,
              values: covariate.values.map((value, row) => (isFuture(panel, row) ? value * factor : value)),
            }
          : covariate,
      );
      return (await fitted.predict({ ...panel, known }, contextFor())).mean;
    });
    const forecasts = await Promise.all(totals);
    for (let i = 1; i < forecasts.length; i++) {
      forecasts[i]!.forEach((value, row) => {
        expect(value).toBeLessThanOrEqual(forecasts[i - 1]![row]! + 1e-9);
      });
    }
  });

  test("ends at its deadline with what it has", async () => {
    const { panel } = demandPanel();
    // Trees for hours.
    const options = boosting.options.parse({ rounds: 20_000, learningRate: 0.001, patience: 20_000 });
    const fitted = await boosting.fit(panel, options, { ...contextFor(), deadline: performance.now() + 200 });
    expect(fitted.notes!.join("\n")).toContain("The time ended");
  });
});

function isFuture(panel: ReturnType<typeof demandPanel>["panel"], row: number): boolean {
  const series = panel.offsets.findLastIndex((start) => start <= row);
  return row >= panel.offsets[series]! + panel.history[series]!;
}
