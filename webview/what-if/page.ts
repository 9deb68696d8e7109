import type { ReportSummary } from "../../protocol/report.ts";
import type { DetailSource } from "../shared/details.ts";
import { fill, h } from "../shared/dom.ts";
import { seriesFacts } from "../shared/facts.ts";
import { metricLabel } from "../shared/format.ts";
import type { Host } from "../shared/host.ts";
import { picker } from "../shared/picker.ts";
import { chooseFirst, createSelection } from "../shared/selection.ts";
import { answerView } from "./answer-view.ts";
import { cautionCard } from "./caution.ts";
import { declaredScenarios } from "./declared.ts";
import { deskView } from "./desk-view.ts";
import { hostModel } from "./model.ts";
import { createWhatIf, type WhatIfState } from "./state.ts";

/** Builds the what-if page: change known covariates, see what the trained model would forecast. */
export async function buildWhatIf(
  page: HTMLElement,
  summary: ReportSummary,
  details: Promise<DetailSource>,
  host: Host | undefined,
): Promise<void> {
  if (host === undefined) {
    fill(page, withoutHost());
    return;
  }
  const { target, name, metric, horizon } = summary.experiment;
  const facts = seriesFacts(summary);
  const selection = createSelection(summary, details);
  const model = hostModel(host);
  const current = () => state;
  const answers = answerView(summary, selection, current);
  const desk = deskView(summary, selection, host, model, current);
  const caution = cautionCard(host, () => state.opened);
  const state: WhatIfState = createWhatIf(model, selection, horizon, declaredScenarios(summary), {
    opened: () => {
      desk.rebuild();
      caution.update();
    },
    replanned: desk.follow,
    answered: () => {
      desk.follow();
      answers.draw();
    },
  });
  const many = facts.names.length > 1;
  const list = many ? picker(facts, metricLabel(metric), (index) => void selection.choose(index)) : undefined;
  selection.subscribe(() => {
    list?.choose(selection.index);
    void state.open();
  });
  fill(
    page,
    h("p", { class: "eyebrow" }, name, h("span", { class: "muted" }, ` forecast of ${target}`)),
    h("h1", {}, "What if…"),
    h(
      "p",
      { class: "lede" },
      "Change what is planned, and the trained model answers at once. It repeats what it learned from the past: a correlation need not be a cause.",
    ),
    answers.totals,
    answers.notes,
    h("div", { class: many ? "desk listed" : "desk" }, list?.element, desk.controls, answers.charts),
    answers.scenarios,
    h("section", { class: "part" }, h("h2", {}, "Step by step"), desk.values),
    caution.element,
  );
  await chooseFirst(facts, selection);
}

function withoutHost(): HTMLElement {
  return h(
    "div",
    { class: "card" },
    h("h1", {}, "What if…"),
    h(
      "p",
      {},
      "This page asks the trained model, so it needs the editor or a daemon: open it with “Almanac: What If”, or from the page that ",
      h("code", {}, "almanac serve"),
      " shows.",
    ),
  );
}
