import type { OptimumAnswer, WhatIfCovariate } from "../../protocol/what-if.ts";
import { fill, h } from "../shared/dom.ts";
import { formatChange, formatNumber, joinWords, relativeChange } from "../shared/format.ts";
import { movable } from "./goal.ts";
import type { Model } from "./model.ts";
import { type Plan, plannedChanges, withChange } from "./plan.ts";
import type { WhatIfState } from "./state.ts";

/** Covariates that one search may move together. */
const mostLevers = 6;

/** Optimisation over ranges, with a budget where changes cost something. Nothing without a numeric covariate. */
export function optimumForm(
  covariates: readonly WhatIfCovariate[],
  model: Model,
  series: () => number,
  state: () => WhatIfState,
  target: string,
): HTMLElement | null {
  const levers = movable(covariates).map(leverRow);
  if (levers.length === 0) return null;
  const result = h("p", { class: "muted", role: "status" });
  const direction = h("select", { "aria-label": "Direction" }, h("option", {}, "largest"), h("option", {}, "smallest"));
  const worth = h(
    "select",
    { "aria-label": "What is sought" },
    h("option", { value: "" }, `total ${target}`),
    levers.map(({ name }) => h("option", { value: name }, `${target} × ${name}`)),
  );
  const limit = h("input", { type: "number", step: "any", "aria-label": "Budget", placeholder: "no budget" });
  const seek = async () => {
    const chosen = levers.filter((lever) => lever.chosen()).slice(0, mostLevers);
    if (chosen.length === 0) {
      fill(result, "Tick at least one covariate that may move.");
      return;
    }
    const { plan, span, reach } = state();
    const others = chosen.reduce((rest, { name }) => withChange(rest, name, undefined), plan);
    const costs = Object.fromEntries(chosen.flatMap(({ name, cost }) => (cost() === 0 ? [] : [[name, cost()]])));
    fill(result, "Searching…");
    const found = await model.optimum({
      series: series(),
      ...reach,
      changes: plannedChanges(others),
      levers: chosen.map(({ name, range }) => ({
        covariate: name,
        operation: "set" as const,
        range: range(),
        ...span,
      })),
      direction: direction.selectedIndex === 0 ? "maximise" : "minimise",
      ...(worth.value === "" ? {} : { worth: worth.value }),
      ...(limit.value === "" ? {} : { budget: { limit: Number(limit.value), costs } }),
    });
    state().propose(
      found.values.reduce((next, { covariate, value }): Plan => {
        return withChange(next, covariate, { operation: "set", value: Number(value.toPrecision(5)), ...span });
      }, others),
    );
    fill(result, sentence(found, limit.value !== ""));
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
    h(
      "details",
      {},
      h("summary", {}, h("h3", {}, "Find the best values")),
      h("div", { class: "goal-fields" }, "Make the ", direction, " ", worth),
      h(
        "table",
        { class: "levers" },
        h("caption", { class: "visually-hidden" }, "Covariates that may move"),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["May move", "from", "to", "cost of 1 more"].map((title) =>
              h("th", { scope: "col", class: "plain" }, title),
            ),
          ),
        ),
        h(
          "tbody",
          {},
          levers.map(({ element }) => element),
        ),
      ),
      h(
        "div",
        { class: "goal-fields" },
        "for at most ",
        limit,
        h("button", { type: "submit", class: "quiet" }, "Search"),
      ),
      result,
    ),
  );
}

/** One covariate of the form: whether it may move, between what, and at which cost a step. */
function leverRow({ name, minimum, maximum }: WhatIfCovariate, index: number) {
  const number = (label: string, value: number | undefined) => {
    const text = value === undefined ? "" : String(Number(value.toPrecision(5)));
    return h("input", { type: "number", step: "any", value: text, "aria-label": `${label} of ${name}` });
  };
  const box = h("input", { type: "checkbox", checked: index === 0 });
  const [least, most, cost] = [
    number("Least value", minimum),
    number("Greatest value", maximum),
    number("Cost of one more", undefined),
  ];
  return {
    name,
    chosen: () => box.checked,
    range: (): [number, number] => [Number(least.value), Number(most.value)],
    cost: () => Number(cost.value),
    element: h(
      "tr",
      {},
      h("th", { scope: "row" }, h("label", {}, box, " ", name)),
      [least, most, cost].map((field) => h("td", {}, field)),
    ),
  };
}

function sentence({ values, objective, cost, tried }: OptimumAnswer, budgeted: boolean): string {
  const found = joinWords(values.map(({ covariate, value }) => `${covariate} at ${formatNumber(value)}`));
  const bound = values.filter(({ atBound }) => atBound).map(({ covariate }) => covariate);
  return [
    `Best of ${formatNumber(tried)} tried: ${found}, ${formatNumber(objective.best)} against ${formatNumber(objective.base)} as planned (${formatChange(relativeChange(objective.best, objective.base))}).`,
    budgeted ? `It costs ${formatNumber(cost)}.` : "",
    bound.length === 0 ? "" : `${joinWords(bound)} ended at a bound: the best value may lie beyond it.`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}
