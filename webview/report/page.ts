import type { ReportSummary } from "../../protocol/report.ts";
import type { DetailSource } from "../shared/details.ts";
import { fill, h } from "../shared/dom.ts";
import { seriesFacts } from "../shared/facts.ts";
import { chooseFirst, createSelection } from "../shared/selection.ts";
import { toggleTheme } from "../shared/theme.ts";
import type { ReportContext, Section } from "./context.ts";
import { backtestSection } from "./sections/backtest.ts";
import { dataSection } from "./sections/data.ts";
import { errorsSection } from "./sections/errors.ts";
import { explainSection } from "./sections/explain.ts";
import { forecastSection } from "./sections/forecast.ts";
import { header } from "./sections/header.ts";
import { leaderboardSection } from "./sections/leaderboard.ts";
import { runSection } from "./sections/run.ts";
import { scenariosSection } from "./sections/scenarios.ts";

/** Builds the whole report inside `page` and chooses the first series. */
export async function buildReport(
  page: HTMLElement,
  summary: ReportSummary,
  details: Promise<DetailSource>,
): Promise<void> {
  const { target, unit } = summary.experiment;
  const context: ReportContext = {
    summary,
    facts: seriesFacts(summary),
    selection: createSelection(summary, details),
    target: unit === undefined ? target : `${target} (${unit})`,
  };
  const forecast = forecastSection(context);
  const sections: Section[] = [
    forecast,
    leaderboardSection(context),
    backtestSection(context),
    errorsSection(context),
    explainSection(context),
    scenariosSection(context),
    dataSection(context),
    runSection(context),
  ].filter((section) => section !== undefined);
  fill(
    page,
    header(context),
    navigation(context, sections, forecast.picker?.neighbour),
    sections.map(({ element }) => element),
  );
  context.selection.subscribe(() => forecast.picker?.choose(context.selection.index));
  await chooseFirst(context.facts, context.selection);
}

function navigation(
  { selection, facts }: ReportContext,
  sections: readonly Section[],
  neighbour: ((step: 1 | -1) => number | undefined) | undefined,
): HTMLElement {
  const name = h("span", { class: "chosen" });
  const move = (step: 1 | -1) => {
    const next = neighbour?.(step);
    if (next !== undefined) void selection.choose(next);
  };
  selection.subscribe(() => {
    name.textContent = facts.names[selection.index] ?? "";
    name.title = name.textContent;
  });
  const arrows =
    neighbour === undefined
      ? null
      : h(
          "div",
          { class: "stepper", role: "group", "aria-label": "Chosen series" },
          h(
            "button",
            { type: "button", class: "quiet", "aria-label": "Previous series", onclick: () => move(-1) },
            "‹",
          ),
          name,
          h("button", { type: "button", class: "quiet", "aria-label": "Next series", onclick: () => move(1) }, "›"),
        );
  const links = sections.map(({ id, title }) => h("li", {}, h("a", { href: `#${id}` }, title)));
  return h(
    "nav",
    { class: "bar", "aria-label": "Sections" },
    h("ul", {}, links),
    arrows,
    h(
      "button",
      { type: "button", class: "quiet theme", onclick: toggleTheme, "aria-label": "Switch between light and dark" },
      "◐",
    ),
  );
}
