import type { ReportSummary } from "../../protocol/report.ts";
import { movedFigure } from "../charts/moved.ts";
import { scenarioFigure } from "../charts/scenario.ts";
import { chart } from "../shared/chart.ts";
import type { DetailSource } from "../shared/details.ts";
import { fill, h } from "../shared/dom.ts";
import { seriesFacts } from "../shared/facts.ts";
import { formatChange, formatNumber, formatTime, metricName } from "../shared/format.ts";
import type { Host } from "../shared/host.ts";
import { picker } from "../shared/picker.ts";
import { problemList } from "../shared/problems.ts";
import { chooseFirst, createSelection, type Selection } from "../shared/selection.ts";
import { covariateControl, type Following, spanControl, valueTable } from "./controls.ts";
import { goalForm } from "./goal.ts";
import { hostModel, type Model } from "./model.ts";
import { emptyPlan, isChanged, scenarioEntry, withCell, withChange } from "./plan.ts";
import { createWhatIf, type WhatIfState } from "./state.ts";

/** Builds the what-if page: change known covariates, see what the trained model would forecast. */
export async function buildWhatIf(
  page: HTMLElement,
  summary: ReportSummary,
  details: Promise<DetailSource>,
  host: Host | undefined,
): Promise<void> {
  if (host?.answers !== true) {
    fill(page, withoutHost());
    return;
  }
  const { target, name, metric, horizon } = summary.experiment;
  const facts = seriesFacts(summary);
  const selection = createSelection(summary, details);
  const model = hostModel(host);
  const answers = answerView(summary, selection, () => state);
  const desk = deskView(summary, selection, host, model, () => state);
  const state: WhatIfState = createWhatIf(model, selection, horizon, {
    opened: desk.rebuild,
    replanned: desk.follow,
    answered: answers.draw,
  });
  const many = facts.names.length > 1;
  const list = many ? picker(facts, metricName(metric), (index) => void selection.choose(index)) : undefined;
  selection.subscribe(() => {
    list?.choose(selection.index);
    void state.open();
  });
  const lede =
    "The trained model's answer to other covariates. It repeats what it learned from the past: a correlation need not be a cause.";
  fill(
    page,
    h("p", { class: "eyebrow" }, name, h("span", { class: "muted" }, ` forecast of ${target}`)),
    h("h1", {}, "What if…"),
    h("p", { class: "lede" }, lede),
    answers.totals,
    answers.notes,
    h("div", { class: many ? "desk listed" : "desk" }, list?.element, desk.controls, answers.charts),
    h("section", { class: "part" }, h("h2", {}, "Step by step"), desk.values),
  );
  await chooseFirst(facts, selection);
}

function withoutHost(): HTMLElement {
  const text = "This page asks the trained model, so it needs the editor: open it there with “Almanac: What If”.";
  return h("div", { class: "card" }, h("h1", {}, "What if…"), h("p", {}, text));
}

/** Where the plan is made: controls, goal and the table of values. */
function deskView(summary: ReportSummary, selection: Selection, host: Host, model: Model, state: () => WhatIfState) {
  const place = h("div", { class: "controls" });
  const goal = h("div", {});
  const values = h("div", { class: "card" });
  const reset = h("button", { type: "button", class: "quiet", onclick: () => state().propose(emptyPlan) }, "Reset");
  const save = h("button", { type: "button", class: "quiet", onclick: () => saveScenario() }, "Save as scenario");
  let followers: readonly Following[] = [];
  const times = () => selection.view?.futureTimes ?? [];
  const saveScenario = () => {
    const entry = scenarioEntry(state().plan, times().map(isoDate));
    if (entry !== undefined)
      host.send({ type: "save-scenario", name: `what if ${Object.keys(entry.set).join(" and ")}`, ...entry });
  };
  const follow = () => {
    for (const follower of followers) follower.follow(state().plan);
    reset.disabled = !isChanged(state().plan);
    save.disabled = scenarioEntry(state().plan, times().map(isoDate)) === undefined;
  };
  const rebuild = () => {
    const { covariates } = state();
    const series = selection.index;
    const dates = times().map((time) => formatTime(time, summary.experiment.frequency));
    const controls = covariates.map((covariate) =>
      covariateControl(
        covariate,
        () => state().span,
        (change) => state().propose(withChange(state().plan, covariate.name, change)),
      ),
    );
    const table = valueTable(covariates, dates, (name, step, value) =>
      state().propose(withCell(state().plan, name, step, value)),
    );
    followers = [...controls, table];
    const span = spanControl(
      dates,
      () => state().span,
      (next) => state().move(next),
    );
    const none = h("p", { class: "muted" }, "The experiment declares no known covariates: there is nothing to change.");
    fill(
      place,
      covariates.length === 0
        ? none
        : [span, controls.map(({ element }) => element), h("div", { class: "actions" }, reset, save)],
    );
    fill(values, covariates.length === 0 ? none.cloneNode(true) : table.element);
    fill(
      goal,
      goalForm(covariates, (columns) => model.forecast(series, columns), state),
    );
    follow();
  };
  const controls = h("div", { class: "card" }, h("h2", {}, "Change"), place, goal);
  return { controls, values, follow, rebuild };
}

