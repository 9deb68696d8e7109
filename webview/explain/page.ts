import type { ReportSummary } from "../../protocol/report.ts";
import type { ReportContext } from "../report/context.ts";
import { explainSection } from "../report/sections/explain.ts";
import type { DetailSource } from "../shared/details.ts";
import { fill, h } from "../shared/dom.ts";
import { seriesFacts } from "../shared/facts.ts";
import { metricLabel } from "../shared/format.ts";
import { picker } from "../shared/picker.ts";
import { chooseFirst, createSelection } from "../shared/selection.ts";

/** Builds the explain page: the drivers of one report beside the list of its series. */
export async function buildExplain(
  page: HTMLElement,
  summary: ReportSummary,
  details: Promise<DetailSource>,
): Promise<void> {
  const { target, unit, name, metric } = summary.experiment;
  const context: ReportContext = {
    summary,
    facts: seriesFacts(summary),
    selection: createSelection(summary, details),
    target: unit === undefined ? target : `${target} (${unit})`,
  };
  const section = explainSection(context);
  // A list to choose from leads nowhere where nothing is explained.
  const many = section !== undefined && context.facts.names.length > 1;
  const list = many
    ? picker(context.facts, metricLabel(metric), (index) => void context.selection.choose(index))
    : undefined;
  context.selection.subscribe(() => list?.choose(context.selection.index));
  fill(
    page,
    h("p", { class: "eyebrow" }, name, h("span", { class: "muted" }, ` forecast of ${target}`)),
    section === undefined ? null : h("h1", {}, "Why these forecasts"),
    h("div", { class: many ? "with-picker beside" : "" }, list?.element, section?.element ?? unexplained()),
  );
  const explained = new Set(summary.explanations?.series.map(({ series }) => series));
  await chooseFirst(context.facts, context.selection, (index) => explained.has(index));
}

function unexplained(): HTMLElement {
  return h(
    "div",
    { class: "card" },
    h("h1", {}, "This run was not explained"),
    h(
      "p",
      {},
      "Write ",
      h("code", {}, "explain: true"),
      " into the experiment file and run it again: every forecast then comes with the contributions of its factors.",
    ),
  );
}
