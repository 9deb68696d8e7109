import type { ReportSummary } from "../../protocol/report.ts";
import { movedFigure } from "../charts/moved.ts";
import { type ScenarioLine, scenarioFigure } from "../charts/scenario.ts";
import { chart } from "../shared/chart.ts";
import { fill, h } from "../shared/dom.ts";
import { formatChange, formatNumber, formatTime, relativeChange } from "../shared/format.ts";
import { problemList } from "../shared/problems.ts";
import type { Selection } from "../shared/selection.ts";
import { isChanged } from "./plan.ts";
import { scenarioTable } from "./scenario-table.ts";
import type { WhatIfState } from "./state.ts";

/** Where the answer is shown: totals, warnings, charts, and the scenarios side by side. */
export function answerView(summary: ReportSummary, selection: Selection, state: () => WhatIfState) {
  const { target, unit, frequency } = summary.experiment;
  const label = unit === undefined ? target : `${target} (${unit})`;
  const totals = h("dl", { class: "tiles" });
  const notes = h("div", { "aria-live": "polite" });
  const lines = (): ScenarioLine[] => {
    const { answer, kept } = state();
    const own = answer === undefined ? [] : [{ name: "Changed", mean: answer.mean, quantiles: answer.quantiles }];
    const others = kept.flatMap(({ name, answer: theirs }) =>
      theirs === undefined ? [] : [{ name, mean: theirs.mean }],
    );
    return [...own, ...others];
  };
  const forecast = chart({
    title: "Forecast and what it would be",
    summary: () => {
      const { answer, base, covariates } = state();
      if (answer !== undefined && base !== undefined) return sentence(base, answer.total);
      return covariates.length === 0 ? "As the run forecast it." : "Move a control, or type into the table below.";
    },
    empty: "This series has no forecast in this report.",
    height: 380,
    figure: (theme) => selection.view && scenarioFigure(selection.view, lines(), theme, { target: label, frequency }),
    table: () => ({
      columns: ["Time", "Forecast", ...lines().map(({ name }) => name)],
      rows: (selection.view?.futureTimes ?? []).map((time, step) => [
        formatTime(time, frequency),
        selection.view?.mean[step] ?? null,
        ...lines().map(({ mean }) => mean[step] ?? null),
      ]),
    }),
  });
  const moved = chart({
    title: "Which factor moved it",
    summary: () =>
      "Difference of the total over the forecast window, split among the changed covariates (Shapley values).",
    empty: "Nothing is changed yet.",
    height: () => 90 + 34 * Math.max(1, state().answer?.moved.length ?? 1),
    figure: (theme) => {
      const list = state().answer?.moved ?? [];
      return list.length === 0 ? undefined : movedFigure(list, label, theme);
    },
    table: () => ({
      columns: ["Factor", "Change"],
      rows: (state().answer?.moved ?? []).map(({ factor, change }) => [factor, change]),
    }),
  });
  const beside = h("section", { class: "part" });
  const draw = () => {
    const { failure, answer, base, kept, opened, plan, asking } = state();
    totals.setAttribute("aria-busy", String(asking));
    fill(totals, tiles(base, answer?.total ?? (isChanged(plan) ? undefined : base)));
    fill(
      notes,
      failure === undefined
        ? problemList([...opened.warnings, ...(answer?.warnings ?? [])])
        : h("p", { class: "failure-note", role: "alert" }, failure),
      asking && base === undefined ? h("p", { class: "muted waiting" }, "Opening the trained model…") : null,
    );
    beside.hidden = kept.length === 0;
    fill(beside, h("h2", {}, "Side by side"), scenarioTable(state(), target));
    forecast.update();
    moved.update();
  };
  return {
    totals,
    notes,
    draw,
    charts: h("div", { class: "stack" }, forecast.element, moved.element),
    scenarios: beside,
  };
}

function tiles(base: number | undefined, changed: number | undefined): HTMLElement[] {
  const tile = (label: string, value: string) =>
    h("div", { class: "tile" }, h("dt", {}, label), h("dd", {}, h("span", { class: "figure" }, value)));
  const known = base !== undefined && changed !== undefined;
  const difference = known ? changed - base : undefined;
  return [
    tile("Forecast, total", formatNumber(base)),
    tile("Changed, total", formatNumber(changed)),
    tile("Difference", `${(difference ?? 0) > 0 ? "+" : ""}${formatNumber(difference)}`),
    tile("Relative", known ? formatChange(relativeChange(changed, base)) : "–"),
  ];
}

function sentence(base: number, changed: number): string {
  return `The total over the window goes from ${formatNumber(base)} to ${formatNumber(changed)} (${formatChange(relativeChange(changed, base))}).`;
}
