import type { GoalAnswer, WhatIfCovariate } from "../../protocol/what-if.ts";
import { responseFigure } from "../charts/response.ts";
import { chart } from "../shared/chart.ts";
import { fill, h } from "../shared/dom.ts";
import { formatNumber } from "../shared/format.ts";
import { isSwitch } from "./controls.ts";
import type { Model } from "./model.ts";
import { plannedChanges, withChange } from "./plan.ts";
import type { WhatIfState } from "./state.ts";

/** Covariates that a search may move: numbers that varied, switches between 0 and 1 last. */
export function movable(covariates: readonly WhatIfCovariate[]): WhatIfCovariate[] {
  const varied = covariates.filter(
    ({ categories, minimum, maximum }) =>
      categories === undefined && minimum !== undefined && maximum !== undefined && minimum < maximum,
  );
  return varied.toSorted((a, b) => Number(isSwitch(a)) - Number(isSwitch(b)));
}

/** Goal seek: which value of one covariate brings the forecast's total to a goal? Nothing without a numeric covariate. */
export function goalForm(
  covariates: readonly WhatIfCovariate[],
  model: Model,
  series: () => number,
  state: () => WhatIfState,
  target: string,
): HTMLElement | null {
  const numeric = movable(covariates);
  if (numeric.length === 0) return null;
  const result = h("p", { class: "muted", role: "status" });
  let found: { covariate: string; goal: number; answer: GoalAnswer } | undefined;
  const curve = chart({
    title: "How the total responds",
    summary: () => `Total of the forecast over values of ${found?.covariate ?? ""} that training has seen.`,
    height: 220,
    figure: (theme) =>
      found &&
      responseFigure(found.answer.curve, found.answer.value, found.goal, { x: found.covariate, y: target }, theme),
    table: () => ({
      columns: [found?.covariate ?? "", "Total"],
      rows: (found?.answer.curve ?? []).map(({ value, total }) => [value, total]),
    }),
  });
  curve.element.hidden = true;
  const name = h(
    "select",
    { "aria-label": "Covariate to change" },
    numeric.map((covariate) => h("option", {}, covariate.name)),
  );
  const goal = h("input", { type: "number", step: "any", required: true, "aria-label": "Total to reach" });
  const seek = async () => {
    const covariate = numeric[name.selectedIndex]!;
    const { plan, span, reach } = state();
    const others = withChange(plan, covariate.name, undefined);
    fill(result, "Searching…");
    // Only values that the model has seen: beyond them its answer means little.
    const answer = await model.goal({
      series: series(),
      ...reach,
      changes: plannedChanges(others),
      goal: Number(goal.value),
      lever: { covariate: covariate.name, operation: "set", range: [covariate.minimum!, covariate.maximum!], ...span },
    });
    const value = Number(answer.value.toPrecision(6));
    state().propose(withChange(plan, covariate.name, { operation: "set", value, ...span }));
    const nearest = `${covariate.name} at ${formatNumber(answer.value)} gives ${formatNumber(answer.answer.total)}`;
    fill(result, answer.reached ? `${nearest}.` : `No value seen in training reaches it: ${nearest}, the nearest.`);
    found = { covariate: covariate.name, goal: Number(goal.value), answer };
    curve.element.hidden = false;
    curve.update();
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
    curve.element,
  );
}
