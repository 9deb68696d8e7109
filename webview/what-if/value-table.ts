import type { WhatIfCovariate } from "../../protocol/what-if.ts";
import { fill, h } from "../shared/dom.ts";
import type { Following } from "./controls.ts";
import { type Cell, plannedValues } from "./plan.ts";

/** The covariates' values as a table that can be typed into. */
export function valueTable(
  covariates: readonly WhatIfCovariate[],
  dates: readonly string[],
  edit: (name: string, step: number, value: Cell) => void,
): Following {
  const fields = covariates.map((covariate) =>
    dates.map((date, step) => cellInput(covariate, date, (value) => edit(covariate.name, step, value))),
  );
  const title = (text: string) => h("th", { scope: "col", class: "plain" }, text);
  const body = h("tbody");
  fill(
    body,
    dates.map((date, step) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, date),
        fields.map((column) => h("td", {}, column[step]!)),
      ),
    ),
  );
  return {
    element: h(
      "div",
      { class: "table-scroll" },
      h(
        "table",
        { class: "values" },
        h("caption", { class: "visually-hidden" }, "Known covariates over the forecast window"),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            title("Time"),
            covariates.map(({ name }) => title(name)),
          ),
        ),
        body,
      ),
    ),
    follow(plan) {
      covariates.forEach((covariate, column) => {
        plannedValues(covariate, plan).forEach((value, step) => {
          const field = fields[column]![step];
          if (field === undefined) return;
          field.value = typeof value === "number" ? String(Number(value.toPrecision(7))) : (value ?? "");
          field.classList.toggle("changed", value !== covariate.values[step]);
        });
      });
    },
  };
}

function cellInput(
  covariate: WhatIfCovariate,
  date: string,
  edit: (value: Cell) => void,
): HTMLInputElement | HTMLSelectElement {
  const label = `${covariate.name}, ${date}`;
  if (covariate.categories === undefined) {
    const field = h("input", {
      type: "number",
      step: "any",
      "aria-label": label,
      onchange: () => edit(field.value === "" ? null : Number(field.value)),
    });
    return field;
  }
  const select = h(
    "select",
    { "aria-label": label, onchange: () => edit(select.value) },
    covariate.categories.map((option) => h("option", { value: option }, option)),
  );
  return select;
}
