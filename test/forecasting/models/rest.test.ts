import { describe, expect, test } from "vitest";
import { meanOf, quantileOf } from "../../../daemon/forecasting/models/forecast.ts";
import { forecasterNamed } from "../../../daemon/forecasting/models/registry.ts";
import { findRestRules } from "../../../daemon/forecasting/models/rest-rules.ts";
import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";
import type { Panel } from "../../../daemon/forecasting/panel/panel.ts";
import { panelAt } from "../../../daemon/forecasting/panel/panel-at.ts";
import { contextOf, panelOf } from "./panels.ts";

const horizon = 14;

/** Two shops, closed on Sundays and on a few holidays, whose sales depend on the day of the week. */
function shops(open: (day: number) => number, sales = (day: number) => 100 + 20 * (day % 7)): Panel {
  const days = Array.from({ length: 140 + horizon }, (_, day) => day);
  const random = uniformStream(3);
  const past = days.slice(0, 140).map((day) => (open(day) === 1 ? sales(day) + 10 * random() : 0));
  return panelOf([past, past.map((value) => 3 * value)], {
    frequency: { unit: "day", multiple: 1 },
    futureSteps: horizon,
    known: [{ name: "open", values: [days.map(open), days.map(open)] }],
  });
}

const openedDays = (day: number): number => (day % 7 === 6 || [30, 75, 110, 143].includes(day) ? 0 : 1);
const context = contextOf({ horizon, gap: 0, seasons: [7] });

describe("a known covariate that tells when the target rests", () => {
  const panel = shops(openedDays);

  test.each(["seasonal-naive", "auto-ets", "linear", "boosting"])(
    "%s forecasts zero on closed days alone",
    async (name) => {
      const forecaster = forecasterNamed(name);
      const fitted = await forecaster.fit(panel, forecaster.options.parse({}), context);
      const loaded = await forecaster.load(fitted.save());
      for (const model of [fitted, loaded]) {
        const forecast = await model.predict(panel, context);
        for (const series of [0, 1]) {
          for (let step = 0; step < horizon; step++) {
            const values = [meanOf(forecast, series)[step]!, quantileOf(forecast, series, 2)[step]!];
            if (openedDays(140 + step) === 0) expect(values).toEqual([0, 0]);
            else expect(Math.min(...values)).toBeGreaterThan(50);
          }
        }
      }
    },
  );

  test("explains the zero by that covariate, and the parts add up", async () => {
    const forecaster = forecasterNamed("auto-ets");
    const fitted = await forecaster.fit(panel, forecaster.options.parse({}), context);
    const forecast = await fitted.predict(panel, context);
    const told = await fitted.attribute!(panel, { ...context, series: [1], samples: 8, seed: 1 });
    const column = told.factors.indexOf("open");
    for (let step = 0; step < horizon; step++) {
      const own = told.contributions.slice(step * told.factors.length, (step + 1) * told.factors.length);
      expect(own.reduce((sum, value) => sum + value, told.baseline[step]!)).toBeCloseTo(meanOf(forecast, 1)[step]!, 6);
      if (openedDays(140 + step) === 0) expect(own[column]).toBeLessThan(-100);
      else expect(own[column]).toBe(0);
    }
  });

  test("is found by what was known at an origin, not by what came after", () => {
    const early = panelAt(panel, Int32Array.of(0, 1), 130, horizon);
    expect(findRestRules(early)).toEqual([]);
    expect(findRestRules(panel)).toEqual([{ column: "open", value: 0 }]);
  });

  test("is named by its text where the column is text", () => {
    const known = panel.known.map((covariate) => ({ ...covariate, categories: ["closed", "open"] }));
    expect(findRestRules({ ...panel, known })).toEqual([{ column: "open", value: "closed" }]);
  });
});

describe("covariates that do not tell when the target rests", () => {
  test("a closed day with sales now and then is no rule", () => {
    const panel = shops(openedDays);
    const target = panel.target.slice();
    target[6] = 40;
    target[13] = 35;
    expect(findRestRules({ ...panel, target })).toEqual([]);
  });

  test("neither is a price at which a product happened to be out of stock", () => {
    const open = (day: number): number => (day >= 60 && day < 95 ? 0 : 1);
    expect(findRestRules(shops(open))).toEqual([]);
  });

  test("neither is a flag that came with zeros of a target that is mostly zero anyway", () => {
    const random = uniformStream(5);
    const demand = Array.from({ length: 140 }, () => (random() < 0.15 ? 3 : 0));
    const flag = Array.from({ length: 154 }, (_, day) => (day < 140 && demand[day]! > 0 ? 0 : day % 3 === 0 ? 1 : 0));
    const panel = panelOf([demand], {
      frequency: { unit: "day", multiple: 1 },
      futureSteps: horizon,
      known: [{ name: "promotion", values: [flag] }],
    });
    expect(findRestRules(panel)).toEqual([]);
  });
});
