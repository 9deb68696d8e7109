import type { Explanations } from "../../../protocol/report.ts";
import { factorHeatmap, factorStack } from "../../charts/contributions.ts";
import { arrow, factorBars, interactionBars, permutationFigure, permutationHeatmap } from "../../charts/importance.ts";
import { beeswarmFigure, dependenceFigure } from "../../charts/swarm.ts";
import { waterfallFigure } from "../../charts/waterfall.ts";
import { askedExplanation, withFactors } from "../../shared/asked-explanation.ts";
import { type Chart, chart } from "../../shared/chart.ts";
import { h } from "../../shared/dom.ts";
import { breakdownOf, byFactor, type ExplainedSeries, explainedSeries, factorPoints } from "../../shared/explained.ts";
import { rowOf } from "../../shared/facts.ts";
import { capital, formatNumber, formatTime, joinWords, metricLabel } from "../../shared/format.ts";
import { findHost } from "../../shared/host.ts";
import type { ReportContext, Section } from "../context.ts";
import { section } from "../section.ts";
import { explainInWords } from "../words.ts";

/** Points of a beeswarm, all factors together. */
const swarmPoints = 6000;

interface ExplainContext extends ReportContext {
  readonly explanations: Explanations;
  readonly all: readonly ExplainedSeries[];
  /** The chosen series' contributions, where they were computed, and the factors that they are of. */
  readonly chosen: () => ExplainedSeries | undefined;
  readonly shown: () => Explanations;
  /** Hears that what is shown of the chosen series has changed. */
  readonly subscribe: (listener: () => void) => void;
  readonly aspect: HTMLElement | undefined;
}

/** Why the forecasts are what they are; nothing where the run was not asked to explain. */
export function explainSection(context: ReportContext): Section | undefined {
  const { explanations } = context.summary;
  if (explanations === undefined) return undefined;
  const all = explainedSeries(explanations);
  const bySeries = new Map(all.map((entry) => [entry.series, entry]));
  const host = findHost();
  const listeners: (() => void)[] = [];
  const tell = () => {
    asked?.want(context.selection.index, bySeries.has(context.selection.index));
    for (const listener of listeners) listener();
  };
  const asked = host && askedExplanation(host, context.summary.experiment.levels, tell);
  context.selection.subscribe(tell);
  const answer = () => asked?.of(context.selection.index);
  const explained: ExplainContext = {
    ...context,
    explanations,
    all,
    chosen: () => answer()?.series ?? (asked?.plain === false ? undefined : bySeries.get(context.selection.index)),
    shown: () => withFactors(explanations, answer()?.factors ?? explanations.factors),
    subscribe: (listener) => listeners.push(listener),
    aspect: asked?.control,
  };
  const title = rowOf(context.summary, explanations.model)?.title ?? explanations.model;
  const how = explanations.exact ? "exactly" : "up to sampling error";
  return section(
    "drivers",
    "What drives the forecast",
    `Contributions of every factor to ${title}; together with the baseline they add up to each forecast ${how}. They describe the model: a correlation it learned need not be a cause.`,
    h(
      "div",
      { class: "grid" },
      globalChart(explained).element,
      waterfallChart(explained).element,
      stackChart(explained).element,
      heatmapChart(explained).element,
      swarmChart(explained).element,
      dependenceChart(explained)?.element,
      interactionChart(explained)?.element,
      permutationChart(explained)?.element,
      permutationSteps(explained)?.element,
    ),
  );
}

const unexplained = "Nothing is explained here yet: choose another series, or wait for the model's answer.";

function globalChart({ explanations, target }: ExplainContext): Chart {
  const ranked = explanations.global.toSorted((a, b) => b.meanAbs - a.meanAbs);
  return chart({
    title: "Factors by mean contribution",
    summary: () =>
      ranked.length === 0
        ? ""
        : `${capital(joinWords(ranked.slice(0, 3).map(({ factor }) => factor)))} move the forecasts most. An arrow tells whether larger values raise (↑) or lower (↓) them; ↕ stands for no clear direction.`,
    empty: "No factor contributes anything.",
    height: rowsHeight(Math.min(20, Math.max(ranked.length, Math.min(12, explanations.factors.length + 2)))),
    figure: (theme) => (ranked.length === 0 ? undefined : factorBars(explanations.global, target, theme)),
    table: () => ({
      columns: ["Factor", "Mean |contribution|", "Direction"],
      rows: ranked.map(({ factor, meanAbs, direction }) => [factor, meanAbs, arrow(direction)]),
    }),
  });
}

function rowsHeight(rows: number): number {
  return Math.max(300, 70 + 26 * rows);
}