/** Where the answer is shown: totals, warnings and charts. */
function answerView(summary: ReportSummary, selection: Selection, state: () => WhatIfState) {
  const { target, unit, frequency } = summary.experiment;
  const label = unit === undefined ? target : `${target} (${unit})`;
  const totals = h("dl", { class: "tiles" });
  const notes = h("div", { "aria-live": "polite" });
  const sums = () => {
    const base = sum(selection.view?.mean ?? []);
    return { base, changed: sum(state().answer?.mean ?? selection.view?.mean ?? []) };
  };
  const forecast = chart({
    title: "Forecast and what it would be",
    summary: () => (state().answer === undefined ? "Move a control, or type into the table below." : sentence(sums())),
    empty: "This series has no forecast in this report.",
    height: 380,
    figure: (theme) => {
      const { answer } = state();
      const lines = answer === undefined ? [] : [{ name: "Changed", mean: answer.mean }];
      return selection.view && scenarioFigure(selection.view, lines, theme, { target: label, frequency });
    },
    table: () => ({
      columns: ["Time", "Forecast", "Changed"],
      rows: (selection.view?.futureTimes ?? []).map((time, step) => [
        formatTime(time, frequency),
        selection.view?.mean[step] ?? null,
        state().answer?.mean[step] ?? null,
      ]),
    }),
  });
  const moved = chart({
    title: "Which factor moved it",
    summary: () => "Change of the total over the forecast window by factor.",
    empty: "Nothing is changed yet, or the model cannot tell which factor moved it.",
    height: 240,
    figure: (theme) => {
      const list = state().answer?.moved ?? [];
      return list.length === 0 ? undefined : movedFigure(list, label, theme);
    },
    table: () => ({
      columns: ["Factor", "Change"],
      rows: (state().answer?.moved ?? []).map(({ factor, change }) => [factor, change]),
    }),
  });
  const draw = () => {
    const { failure, answer } = state();
    fill(totals, tiles(sums()));
    fill(
      notes,
      failure === undefined ? problemList(answer?.warnings ?? []) : h("p", { class: "failure-note" }, failure),
    );
    forecast.update();
    moved.update();
  };
  return { totals, notes, charts: h("div", { class: "stack" }, forecast.element, moved.element), draw };
}

interface Totals {
  readonly base: number;
  readonly changed: number;
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}

function tiles({ base, changed }: Totals): HTMLElement[] {
  const tile = (label: string, value: string) =>
    h("div", { class: "tile" }, h("dt", {}, label), h("dd", {}, h("span", { class: "figure" }, value)));
  const difference = changed - base;
  return [
    tile("Forecast, total", formatNumber(base)),
    tile("Changed, total", formatNumber(changed)),
    tile("Difference", `${difference > 0 ? "+" : ""}${formatNumber(difference)}`),
    tile("Relative", formatChange(changed / base - 1)),
  ];
}

function sentence({ base, changed }: Totals): string {
  return `The total over the window goes from ${formatNumber(base)} to ${formatNumber(changed)} (${formatChange(changed / base - 1)}).`;
}

/** A moment as the experiment file writes it: a date where it is midnight. */
function isoDate(time: number): string {
  return new Date(time).toISOString().replace(/(?:T00:00:00)?\.000Z$/, "");
}
