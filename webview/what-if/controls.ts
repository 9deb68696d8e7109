import type { WhatIfCovariate } from "../../protocol/what-if.ts";
import { h } from "../shared/dom.ts";
import { formatNumber, formatPercent } from "../shared/format.ts";
import { type Change, outsideRange, type Plan, plannedValues } from "./plan.ts";
import { supportStrip } from "./support.ts";

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
  const input = options === undefined ? slider(covariate, set) : choice(covariate, options, set);
  const strip = options === undefined ? supportStrip(covariate) : undefined;
  return {
    element: h(
      "div",
      { class: "control" },
      h("div", { class: "control-head" }, h("strong", { title: covariate.name }, covariate.name), words),
      strip?.element,
      input.element,
      outside,
    ),
    follow(plan) {
      const values = plannedValues(covariate, plan);
      const steps = outsideRange(covariate, values).filter((step) => values[step] !== covariate.values[step]).length;
      words.textContent = describe(covariate, plan.changes[covariate.name]);
      outside.hidden = steps === 0;
      outside.textContent = steps === 0 ? "" : outsideText(covariate, steps);
      strip?.follow(values);
      input.follow(plan);
    },
  };
}

/** How a slider moves a number: by a factor, by an amount, or to one value for the whole span. */
type Mode = "multiply" | "add" | "set";

const modes: readonly { readonly mode: Mode; readonly label: string }[] = [
  { mode: "multiply", label: "by %" },
  { mode: "add", label: "by amount" },
  { mode: "set", label: "to value" },
];

function slider(covariate: WhatIfCovariate, set: Setter): Following {
  const { name } = covariate;
  // Percent of a temperature below zero would mean nothing.
  let mode: Mode = (covariate.minimum ?? 0) < 0 ? "add" : "multiply";
  const element = h("input", {
    type: "range",
    "aria-label": `Change of ${name}`,
    oninput: () => {
      const value = Number(element.value);
      set(value === neutral[mode] ? undefined : value, mode);
    },
  });
  const select = h(
    "select",
    {
      class: "mode",
      "aria-label": `How ${name} is changed`,
      onchange: () => {
        mode = modes[select.selectedIndex]!.mode;
        range();
        set(undefined, mode);
      },
    },
    modes.map(({ label }) => h("option", {}, label)),
  );
  const range = () => {
    const [least, most, step] = limits(covariate, mode);
    Object.assign(element, { min: String(least), max: String(most), step: String(step) });
  };
  range();
  return {
    element: h("div", { class: "slide" }, element, select),
    follow({ changes }) {
      const change = changes[name];
      if (change !== undefined && typeof change.value === "number" && change.operation !== mode) {
        mode = change.operation;
        range();
      }
      select.selectedIndex = modes.findIndex((each) => each.mode === mode);
      element.value = String(change === undefined ? (neutral[mode] ?? centre(covariate)) : change.value);
      element.setAttribute("aria-valuetext", describe(covariate, change));
    },
  };
}

/** Where a slider stands when nothing is changed. */
const neutral: Readonly<Record<Mode, number | undefined>> = { multiply: 1, add: 0, set: undefined };

/** Least and greatest value and step of a slider. */
function limits(covariate: WhatIfCovariate, mode: Mode): [number, number, number] {
  if (mode === "multiply") return [0.5, 1.5, 0.01];
  const { minimum = 0, maximum = 1 } = covariate;
  const width = maximum - minimum || Math.abs(maximum) || 1;
  const step = 10 ** Math.floor(Math.log10(width / 100));
  const round = (value: number) => Number((Math.round(value / step) * step).toPrecision(8));
  return mode === "add"
    ? [round(-width / 2), round(width / 2), step]
    : [round(minimum - width / 4), round(maximum + width / 4), step];
}

function centre({ values }: WhatIfCovariate): number {
  const numbers = values.filter((value) => typeof value === "number");
  return numbers.reduce((sum, value) => sum + value, 0) / Math.max(1, numbers.length);
}

function choice(covariate: WhatIfCovariate, options: readonly string[], set: Setter): Following {
  const { name, categories } = covariate;
  const element = h(
    "select",
    { "aria-label": `Value of ${name}`, onchange: () => pick(element.value) },
    h("option", { value: "" }, "as planned"),
    options.map((option, index) => h("option", { value: option }, `${option}${seenWords(covariate, options, index)}`)),
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

/** How often training has seen one of a few values. */
function seenWords({ support }: WhatIfCovariate, options: readonly string[], index: number): string {
  const shares = support?.shares ?? [];
  const share = options.length === shares.length ? shares[index] : index === 0 ? shares[0] : shares.at(-1);
  return share === undefined ? "" : ` (${formatPercent(share)} of the past)`;
}

/** A number that only ever was 0 or 1. */
export function isSwitch({ minimum, maximum, support, values }: WhatIfCovariate): boolean {
  const between = support?.shares.slice(1, -1).some((share) => share > 0) ?? false;
  return minimum === 0 && maximum === 1 && !between && values.every((value) => value === 0 || value === 1);
}

function describe({ values }: WhatIfCovariate, change: Change | undefined): string {
  if (change?.operation === "multiply") return percent(Number(change.value));
  if (change?.operation === "add")
    return `${Number(change.value) < 0 ? "−" : "+"}${formatNumber(Math.abs(Number(change.value)))}`;
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
  return `${steps} ${steps === 1 ? "step lies" : "steps lie"} outside of ${range}, all that training has seen of it in this series: take care.`;
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