function waterfallChart(context: ExplainContext): Chart {
  const { selection, summary, target, shown } = context;
  let step = 0;
  const label = h("output", { class: "muted" });
  const slider = h("input", {
    type: "range",
    min: 0,
    max: summary.experiment.horizon - 1,
    step: 1,
    value: 0,
    "aria-label": "Step of the forecast",
    oninput: () => go(Number(slider.value)),
  });
  const when = () => formatTime(selection.view?.futureTimes[step] ?? Number.NaN, summary.experiment.frequency);
  const go = (wanted: number) => {
    step = wanted;
    label.textContent = `Step ${step + 1}: ${when()}`;
    slider.setAttribute("aria-valuetext", when());
    drawn.update();
  };
  const drawn = chart({
    title: "One forecast, built up",
    summary: () => {
      const chosen = context.chosen();
      return chosen === undefined
        ? ""
        : explainInWords(breakdownOf(shown(), chosen, step), when(), summary.experiment.target);
    },
    empty: unexplained,
    controls: context.aspect,
    height: () => rowsHeight(Math.min(12, shown().factors.length + 2)),
    figure: (theme) => {
      const chosen = context.chosen();
      return chosen && waterfallFigure(breakdownOf(shown(), chosen, step), target, theme);
    },
    table: () => {
      const chosen = context.chosen();
      const row = chosen?.contributions[step];
      return {
        columns: ["Factor", "Value", "Contribution", "Standard error"],
        rows:
          row === undefined
            ? []
            : shown().factors.map((factor, k) => [
                factor,
                chosen?.values?.[step]?.[k] ?? null,
                row[k]!,
                chosen?.errors?.[step]?.[k] ?? null,
              ]),
      };
    },
    footer: h("div", { class: "player" }, slider, label),
  });
  context.subscribe(() => go(step));
  return drawn;
}

function stepTable(context: ExplainContext) {
  const chosen = context.chosen();
  const { frequency } = context.summary.experiment;
  const times = context.selection.view?.futureTimes ?? [];
  return {
    columns: ["Time", "Baseline", ...context.shown().factors],
    rows: (chosen?.contributions ?? []).map((row, step) => [
      formatTime(times[step] ?? Number.NaN, frequency),
      chosen!.baseline[step]!,
      ...Array.from(row),
    ]),
  };
}

function stackChart(context: ExplainContext): Chart {
  const drawn = chart({
    title: "Contributions over the horizon",
    summary: () =>
      `${context.facts.names[context.selection.index]}: what lifts and lowers each step against its baseline.`,
    empty: unexplained,
    figure: (theme) => {
      const chosen = context.chosen();
      if (chosen === undefined || context.selection.view === undefined) return undefined;
      const { factors, rows } = byFactor(context.shown(), chosen);
      return factorStack(
        factors,
        context.selection.view.futureTimes,
        rows,
        { target: context.target, frequency: context.summary.experiment.frequency },
        theme,
      );
    },
    table: () => stepTable(context),
  });
  context.subscribe(() => drawn.update());
  return drawn;
}

/** Rows of a heat map; its table has all factors. */
const heatmapFactors = 15;

function eachOf(factors: number): string {
  return factors > heatmapFactors ? `each of the ${heatmapFactors} largest factors` : "each factor";
}

function heatmapChart(context: ExplainContext): Chart {
  const { length } = context.explanations.factors;
  const drawn = chart({
    title: "Time × factor",
    summary: () => `${context.facts.names[context.selection.index]}: when ${eachOf(length)} matters.`,
    empty: unexplained,
    height: rowsHeight(Math.min(heatmapFactors, length) * 0.8),
    figure: (theme) => {
      const chosen = context.chosen();
      if (chosen === undefined) return undefined;
      const { factors, rows } = byFactor(context.shown(), chosen);
      const shown = [factors.slice(0, heatmapFactors), rows.slice(0, heatmapFactors)] as const;
      const times = context.selection.view?.futureTimes ?? [];
      return factorHeatmap(shown[0], times, shown[1], context.summary.experiment.frequency, theme);
    },
    footer: scale("lowers the forecast", "raises it"),
    table: () => stepTable(context),
  });
  context.subscribe(() => drawn.update());
  return drawn;
}

/** Legend of a diverging colour scale. */
function scale(low: string, high: string, kind = ""): HTMLElement {
  return h("p", { class: `scale muted ${kind}` }, low, h("span", { "aria-hidden": "true" }), high);
}

