import { describe, expect, test } from "vitest";
import { seekGoal } from "../../../daemon/forecasting/explain/what-if/goal.ts";
import { seekOptimum } from "../../../daemon/forecasting/explain/what-if/optimum.ts";
import { changesOf } from "../../../daemon/forecasting/explain/what-if/scenario.ts";
import { WhatIfSession } from "../../../daemon/forecasting/explain/what-if/session.ts";
import type { WhatIfChange } from "../../../protocol/what-if.ts";
import { priceModel } from "../../fixtures/price-model.ts";

const planned = [10, 10, 10, 10];
const here = { series: 0, everywhere: false, where: {} };
const session = (rule?: (price: number, promotion: number) => number, more?: { series?: number; gap?: number }) =>
  new WhatIfSession(priceModel(planned, rule, more));
const tenPercentOff: WhatIfChange = { covariate: "price", operation: "multiply", value: 0.9 };

describe("scenarios", () => {
  test("answer with the mean, the interval and the difference, side by side", async () => {
    const { base, scenarios } = await session().forecast({ ...here, scenarios: [[], [tenPercentOff]] });
    expect(base).toBe(40);
    expect(scenarios.map(({ total }) => total)).toEqual([40, 44]);
    expect(scenarios[1]!.mean).toEqual([11, 11, 11, 11]);
    expect(scenarios[1]!.quantiles).toEqual([
      [10, 10, 10, 10],
      [12, 12, 12, 12],
    ]);
    expect(scenarios[1]!.moved).toEqual([{ factor: "price", change: 4 }]);
  });

  test("hold for their steps and dates, later changes building on earlier ones; the gap lies before the first step", async () => {
    const model = session(undefined, { gap: 1 });
    const steps: WhatIfChange[] = [
      { covariate: "price", operation: "add", value: -1, from: 1 },
      { covariate: "price", operation: "set", value: 5, from: 2, to: 2 },
    ];
    const dates: WhatIfChange[] = [
      { covariate: "price", operation: "set", value: 9, from: "2001-01-12", to: "2001-01-13" },
    ];
    const { scenarios } = await model.forecast({ ...here, scenarios: [steps, dates] });
    expect(scenarios[0]!.mean).toEqual([10, 11, 15]);
    // The past ends on 10 January, the gap is the 11th.
    expect(scenarios[1]!.mean).toEqual([11, 11, 10]);
  });

  test("hold for the series they name, and are added up over all", async () => {
    const model = session(undefined, { series: 3 });
    const question = { series: 1, everywhere: true, where: { name: "series 2" }, scenarios: [[tenPercentOff]] };
    const { base, scenarios } = await model.forecast(question);
    expect(base).toBe(120);
    expect(scenarios[0]!.totals).toEqual([40, 44, 40]);
    expect(scenarios[0]!.mean).toEqual([11, 11, 11, 11]);
    const alone = await model.forecast({ ...here, series: 2, scenarios: [[tenPercentOff]] });
    expect(alone.base).toBe(40);
    expect(alone.scenarios[0]!.total).toBe(44);
  });

  test("a difference that two covariates make together is split between them, and the parts add up", async () => {
    // Together they sell 4 more a step than each does alone: half of that is either's.
    const model = session((price, promotion) => 20 - price + promotion * (2 + 4 * Number(price < 10)));
    const both: WhatIfChange[] = [tenPercentOff, { covariate: "promotion", operation: "set", value: 1 }];
    const { base, scenarios } = await model.forecast({ ...here, scenarios: [both] });
    const { moved, total } = scenarios[0]!;
    expect(moved).toEqual([
      { factor: "price", change: 4 * (1 + 2) },
      { factor: "promotion", change: 4 * (2 + 2) },
    ]);
    expect(moved.reduce((sum, { change }) => sum + change, 0)).toBeCloseTo(total - base, 9);
  });

  test("warn beyond the range that training has seen, and of values it hardly saw", async () => {
    const codes = async (value: number) => {
      const changes: WhatIfChange[] = [{ covariate: "price", operation: "set", value }];
      const { scenarios } = await session().forecast({ ...here, scenarios: [changes] });
      return scenarios[0]!.warnings.map(({ code }) => code);
    };
    expect(await codes(11)).toEqual([]);
    expect(await codes(13)).toEqual(["scenario-out-of-range"]);
    expect(await codes(11.5)).toEqual(["scenario-rarely-seen"]);
  });

  test("say what they cannot do", async () => {
    const unknown: WhatIfChange[] = [{ covariate: "prize", operation: "set", value: 1 }];
    const { scenarios } = await session().forecast({ ...here, scenarios: [unknown] });
    expect(scenarios[0]!.warnings[0]!.message).toContain("`prize` is not a known covariate");
    expect(scenarios[0]!.total).toBe(40);
  });

  test("of the experiment file become changes with dates and series", () => {
    const scenario = { name: "a", set: { price: "- 10 %", promotion: true }, from: "2024-01-02", series: { store: 7 } };
    expect(changesOf(scenario)).toEqual({
      changes: [
        { covariate: "price", operation: "multiply", value: 0.9, from: "2024-01-02" },
        { covariate: "promotion", operation: "set", value: 1, from: "2024-01-02" },
      ],
      where: { store: "7" },
    });
  });
});

