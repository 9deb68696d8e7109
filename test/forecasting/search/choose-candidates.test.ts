import { describe, expect, test } from "vitest";
import { forecasters } from "../../../daemon/forecasting/models/registry.ts";
import { chooseCandidates } from "../../../daemon/forecasting/search/choose-candidates.ts";
import type { PanelFacts } from "../../../daemon/forecasting/search/panel-facts.ts";
import { type Experiment, experimentSchema } from "../../../protocol/experiment/schema.ts";

const facts: PanelFacts = {
  series: 10,
  medianLength: 100,
  longest: 120,
  rows: 1000,
  seasons: [12],
  intermittent: 0,
  constant: 0,
  known: 0,
};

function experiment(search: Record<string, unknown>): Experiment {
  return experimentSchema.parse({
    data: { source: "a.csv", time: "date", target: "y" },
    forecast: { horizon: 6 },
    search,
  });
}

function choose(
  search: Record<string, unknown>,
  about: Partial<PanelFacts> = {},
): { tried: string[]; reasons: Map<string, string> } {
  const { candidates, skipped } = chooseCandidates(forecasters, experiment(search), { ...facts, ...about });
  return { tried: candidates.map(({ id }) => id), reasons: new Map(skipped.map(({ id, reason }) => [id, reason])) };
}

describe("candidates", () => {
  test("models of intermittent demand are for intermittent series", () => {
    expect(choose({}).reasons.get("croston")).toBe("No series is intermittent.");
    expect(choose({}, { intermittent: 0.4 }).tried).toContain("croston");
  });

  test("the preset decides about networks", () => {
    expect(choose({ preset: "fast" }).tried).not.toContain("mlp");
    expect(choose({}).tried).toContain("mlp");
    expect(choose({}).tried).not.toContain("fusion");
    expect(choose({ preset: "best" }).tried).toContain("fusion");
  });

  test("models that learn from known factors come right after the yardsticks", () => {
    const precedes = ({ tried }: { tried: string[] }, first: string, second: string): boolean =>
      tried.indexOf(first) < tried.indexOf(second);
    expect(precedes(choose({}, { known: 2 }), "boosting", "auto-ets")).toBe(true);
    expect(precedes(choose({}, { known: 2 }), "seasonal-naive", "linear")).toBe(true);
    // It costs no more than they do.
    expect(precedes(choose({}, { known: 2 }), "auto-theta", "linear")).toBe(true);
    expect(precedes(choose({}), "auto-theta", "linear")).toBe(true);
    expect(precedes(choose({}), "auto-arima", "mlp")).toBe(true);
    expect(precedes(choose({}, { rows: 100_000 }), "mlp", "auto-arima")).toBe(true);
  });

  test("a history that is too short is a reason with figures", () => {
    const { reasons } = choose({}, { longest: 2, seasons: [] });
    expect(
      [...reasons.values()].some((reason) => /needs \d+ steps of history; the longest series has 2\./.test(reason)),
    ).toBe(true);
  });

  test("named models are tried whatever the data say, with their hyperparameters", () => {
    expect(choose({ models: ["croston", "fusion"] }).tried).toEqual(["croston", "fusion"]);
    const { candidates } = chooseCandidates(
      forecasters,
      experiment({ models: { "seasonal-naive": { season: 6 }, naive: null } }),
      facts,
    );
    expect(candidates.map(({ id, options }) => [id, options])).toEqual([
      ["seasonal-naive", { season: 6 }],
      ["naive", {}],
    ]);
  });

  test("trials limit how many are tried", () => {
    const { tried, reasons } = choose({ trials: 3 });
    expect(tried).toHaveLength(3);
    expect(reasons.get("mlp")).toBe("The search was limited to 3 trials.");
  });
});