function swarmChart({ explanations, all, target }: ExplainContext): Chart {
  const ranked = explanations.global.toSorted((a, b) => b.meanAbs - a.meanAbs).slice(0, 12);
  const each = Math.floor(swarmPoints / Math.max(1, ranked.length));
  const points = () =>
    ranked.map(({ factor }) => ({ factor, points: factorPoints(all, explanations.factors.indexOf(factor), each) }));
  return chart({
    title: "Every explained forecast",
    summary: () =>
      "One point a forecast and factor: to the right it was raised. The colour tells whether the factor's value was low or high; factors without a number of their own are grey.",
    empty: "No forecast was explained.",
    height: rowsHeight(ranked.length * 1.3),
    footer: scale("low value", "high value", "solid"),
    figure: (theme) => (all.length === 0 ? undefined : beeswarmFigure(points(), target, theme)),
    table: () => ({
      columns: ["Factor", "Value", "Contribution"],
      rows: points().flatMap(({ factor, points: list }) =>
        list.map(({ value, contribution }) => [factor, value, contribution]),
      ),
    }),
  });
}

function dependenceChart({ explanations, all, target }: ExplainContext): Chart | undefined {
  const numeric = explanations.global
    .toSorted((a, b) => b.meanAbs - a.meanAbs)
    .map(({ factor }) => factor)
    .filter((factor) =>
      factorPoints(all, explanations.factors.indexOf(factor), 50).some(({ value }) => !Number.isNaN(value)),
    );
  if (numeric.length === 0) return undefined;
  let factor = numeric[0]!;
  const choice = h(
    "select",
    { "aria-label": "Factor", onchange: () => choose(choice.value) },
    numeric.map((name) => h("option", { value: name }, name)),
  );
  const choose = (name: string) => {
    factor = name;
    drawn.update();
  };
  const points = () => factorPoints(all, explanations.factors.indexOf(factor), 3000);
  const drawn = chart({
    title: "Dependence",
    summary: () => {
      const known = points().filter(({ value }) => !Number.isNaN(value));
      return `What ${factor} did at each of its values, ${formatNumber(known.length, 9)} forecasts.`;
    },
    controls: choice,
    figure: (theme) => dependenceFigure(factor, points(), target, theme),
    table: () => ({
      columns: [factor, "Contribution"],
      rows: points().map(({ value, contribution }) => [value, contribution]),
    }),
  });
  return drawn;
}

function interactionChart({ explanations, target }: ExplainContext): Chart | undefined {
  const { interactions = [] } = explanations;
  if (interactions.length === 0) return undefined;
  const [strongest] = interactions;
  return chart({
    title: "Pairs of factors",
    summary: () =>
      `What two factors do together beyond what each does alone (SHAP interaction values of the trees). Strongest: ${joinWords([...strongest!.factors])}.`,
    height: rowsHeight(interactions.length),
    figure: (theme) => interactionBars(interactions, target, theme),
    table: () => ({
      columns: ["Factor", "With", "Mean |interaction|"],
      rows: interactions.map(({ factors: [a, b], meanAbs }) => [a, b, meanAbs]),
    }),
  });
}

function permutationChart({ explanations, summary }: ExplainContext): Chart | undefined {
  const { permutation } = explanations;
  if (permutation === undefined || permutation.length === 0) return undefined;
  const groups = permutation[0]!.groups?.map(({ group }) => group) ?? [];
  return chart({
    title: "Error without a factor",
    summary: () =>
      `Error gained on the latest backtest window when a covariate's values are shuffled; lines show the spread over repetitions. Own history and the calendar are not shuffled.${groups.length > 0 ? " The table has every group of series." : ""}`,
    height: rowsHeight(Math.min(20, permutation.length)),
    figure: (theme) => permutationFigure(permutation, metricLabel(summary.experiment.metric), theme),
    table: () => ({
      columns: [
        "Factor",
        `${metricLabel(summary.experiment.metric)} gained`,
        "Deviation",
        ...groups.map((group) => `MASE gained: ${group}`),
      ],
      rows: permutation.map(({ factor, drop, deviation, groups: own = [] }) => [
        factor,
        drop,
        deviation ?? null,
        ...groups.map((group) => own.find((each) => each.group === group)?.drop ?? null),
      ]),
    }),
  });
}

function permutationSteps({ explanations }: ExplainContext): Chart | undefined {
  const rows = (explanations.permutation ?? []).flatMap(({ factor, byStep }) =>
    byStep === undefined ? [] : [{ factor, byStep }],
  );
  if (rows.length === 0 || rows[0]!.byStep.length < 2) return undefined;
  return chart({
    title: "The same by step ahead",
    summary: () =>
      `At which step of the horizon ${eachOf(rows.length)} is worth something, as MASE gained when it is shuffled.`,
    height: rowsHeight(Math.min(heatmapFactors, rows.length) * 0.8),
    figure: (theme) => permutationHeatmap(rows, heatmapFactors, theme),
    table: () => ({
      columns: ["Factor", ...rows[0]!.byStep.map((_, step) => `Step ${step + 1}`)],
      rows: rows.map(({ factor, byStep }) => [factor, ...byStep]),
    }),
  });
}