describe("goal seek", () => {
  const price = { covariate: "price", operation: "set" as const };

  test("finds the value on a straight line, within what training has seen", async () => {
    const found = await seekGoal(session(), { ...here, changes: [], lever: price, goal: 37 });
    expect(found.reached).toBe(true);
    expect(found.value).toBeCloseTo(10.75, 2);
    expect(found.answer.total).toBeCloseTo(37, 1);
  });

  test("of two values that reach it takes the one nearer to how things are", async () => {
    const hill = session((value) => 20 - (value - 9) ** 2);
    const found = await seekGoal(hill, { ...here, changes: [], lever: { ...price, range: [5, 15] }, goal: 60 });
    expect(found.value).toBeCloseTo(9 + Math.sqrt(5), 1);
  });

  test("says honestly that a goal is out of reach, with the nearest value", async () => {
    const found = await seekGoal(session(), { ...here, changes: [], lever: price, goal: 1000 });
    expect(found.reached).toBe(false);
    expect(found.value).toBe(8);
    expect(found.answer.total).toBe(48);
  });
});

describe("optimisation", () => {
  const lever = { covariate: "price", operation: "set" as const, range: [8, 18] as [number, number] };

  test("finds the price of the largest turnover inside its range, and tells where training saw none such", async () => {
    // (20 − p) p is largest at 10; with 24 − p it is at 12.
    const model = session((price) => 24 - price);
    const found = await seekOptimum(model, {
      ...here,
      changes: [],
      levers: [lever],
      direction: "maximise",
      worth: "price",
    });
    expect(found.values[0]!.value).toBeCloseTo(12, 1);
    expect(found.values[0]!.atBound).toBe(false);
    expect(found.objective.best).toBeCloseTo(4 * 144, 0);
    const beyond = await seekOptimum(
      session((price) => 40 - price),
      {
        ...here,
        changes: [],
        levers: [lever],
        direction: "maximise",
        worth: "price",
      },
    );
    expect(beyond.values[0]!.atBound).toBe(true);
    expect(beyond.answer.warnings.map(({ code }) => code)).toEqual(["scenario-out-of-range"]);
  });

  test("stays within the budget", async () => {
    const model = session((price, promotion) => 20 - price + 3 * promotion);
    const levers = [lever, { covariate: "promotion", operation: "set" as const, range: [0, 1] as [number, number] }];
    // One unit of promotion at each of four steps costs 4 × 5; half of it is affordable.
    const budget = { limit: 10, costs: { promotion: 5 } };
    const found = await seekOptimum(model, { ...here, changes: [], levers, direction: "maximise", budget });
    expect(found.cost).toBeLessThanOrEqual(10);
    expect(found.values[0]!.value).toBeCloseTo(8, 0);
    expect(found.values[1]!.value).toBeGreaterThan(0.4);
  });

  test("gives the same answer twice", async () => {
    const ask = () => seekOptimum(session(), { ...here, changes: [], levers: [lever], direction: "minimise" });
    expect(await ask()).toEqual(await ask());
  });
});
