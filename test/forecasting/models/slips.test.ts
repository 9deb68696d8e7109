import { describe, expect, test } from "vitest";
import { meanOf, quantileOf } from "../../../daemon/forecasting/models/forecast.ts";
import { forecasterNamed } from "../../../daemon/forecasting/models/registry.ts";
import { slipsOf } from "../../../daemon/forecasting/models/slips.ts";
import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";
import { contextOf, panelOf } from "./panels.ts";

const random = uniformStream(11);
const usual = Array.from({ length: 140 }, (_, day) => 100 + 20 * Math.sin((2 * Math.PI * day) / 7) + 5 * random());
const daily = { frequency: { unit: "day", multiple: 1 } as const, futureSteps: 14 };
const context = contextOf({ horizon: 14, gap: 0, seasons: [7] });

type Changes = Readonly<Record<number, number>>;

function withValues(changes: Changes): number[] {
  return usual.map((value, day) => changes[day] ?? value);
}

describe("single values far beyond all others", () => {
  test.each(["seasonal-naive", "auto-ets", "linear"])("do not move the forecast of %s", async (name) => {
    const forecaster = forecasterNamed(name);
    for (const changes of [{ 120: 1e6 }, { 139: 1e6 }, { 40: -9999, 90: -9999 }] as Changes[]) {
      const panel = panelOf([withValues(changes)], daily);
      const fitted = await forecaster.fit(panel, forecaster.options.parse({}), context);
      for (const model of [fitted, await forecaster.load(fitted.save())]) {
        const forecast = await model.predict(panel, context);
        expect(Math.min(...meanOf(forecast, 0))).toBeGreaterThan(60);
        expect(Math.max(...meanOf(forecast, 0))).toBeLessThan(150);
        expect(Math.min(...quantileOf(forecast, 0, 0))).toBeGreaterThan(30);
        expect(Math.max(...quantileOf(forecast, 0, 2))).toBeLessThan(180);
      }
    }
  });

  test("are not a new level, a rare demand, a spike of ten times the usual or a value of a short series", () => {
    const level = Object.fromEntries(usual.map((value, day) => [day, day < 70 ? value : 1000 * value]));
    const beginning = { 138: 1e6, 139: 1.1e6 };
    const demand = usual.map((_, day) => (day % 60 === 3 ? 500 : 0));
    const spikes = { 50: 1200, 101: 900 };
    for (const past of [withValues(level), withValues(beginning), demand, withValues(spikes), [1, 2, 1, 2, 1e6, 2]]) {
      expect(slipsOf(panelOf([past], daily))).toEqual([]);
    }
  });

  test("are judged by the past alone", () => {
    const panel = panelOf([withValues({ 60: 1e6 })], daily);
    expect(slipsOf(panel)).toEqual([60]);
    expect(slipsOf({ ...panel, history: Int32Array.of(60) })).toEqual([]);
  });
});
