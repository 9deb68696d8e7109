import { unpackColumn } from "../../../protocol/column.ts";
import type { Scenario } from "../../../protocol/report.ts";
import { type ScenarioLine, scenarioFigure } from "../../charts/scenario.ts";
import { chart } from "../../shared/chart.ts";
import { h } from "../../shared/dom.ts";
import { formatChange, formatNumber, formatTime, relativeChange } from "../../shared/format.ts";
import { problemList } from "../../shared/problems.ts";
import { rowsOf } from "../../shared/series.ts";
import { dataTable } from "../../shared/table.ts";
import type { ReportContext, Section } from "../context.ts";
import { section } from "../section.ts";

/** What the scenarios of the experiment would change; nothing where it declares none. */
export function scenariosSection(context: ReportContext): Section | undefined {
  const { scenarios } = context.summary;
  if (scenarios === undefined || scenarios.length === 0) return undefined;
  return section(
    "scenarios",
    "Scenarios",
    "The same model with changed covariates over the forecast window. It shows what the model learned, not what a change would cause.",
    h("div", { class: "card" }, totals(scenarios), problemList(scenarios.flatMap(({ warnings }) => warnings ?? []))),
    scenarioChart(context, scenarios),
  );
}

/** A change as a reader would write it: `price × 0.9`, `promotion = 0`. */
function changeText({ covariate, change }: Scenario["changes"][number]): string {
  return /^\s*[*+-]\s/.test(change) ? `${covariate} ${change.replace("*", "×")}` : `${covariate} = ${change}`;
}

function totals(scenarios: readonly Scenario[]): HTMLElement {
  return dataTable({
    caption: "Totals over all series and steps",
    rows: scenarios,
    columns: [
      { title: "Scenario", value: ({ name }) => name },
      {
        title: "Change",
        value: ({ changes }) => changes.map(changeText).join(", "),
      },
      { title: "Forecast", value: ({ total }) => total.base, numeric: true },
      { title: "With the change", value: ({ total }) => total.scenario, numeric: true },
      {
        title: "Difference",
        value: ({ total }) => total.scenario - total.base,
        show: ({ total }) => `${total.scenario > total.base ? "+" : ""}${formatNumber(total.scenario - total.base)}`,
        numeric: true,
      },
      {
        title: "Moved by",
        value: ({ moved = [] }) =>
          moved
            .toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change))
            .map(({ factor, change }) => `${factor} ${change > 0 ? "+" : ""}${formatNumber(change)}`)
            .join(", "),
      },
      {
        title: "Relative",
        value: ({ total }) => relativeChange(total.scenario, total.base),
        show: ({ total }) => formatChange(relativeChange(total.scenario, total.base)),
        numeric: true,
      },
    ],
  });
}

function scenarioChart(
  { selection, summary, facts, target }: ReportContext,
  scenarios: readonly Scenario[],
): HTMLElement {
  const { horizon } = summary.experiment;
  const lines = (): ScenarioLine[] =>
    scenarios.flatMap(({ name, series }) => {
      const found = series.find((entry) => entry.series === selection.index);
      if (found === undefined) return [];
      const quantiles = found.quantiles === undefined ? undefined : rowsOf(unpackColumn(found.quantiles), horizon);
      // More bands than one would hide each other.
      return [{ name, mean: unpackColumn(found.mean), ...(scenarios.length === 1 ? { quantiles } : {}) }];
    });
  const drawn = chart({
    title: "Scenarios of one series",
    summary: () => `${facts.names[selection.index]}: the forecast and what it would be under each scenario.`,
    empty: "The scenarios of this series are not in this report.",
    figure: (theme) =>
      selection.view === undefined || lines().length === 0
        ? undefined
        : scenarioFigure(selection.view, lines(), theme, { target, frequency: summary.experiment.frequency }),
    table: () => ({
      columns: ["Time", "Forecast", ...lines().map(({ name }) => name)],
      rows: (selection.view?.futureTimes ?? []).map((time, step) => [
        formatTime(time, summary.experiment.frequency),
        selection.view?.mean[step] ?? null,
        ...lines().map(({ mean }) => mean[step] ?? null),
      ]),
    }),
  });
  selection.subscribe(() => drawn.update());
  return drawn.element;
}
