import { describe, expect, test } from "vitest";
import { boosting } from "../../../daemon/forecasting/models/boosting/forecaster.ts";
import type { FitContext, Forecaster } from "../../../daemon/forecasting/models/forecaster.ts";
import { linear } from "../../../daemon/forecasting/models/linear/forecaster.ts";
import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";
import type { Covariate, Panel } from "../../../daemon/forecasting/panel/panel.ts";
import { panelOf } from "../../fixtures/panel.ts";
import { contextFor } from "../models/demand-panel.ts";

const [series, past] = [12, 300];

const models: [string, (panel: Panel) => ReturnType<Forecaster["fit"]>][] = [
  ["boosting", (panel) => boosting.fit(panel, boosting.options.parse({ rounds: 100, rows: 4000 }), contextOf(panel))],
  ["linear", (panel) => linear.fit(panel, linear.options.parse({ rows: 4000 }), contextOf(panel))],
];
const contextOf = ({ futureSteps }: Panel): FitContext => ({ ...contextFor(), horizon: futureSteps });

/** Demand around 100 that a text moves by up to 40: by that of the day itself, or by that of the day before. */
function textPanel(
  texts: number,
  delay: 0 | 1,
  horizon: number,
): { panel: Panel; column: Covariate; truth: Float64Array } {
  const random = uniformStream(8, "mulberry32");
  const total = past + horizon;
  const effects = Float64Array.from({ length: texts }, () => 80 * random() - 40);
  const values = Float64Array.from({ length: series * total }, () => Math.floor(random() * texts));
  const demand = values.map((_, row) => 100 + effects[values[Math.max(0, row - delay)]!]! + 4 * random());
  const pasts = Array.from({ length: series }, (_, index) => ({
    key: `shop ${index}`,
    past: [...demand.subarray(index * total, index * total + past)],
  }));
  const categories = Array.from({ length: texts }, (_, index) => `text ${index}`);
  const truth = demand.filter((_, row) => row % total >= past);
  return { panel: panelOf(pasts, horizon), column: { name: "text", values, categories }, truth };
}

function meanError(mean: Float64Array, truth: Float64Array): number {
  return truth.reduce((sum, value, at) => sum + Math.abs(value - mean[at]!), 0) / truth.length;
}

describe.each(models)("texts of each row in %s", (_, fit) => {
  const forecastOf = async (panel: Panel) => (await fit(panel)).predict(panel, contextOf(panel));

  test.each([5, 300])("a known text of %d values moves the forecast of its day", async (texts) => {
    const { panel, column, truth } = textPanel(texts, 0, 3);
    const without = await forecastOf(panel);
    const told: Panel = { ...panel, known: [column] };
    const fitted = await fit(told);
    const forecast = await fitted.predict(told, contextOf(told));
    expect(meanError(forecast.mean, truth)).toBeLessThan(0.5 * meanError(without.mean, truth));
    const renamed = { ...column, categories: column.categories!.map((text) => `new ${text}`) };
    const unseen = await fitted.predict({ ...panel, known: [renamed] }, contextOf(panel));
    expect(unseen.mean.every(Number.isFinite)).toBe(true);
  });

  test.each([5, 300])("an observed text of %d values moves the forecast of the next day", async (texts) => {
    const { panel, column, truth } = textPanel(texts, 1, 1);
    const seen = column.values.map((code, row) => (Number.isNaN(panel.target[row]!) ? Number.NaN : code));
    const without = await forecastOf(panel);
    const forecast = await forecastOf({ ...panel, observed: [{ ...column, values: seen }] });
    expect(meanError(forecast.mean, truth)).toBeLessThan(0.5 * meanError(without.mean, truth));
  });
});
