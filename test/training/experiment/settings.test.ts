import { expect, test } from "vitest";
import { readExperiment } from "../../../daemon/training/experiment/read-experiment.ts";
import { resolveSettings } from "../../../daemon/training/experiment/settings.ts";
import { panelOf } from "../../fixtures/panel.ts";

test("models are judged on 30 series for each second of the budget, on 2000 at least and on 20000 at most", async () => {
  const text = "data: { source: a.csv, time: date, target: y }\nforecast: { horizon: 7 }\nsearch: { seed: 5 }\n";
  const { experiment } = await readExperiment("a.forecast.yaml", { text });
  const panel = panelOf([{ past: [1, 2, 3, 4] }], 7);
  const sampleOf = (budgetSeconds: number) => resolveSettings(experiment, panel, ["cpu"], budgetSeconds).plan.sample;
  expect([1, 60, 100, 600, 36_000].map((seconds) => sampleOf(seconds)?.most)).toEqual([
    2_000, 2_000, 3_000, 18_000, 20_000,
  ]);
  expect(sampleOf(1)?.seed).toBe(5);
});
