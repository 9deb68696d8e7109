import type { ReportSummary } from "../../protocol/report.ts";
import { fill, h } from "../shared/dom.ts";
import { formatTime } from "../shared/format.ts";
import type { Host } from "../shared/host.ts";
import type { Selection } from "../shared/selection.ts";
import { covariateControl, type Following, spanControl } from "./controls.ts";
import { goalForm } from "./goal.ts";
import type { Model } from "./model.ts";
import { optimumForm } from "./optimum.ts";
import { emptyPlan, isChanged, planName, scenarioEntry, withCell, withChange } from "./plan.ts";
import { reachControl, writtenReach } from "./reach.ts";
import type { WhatIfState } from "./state.ts";
import { valueTable } from "./value-table.ts";

/** Where the plan is made: controls, searches and the table of values. */
export function deskView(
  summary: ReportSummary,
  selection: Selection,
  host: Host,
  model: Model,
  state: () => WhatIfState,
) {
  const { target, frequency } = summary.experiment;
  const place = h("div", { class: "controls" });
  const searches = h("div", {});
  const values = h("div", { class: "card" });
  const hint = h("p", { class: "muted save-hint" });
  const button = (text: string, act: () => void) => h("button", { type: "button", class: "quiet", onclick: act }, text);
  const reset = button("Reset", () => state().propose(emptyPlan));
  const keep = button("Keep beside", () => state().keep());
  const save = button("Save to YAML", () => saveScenario());
  let followers: readonly Following[] = [];
  const times = () => selection.view?.futureTimes ?? [];
  const entry = () => scenarioEntry(state().plan, times().map(isoDate));
  const saveScenario = () => {
    const found = entry();
    if (found === undefined) return;
    const series = writtenReach(summary, selection.index, state().reach);
    host.send({
      type: "save-scenario",
      name: `what if ${planName(state().plan)}`,
      ...found,
      ...(series && { series }),
    });
    hint.textContent = "Written under scenarios: of the experiment file.";
  };
  const follow = () => {
    for (const follower of followers) follower.follow(state().plan);
    const changed = isChanged(state().plan);
    reset.disabled = !changed;
    keep.disabled = !changed;
    save.disabled = entry() === undefined;
    hint.textContent =
      changed && save.disabled
        ? "One entry of scenarios: holds one span and no single cells: this plan cannot be saved."
        : "";
  };
  const rebuild = () => {
    const { covariates } = state();
    const dates = times().map((time) => formatTime(time, frequency));
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
    const reach = reachControl(summary, selection.index, state);
    const reason =
      state().failure === undefined
        ? "The experiment declares no known covariates: there is nothing to change."
        : "Without the trained model there is nothing to change; see above.";
    const none = h("p", { class: "muted" }, reason);
    fill(
      place,
      covariates.length === 0
        ? none
        : [
            reach,
            span,
            controls.map(({ element }) => element),
            h("div", { class: "actions" }, reset, keep, host.writes ? save : null),
            host.writes ? hint : null,
          ],
    );
    fill(values, covariates.length === 0 ? none.cloneNode(true) : table.element);
    fill(
      searches,
      goalForm(covariates, model, () => selection.index, state, target),
      optimumForm(covariates, model, () => selection.index, state, target),
    );
    follow();
  };
  const controls = h("div", { class: "card" }, h("h2", {}, "Change"), place, searches);
  return { controls, values, follow, rebuild };
}

/** A moment as the experiment file writes it: a date where it is midnight. */
function isoDate(time: number): string {
  return new Date(time).toISOString().replace(/(?:T00:00:00)?\.000Z$/, "");
}
