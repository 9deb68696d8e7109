import type { WhatIfCovariate } from "../../protocol/pages.ts";
import { fill, h } from "../shared/dom.ts";
import { formatNumber } from "../shared/format.ts";
import { type Cell, type Change, outsideRange, type Plan, plannedValues } from "./plan.ts";

/** Steps that changes hold for; both ends belong to it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A part of the page that follows the plan without being made anew, so that a drag or the focus in it goes on. */
export interface Following {
  readonly element: HTMLElement;
  follow(plan: Plan): void;
}

type Setter = (value: number | string | undefined, operation: Change["operation"]) => void;

/** One control a covariate: a choice for text and for yes or no, a slider for other numbers. */
export function covariateControl(
  covariate: WhatIfCovariate,
  span: () => Span,
  change: (change: Change | undefined) => void,
): Following {
  const words = h("span", { class: "muted" });
  const outside = h("p", { class: "outside" });
  const set: Setter = (value, operation) => change(value === undefined ? undefined : { operation, value, ...span() });
  const options = covariate.categories ?? (isSwitch(covariate) ? ["0", "1"] : undefined);
  const input = options === undefined ? slider(covariate.name, set) : choice(covariate, options, set);
  return {
    element: h(
      "div",
      { class: "control" },
      h("div", { class: "control-head" }, h("strong", {}, covariate.name), words),
      input.element,
      outside,
    ),
    follow(plan) {
      const steps = outsideRange(covariate, plannedValues(covariate, plan)).length;
      words.textContent = describe(covariate, plan.changes[covariate.name]);
      outside.hidden = steps === 0;
      outside.textContent = steps === 0 ? "" : outsideText(covariate, steps);
      input.follow(plan);
    },
  };
}

function slider(name: string, set: Setter): Following {
  const element = h("input", {
    ...{ type: "range", min: 0.5, max: 1.5, step: 0.01 },
    "aria-label": `Change of ${name}`,
    oninput: () => {
      const value = Number(element.value);
      set(value === 1 ? undefined : value, "multiply");
    },
  });
  return {
    element,
    follow({ changes }) {
      const change = changes[name];
      const factor = change?.operation === "multiply" ? Number(change.value) : 1;
      element.value = String(factor);
      element.setAttribute("aria-valuetext", percent(factor));
    },
  };
}

function choice({ name, categories }: WhatIfCovariate, options: readonly string[], set: Setter): Following {
  const element = h(
    "select",
    { "aria-label": `Value of ${name}`, onchange: () => pick(element.value) },
    h("option", { value: "" }, "as planned"),
    options.map((option) => h("option", { value: option }, option)),
  );
  const pick = (text: string) => {
    const value = categories === undefined ? Number(text) : text;
    set(text === "" ? undefined : value, "set");
  };
  return {
    element,
    follow: ({ changes }) => {
      element.value = String(changes[name]?.value ?? "");
    },
  };
}

/** A number that only ever was 0 or 1. */
function isSwitch({ minimum, maximum, values }: WhatIfCovariate): boolean {
  return minimum === 0 && maximum === 1 && values.every((value) => value === 0 || value === 1);
}

function describe({ values }: WhatIfCovariate, change: Change | undefined): string {
  if (change?.operation === "multiply") return percent(Number(change.value));
  if (change !== undefined)
    return `set to ${typeof change.value === "number" ? formatNumber(change.value) : change.value}`;
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length === 0) return "as planned";
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return low === high ? `planned ${formatNumber(low)}` : `planned ${formatNumber(low)} to ${formatNumber(high)}`;
}

function percent(factor: number): string {
  const change = Math.round((factor - 1) * 100);
  const sign = change > 0 ? "+" : change < 0 ? "−" : "";
  return `${sign}${Math.abs(change)}\u202f%`;
}

function outsideText({ minimum, maximum }: WhatIfCovariate, steps: number): string {
  const range = `${formatNumber(minimum ?? null)} to ${formatNumber(maximum ?? null)}`;
  return `${steps} ${steps === 1 ? "step lies" : "steps lie"} outside of ${range}, all the model has seen: take care.`;
}

/** First and last step that changes hold for. */
export function spanControl(dates: readonly string[], span: () => Span, change: (span: Span) => void): HTMLElement {
  const select = (name: string, chosen: number, pick: (step: number) => Span) => {
    const element = h(
      "select",
      {
        "aria-label": name,
        onchange: () => {
          change(pick(element.selectedIndex));
          show();
        },
      },
      dates.map((date) => h("option", {}, date)),
    );
    element.selectedIndex = chosen;
    return element;
  };
  const from = select("First step of the change", span().from, (step) => ({
    from: step,
    to: Math.max(step, span().to),
  }));
  const to = select("Last step of the change", span().to, (step) => ({ from: Math.min(span().from, step), to: step }));
  const show = () => {
    from.selectedIndex = span().from;
    to.selectedIndex = span().to;
  };
  const word = (text: string) => h("span", { class: "muted" }, text);
  return h("div", { class: "control span" }, word("from"), from, word("to"), to);
}

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
      ...{ type: "number", step: "any", "aria-label": label },
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
