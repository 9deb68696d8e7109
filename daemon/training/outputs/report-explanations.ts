import { packColumn } from "../../../protocol/column.ts";
import type { Explanations } from "../../../protocol/report.ts";
import { factorValue } from "../../forecasting/explain/factor-value.ts";
import type { FactorWorth, RunExplanation } from "../../forecasting/explain/run-explanation.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { finiteOrNull } from "./leaderboard.ts";

function reportWorth({ factor, drop, deviation, byStep, groups }: FactorWorth) {
  return {
    factor,
    drop,
    deviation,
    byStep: byStep.map(finiteOrNull),
    groups: groups.map(({ group, drop: own }) => ({ group, drop: finiteOrNull(own) })),
  };
}

/** The report's entry of an explanation of the forecast of `model`. */
export function reportExplanations(panel: Panel, explanation: RunExplanation, model: string): Explanations {
  const { attribution, global, interactions, permutation } = explanation;
  const { factors, horizon, baseline, contributions, standardError } = attribution;
  const width = factors.length * horizon;
  return {
    model,
    factors: [...factors],
    exact: attribution.exact,
    global: global.map((row) => ({ ...row })),
    ...(interactions.length === 0
      ? {}
      : {
          interactions: interactions.map(({ factors: [a, b], meanAbs }) => ({
            factors: [a, b] as [string, string],
            meanAbs,
          })),
        }),
    ...(permutation.length === 0 ? {} : { permutation: permutation.map(reportWorth) }),
    series: attribution.series.map((series, row) => ({
      series,
      baseline: packColumn(baseline.subarray(row * horizon, (row + 1) * horizon)),
      contributions: packColumn(contributions.subarray(row * width, (row + 1) * width)),
      values: packColumn(
        Array.from({ length: width }, (_, cell) =>
          factorValue(panel, attribution, factors[cell % factors.length]!, row, Math.floor(cell / factors.length)),
        ),
      ),
      ...(standardError === undefined
        ? {}
        : { standardError: packColumn(standardError.subarray(row * width, (row + 1) * width)) }),
    })),
  };
}
