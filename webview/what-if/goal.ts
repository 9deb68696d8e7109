import type { WhatIfCovariate } from "../../protocol/pages.ts";
import { fill, h } from "../shared/dom.ts";
import { formatNumber } from "../shared/format.ts";
import type { Answer } from "./model.ts";
import { type Cell, plannedColumns, seekGoal, withChange } from "./plan.ts";
import type { WhatIfState } from "./state.ts";

/** Goal seek: which value of one covariate brings the forecast's total to a goal? Nothing without a numeric covariate. */
export function goalForm(
  covariates: readonly WhatIfCovariate[],
  forecast: (values: Readonly<Record<string, readonly Cell[]>>) => Promise<Answer>,
  state: () => WhatIfState,
): HTMLElement | null {
  const numeric = covariates.filter(
    ({ categories, minimum, maximum }) => categories === undefined && minimum !== undefined && maximum !== undefined,
  );
  if (numeric.length === 0) return null;
  const result = h("p", { class: "muted", role: "status" });
  const name = h(
    "select",
    { "aria-label": "Covariate to change" },
    numeric.map((covariate) => h("option", {}, covariate.name)),
  );
  const goal = h("input", { type: "number", step: "any", required: true, "aria-label": "Total to reach" });
  const seek = async () => {
    const covariate = numeric[name.selectedIndex]!;
    const planAt = (value: number) =>
      withChange(state().plan, covariate.name, { operation: "set", value, ...state().span });
    const evaluate = async (value: number) => {
      const { mean } = await forecast(plannedColumns(covariates, planAt(value)));
      return mean.reduce((sum, step) => sum + step, 0);
    };
    fill(result, "Searching…");
    // Only values that the model has seen: beyond them its answer means little.
    const found = await seekGoal(evaluate, covariate.minimum!, covariate.maximum!, Number(goal.value));
    state().propose(planAt(Number(found.value.toPrecision(6))));
    const nearest = `${covariate.name} at ${formatNumber(found.value)} gives ${formatNumber(found.total)}`;
    fill(result, found.reached ? `${nearest}.` : `No value seen in training reaches it: ${nearest}, the nearest.`);
  };
  return h(
    "form",
    {
      class: "goal",
      onsubmit: (event: Event) => {
        event.preventDefault();
        seek().catch((error: unknown) => fill(result, error instanceof Error ? error.message : String(error)));
      },
    },
    h("h3", {}, "Reach a goal"),
    h(
      "div",
      { class: "goal-fields" },
      "Which ",
      name,
      " brings the total to ",
      goal,
      h("button", { type: "submit", class: "quiet" }, "Find"),
    ),
    result,
  );
}
