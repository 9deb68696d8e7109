import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findEventRules } from "../../../daemon/forecasting/models/event-rules.ts";
import { meanOf, quantileOf } from "../../../daemon/forecasting/models/forecast.ts";
import { forecasterNamed } from "../../../daemon/forecasting/models/registry.ts";
import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";
import type { Panel } from "../../../daemon/forecasting/panel/panel.ts";
import { contextOf, panelOf } from "./panels.ts";

const [length, horizon] = [300, 14];
const context = contextOf({ horizon, gap: 0, seasons: [7] });

interface Drawn {
  readonly events: readonly number[];
  /** Turns the target of an ordinary day into the target of a day with an event. */
  readonly effect: (usual: number) => number;
  readonly seed: number;
}

const usual = (day: number, shop: number): number => (shop + 1) * (100 + 20 * (day % 7));

/** Two shops with events on some days, and on the tenth day to come. */
function shops({ events, effect, seed }: Drawn): Panel {
  const days = Array.from({ length: length + horizon }, (_, day) => day);
  const flags = days.map((day) => (events.includes(day) || day === length + 9 ? 1 : 0));
  const random = uniformStream(seed);
  const past = (shop: number) =>
    days.slice(0, length).map((day) => {
      const value = usual(day, shop) * (0.96 + 0.08 * random());
      return flags[day] === 1 ? effect(value) : value;
    });
  return panelOf([past(0), past(1)], {
    frequency: { unit: "day", multiple: 1 },
    futureSteps: horizon,
    known: [{ name: "sale", values: [flags, flags] }],
  });
}

const someDays = (most: number) =>
  fc.uniqueArray(fc.integer({ min: 20, max: length - 20 }), { minLength: 2, maxLength: most });

describe("a rare event of a known covariate", () => {
  test.each(["seasonal-naive", "auto-ets", "linear"])(
    "%s forecasts its effect, and ordinary days as ever",
    async (name) => {
      const forecaster = forecasterNamed(name);
      await fc.assert(
        fc.asyncProperty(
          someDays(5),
          fc.double({ min: 3, max: 12, noNaN: true }),
          fc.integer({ min: 1, max: 99 }),
          async (events, factor, seed) => {
            const panel = shops({ events, effect: (value) => factor * value, seed });
            const fitted = await forecaster.fit(panel, forecaster.options.parse({}), context);
            for (const model of [fitted, await forecaster.load(fitted.save())]) {
              const forecast = await model.predict(panel, context);
              for (const shop of [0, 1]) {
                const [mean, low, high] = [
                  meanOf(forecast, shop),
                  quantileOf(forecast, shop, 0),
                  quantileOf(forecast, shop, 2),
                ];
                for (let step = 0; step < horizon; step++) {
                  const right = usual(length + step, shop) * (step === 9 ? factor : 1);
                  expect(Math.abs(mean[step]! / right - 1)).toBeLessThan(0.15);
                }
                const width = (step: number) => high[step]! - low[step]!;
                expect(width(9)).toBeGreaterThan(1.5 * width(2));
                expect(low[9]!).toBeLessThanOrEqual(mean[9]!);
                expect(high[9]!).toBeGreaterThanOrEqual(mean[9]!);
              }
            }
          },
        ),
        { numRuns: 12 },
      );
    },
  );

  test("is told by a difference where that is what stays the same", () => {
    const panel = shops({ events: [40, 101, 187, 230], effect: (value) => value + 900, seed: 5 });
    const [rule] = findEventRules(panel);
    expect(rule).toMatchObject({ column: "sale", value: 1, usual: 0, kind: "difference" });
    expect(rule!.effect).toBeGreaterThan(880);
    expect(rule!.effect).toBeLessThan(920);
  });

  test.each([2, 7])("that was a day of rest %i times is one again, at zero exactly", async (times) => {
    const events = Array.from({ length: times }, (_, index) => 25 + 37 * index);
    const panel = shops({ events, effect: () => 0, seed: 4 });
    for (const name of ["auto-ets", "linear"]) {
      const forecaster = forecasterNamed(name);
      const fitted = await forecaster.fit(panel, forecaster.options.parse({}), context);
      const forecast = await fitted.predict(panel, context);
      for (const shop of [0, 1]) {
        expect([meanOf(forecast, shop)[9], quantileOf(forecast, shop, 0)[9], quantileOf(forecast, shop, 2)[9]]).toEqual(
          [0, 0, 0],
        );
        expect(meanOf(forecast, shop)[8]).toBeGreaterThan(50);
      }
    }
  });

  test("is found if one event of many in a panel was an ordinary day", () => {
    const events = [31, 58, 77, 102, 140, 166];
    let count = 0;
    const once = (value: number) => (count++ === 3 ? value : 7 * value);
    const [rule] = findEventRules(shops({ events, effect: once, seed: 8 }));
    expect(rule).toMatchObject({ column: "sale", kind: "ratio" });
    expect(rule!.effect).toBeGreaterThan(6.5);
  });

  test("adds what it changes to its covariate's contribution", async () => {
    const panel = shops({ events: [41, 130, 222], effect: (value) => 8 * value, seed: 2 });
    const forecaster = forecasterNamed("auto-ets");
    const fitted = await forecaster.fit(panel, forecaster.options.parse({}), context);
    const forecast = await fitted.predict(panel, context);
    const told = await fitted.attribute!(panel, { ...context, series: [1], samples: 8, seed: 1 });
    const column = told.factors.indexOf("sale");
    for (let step = 0; step < horizon; step++) {
      const own = told.contributions.slice(step * told.factors.length, (step + 1) * told.factors.length);
      expect(own.reduce((sum, value) => sum + value, told.baseline[step]!)).toBeCloseTo(meanOf(forecast, 1)[step]!, 6);
      if (step === 9) expect(own[column]).toBeGreaterThan(500);
      else expect(own[column]).toBe(0);
    }
  });
});

test("flags without an effect, ordinary promotions, and events of both signs are left to the models", () => {
  fc.assert(
    fc.property(
      someDays(6),
      fc.constantFrom<(value: number, day: number) => number>(
        (value) => value,
        (value) => 1.3 * value,
        (value) => 0.8 * value,
      ),
      fc.integer({ min: 1, max: 10_000 }),
      (events, effect, seed) => {
        expect(findEventRules(shops({ events, effect: (value) => effect(value, 0), seed }))).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
  let odd = false;
  const both = shops({
    events: [40, 90, 150],
    effect: (value) => {
      odd = !odd;
      return odd ? 6 * value : 0.1 * value;
    },
    seed: 3,
  });
  expect(findEventRules(both)).toEqual([]);
});

test("a flag whose days are high by chance in a restless series is no rare event", () => {
  const events = [44, 121, 203];
  const random = uniformStream(9);
  const days = Array.from({ length: length + horizon }, (_, day) => day);
  const past = days.slice(0, length).map((day) => (events.includes(day) ? 95 : 5 + 90 * random()));
  const flags = days.map((day) => (events.includes(day) ? 1 : 0));
  const panel = panelOf([past], {
    frequency: { unit: "day", multiple: 1 },
    futureSteps: horizon,
    known: [{ name: "sale", values: [flags] }],
  });
  expect(findEventRules(panel)).toEqual([]);
});

test("a flag that came once, or on every tenth day, is no rare event", () => {
  expect(findEventRules(shops({ events: [], effect: (value) => 9 * value, seed: 1 }))).toEqual([]);
  const often = Array.from({ length: 30 }, (_, index) => 5 + 10 * index);
  expect(findEventRules(shops({ events: often, effect: (value) => 9 * value, seed: 1 }))).toEqual([]);
});
