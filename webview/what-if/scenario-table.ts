import { h } from "../shared/dom.ts";
import { formatChange, formatNumber, relativeChange } from "../shared/format.ts";
import { isChanged } from "./plan.ts";
import type { Kept, WhatIfState } from "./state.ts";

/** Kept scenarios and the present plan, one a row, against the forecast. */
export function scenarioTable(state: WhatIfState, target: string): HTMLElement {
  const { kept, plan, answer, base } = state;
  const own: Kept[] = isChanged(plan) ? [{ name: "Changed (above)", plan, answer }] : [];
  const title = (text: string, numeric = false) =>
    h("th", { scope: "col", class: numeric ? "plain numeric" : "plain" }, text);
  const head = h(
    "tr",
    {},
    title("Scenario"),
    title(`Total ${target}`, true),
    title("Difference", true),
    title("Relative", true),
    title("Moved most by"),
    title("Doubts"),
    h("th", { scope: "col", class: "plain" }, h("span", { class: "visually-hidden" }, "Actions")),
  );
  const plain = row({ name: "Forecast as planned", total: base, base, most: "–", doubts: "–" });
  return h(
    "div",
    { class: "card" },
    h(
      "div",
      { class: "table-scroll" },
      h(
        "table",
        {},
        h("caption", { class: "visually-hidden" }, "Scenarios side by side"),
        h("thead", {}, head),
        h(
          "tbody",
          {},
          plain,
          own.map((each) => scenarioRow(each, base)),
          kept.map((each, index) => scenarioRow(each, base, buttons(state, each, index))),
        ),
      ),
    ),
  );
}

function scenarioRow({ name, answer }: Kept, base: number | undefined, actions?: HTMLElement): HTMLElement {
  const most = answer?.moved.toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change))[0];
  const doubts = answer?.warnings.filter(({ severity }) => severity === "warning") ?? [];
  return row({
    name,
    total: answer?.total,
    base,
    most: most === undefined || most.change === 0 ? "–" : `${most.factor} (${signed(most.change)})`,
    doubts: doubts.length === 0 ? "–" : doubts.map(({ message }) => message.replaceAll("`", "")).join(" "),
    actions,
  });
}

interface Row {
  readonly name: string;
  readonly total: number | undefined;
  readonly base: number | undefined;
  readonly most: string;
  readonly doubts: string;
  readonly actions?: HTMLElement | undefined;
}

function row({ name, total, base, most, doubts, actions }: Row): HTMLElement {
  const known = total !== undefined && base !== undefined;
  const number = (text: string) => h("td", { class: "numeric" }, text);
  return h(
    "tr",
    {},
    h("th", { scope: "row", class: "scenario-name" }, name),
    number(formatNumber(total)),
    number(known ? signed(total - base) : "–"),
    number(known ? formatChange(relativeChange(total, base)) : "–"),
    h("td", {}, most),
    h("td", { class: "doubts" }, doubts),
    h("td", {}, actions),
  );
}

function buttons(state: WhatIfState, { name, plan }: Kept, index: number): HTMLElement {
  const button = (text: string, label: string, act: () => void) =>
    h("button", { type: "button", class: "quiet", "aria-label": label, onclick: act }, text);
  return h(
    "div",
    { class: "actions" },
    button("Edit", `Edit ${name}`, () => state.propose(plan)),
    button("Remove", `Remove ${name}`, () => state.drop(index)),
  );
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${formatNumber(value)}`;
}
