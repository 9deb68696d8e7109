import path from "node:path";
import { describe, expect, test } from "vitest";
import { hasSharedData, sharedData } from "../../../bench/shared-data.ts";
import { leakOf, revealingCovariates } from "../../../daemon/forecasting/features/leaks.ts";
import { screenCovariates } from "../../../daemon/forecasting/features/screen.ts";
import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";
import type { Covariate, Panel } from "../../../daemon/forecasting/panel/panel.ts";
import { loadData } from "../../../daemon/training/experiment/load-data.ts";
import { readExperiment } from "../../../daemon/training/experiment/read-experiment.ts";
import { panelOf } from "../../fixtures/panel.ts";

const horizon = 5;

/** Weekly seasonal demand of three shops at different levels, with what comes after the origin too. */
function demand(past = 120): { panel: Panel; truth: Float64Array; random: () => number } {
  const random = uniformStream(17, "mulberry32");
  const total = past + horizon;
  const truth = Float64Array.from({ length: 3 * total }, (_, row) => {
    const [shop, step] = [Math.floor(row / total), row % total];
    return (shop + 1) * (100 + 20 * Math.sin((2 * Math.PI * step) / 7) + 25 * random());
  });
  const series = [0, 1, 2].map((shop) => ({
    key: `shop ${shop}`,
    past: [...truth.subarray(shop * total, shop * total + past)],
  }));
  return { panel: panelOf(series, horizon), truth, random };
}

type Making = (truth: Float64Array, row: number, shop: number, random: () => number) => number;

/** The demand panel with one more column made of the truth. */
function withColumn(role: "known" | "observed", make: Making, categories?: (values: Float64Array) => Covariate) {
  const { panel, truth, random } = demand();
  const total = truth.length / 3;
  const all = truth.map((_, row) => make(truth, row, Math.floor(row / total), random));
  const values = role === "known" ? all : all.map((value, row) => (row % total < total - horizon ? value : Number.NaN));
  const column = categories === undefined ? { name: "column", values } : categories(values);
  return { panel: { ...panel, [role]: [column] } as Panel, column };
}

describe("columns that reveal the target are found", () => {
  test.each<[string, "known" | "observed", Making, string]>([
    ["the target", "known", (truth, row) => truth[row]!, "it is the target itself"],
    ["on one other scale", "known", (truth, row) => 3 - 2 * truth[row]!, "on another scale"],
    ["on another scale in each series", "known", (t, row, shop) => (7 - 3 * shop) * t[row]! + shop, "another scale"],
    ["rounded to whole numbers", "known", (truth, row) => Math.round(truth[row]!), "another scale"],
    ["with the noise of a float", "known", (t, row, _, random) => t[row]! * (1 + 1e-5 * random()), "another scale"],
    ["as its logarithm", "known", (truth, row) => Math.log(truth[row]!), "another scale"],
    ["falling as it rises", "known", (truth, row) => 1 / truth[row]!, "another scale"],
    ["of the next step", "known", (truth, row) => truth[row + 1] ?? 0, "1 step later"],
    ["of the next step", "observed", (truth, row) => truth[row + 1] ?? 0, "1 step later"],
    ["of three steps later, scaled", "observed", (truth, row) => 0.1 * (truth[row + 3] ?? 0), "3 steps later"],
    ["of two steps before", "known", (truth, row) => truth[row - 2] ?? 0, "2 steps before"],
  ])("%s, as a %s column", (_, role, make, reason) => {
    const { panel, column } = withColumn(role, make);
    expect(leakOf(panel, column)).toContain(reason);
    expect(screenCovariates(panel).usable.has("column")).toBe(false);
  });

  test("a rounded target behind exact numbers", () => {
    const { panel, truth } = demand();
    const target = panel.target.map((value) => Math.round(value));
    const exact = { name: "exact", values: truth };
    expect(leakOf({ ...panel, target, known: [exact] }, exact)).toContain("on another scale");
  });

  test("texts that write the target, and texts that name its values", () => {
    const written = withColumn(
      "known",
      (truth, row) => truth[row]!,
      (values) => {
        const categories = [...new Set(values)].map(String);
        return { name: "column", categories, values: values.map((value) => categories.indexOf(String(value))) };
      },
    );
    expect(leakOf(written.panel, written.column)).toContain("the target itself");
    const { panel, truth } = demand();
    const level = (value: number): number => Math.floor(value / 10);
    const target = panel.target.map((value) => 10 * level(value));
    const categories = Array.from({ length: 60 }, (_, index) => `level ${index}`);
    const named = { name: "named", values: truth.map(level), categories };
    expect(leakOf({ ...panel, target, known: [named] }, named)).toContain("its texts tell the target");
  });

  test("in many short series, on one scale", () => {
    const random = uniformStream(3, "mulberry32");
    const pasts = Array.from({ length: 20 }, () => Array.from({ length: 8 }, () => Math.floor(100 * random())));
    const panel = panelOf(
      pasts.map((past, index) => ({ key: `${index}`, past, known: { answer: [...past.map((y) => 2 * y + 1), 0, 0] } })),
      2,
    );
    expect(leakOf(panel, panel.known[0]!)).toContain("the target itself");
  });

  test("an observed column equal to the target, which adds nothing to it", () => {
    const { panel } = demand();
    const { dropped } = screenCovariates({ ...panel, observed: [{ name: "twin", values: panel.target.slice() }] });
    expect(dropped).toEqual([{ name: "twin", reason: "it equals the target" }]);
  });
});

describe("columns that only help are kept", () => {
  test.each<[string, "known" | "observed", Making]>([
    ["a good forecast of it", "known", (truth, row, _, random) => truth[row]! * (0.97 + 0.06 * random())],
    ["what lies a whole window back", "known", (truth, row) => truth[row - horizon] ?? 0],
    ["an observed share of it", "observed", (truth, row) => 0.3 * truth[row]!],
    ["what was observed before", "observed", (truth, row) => truth[row - 1] ?? 0],
    ["whether it is high", "known", (truth, row, shop) => (truth[row]! > 110 * (shop + 1) ? 1 : 0)],
    [
      "one of a dozen points that it lies next to, as prices may be",
      "known",
      (t, row) => 10 * Math.round(t[row]! / 10),
    ],
    ["a trend", "known", (truth, row) => row % (truth.length / 3)],
  ])("%s, as a %s column", (_, role, make) => {
    const { panel, column } = withColumn(role, make);
    expect(leakOf(panel, column)).toBeUndefined();
  });

  test("a trend beside a target that only rises", () => {
    const past = Array.from({ length: 60 }, (_, step) => step ** 1.5);
    const known = { day: Array.from({ length: 65 }, (_, step) => step) };
    const panel = panelOf([{ past, known }], horizon);
    expect(leakOf(panel, panel.known[0]!)).toBeUndefined();
  });

  test
    .skipIf(!hasSharedData("bike_hourly"))
    .each(["bike_hourly", "epf", "orange_juice", "seattle", "stallion", "vic_elec"])(
    "all columns of %s",
    async (set) => {
      const { panel } = await loadData(
        await readExperiment(path.join(sharedData, set, "experiment.forecast.yaml")),
        {},
      );
      expect(revealingCovariates(panel)).toEqual([]);
    },
  );
});
