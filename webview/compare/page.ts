import type { CompareDocument } from "../../protocol/pages.ts";
import { runHorizonFigure } from "../charts/compare.ts";
import { seriesScatter } from "../charts/errors.ts";
import { chart } from "../shared/chart.ts";
import { type Child, fill, h } from "../shared/dom.ts";
import { gain, rowOf } from "../shared/facts.ts";
import {
  formatChange,
  formatMetric,
  formatNumber,
  formatPercent,
  formatScore,
  formatSeconds,
  formatTime,
  joinWords,
  metricLabel,
  metricName,
  plural,
} from "../shared/format.ts";
import { dataTable } from "../shared/table.ts";
import { incomparable, runNames, settingDifferences, sharedSeries, wins } from "./difference.ts";

interface CompareContext {
  readonly documents: CompareDocument;
  readonly names: readonly string[];
  readonly metric: string;
}

/** Builds the compare page: what was changed, what it changed, and where. */
export function buildCompare(page: HTMLElement, documents: CompareDocument): void {
  const context: CompareContext = {
    documents,
    names: runNames(documents),
    metric: documents[0]!.summary.experiment.metric,
  };
  const note = incomparable(documents);
  fill(
    page,
    h("p", { class: "eyebrow" }, "Compare"),
    h("h1", {}, title(context)),
    note === undefined
      ? null
      : h("p", { class: "lede", role: "note" }, `${note} Read the differences with that in mind.`),
    h("section", { class: "part" }, h("h2", {}, "Runs"), h("div", { class: "card" }, runTable(context))),
    h(
      "section",
      { class: "part" },
      h("h2", {}, "What was changed"),
      h("div", { class: "card" }, settingsTable(context)),
    ),
    h("section", { class: "part" }, h("h2", {}, "Scores"), h("div", { class: "card" }, modelTable(context))),
    h(
      "section",
      { class: "part" },
      h("h2", {}, "Where each is better"),
      h("div", { class: "grid" }, horizonChart(context), pairChart(context)),
    ),
  );
}

function title({ documents, names, metric }: CompareContext): string {
  const scores = documents.map(({ summary }) => rowOf(summary, summary.winner)?.score ?? null);
  const known = scores
    .flatMap((score, index) => (score === null ? [] : [{ score, index }]))
    .sort((a, b) => a.score - b.score);
  const [best, next] = known;
  if (best === undefined || next === undefined || incomparable(documents) !== undefined) return joinWords(names);
  const lead = gain(best.score, next.score) ?? 0;
  if (lead < 0.0005) return `${joinWords(names)} are equally accurate`;
  return `${names[best.index]} has the smaller ${metricName(metric)}: ${formatMetric(metric, best.score)} against ${formatMetric(metric, next.score)}, ${formatPercent(lead)} less`;
}

function runTable({ documents, names, metric }: CompareContext): HTMLElement {
  const rows = documents.map(({ summary }, index) => ({
    summary,
    name: names[index]!,
    winner: rowOf(summary, summary.winner),
  }));
  const coverage = (summary: CompareDocument[number]["summary"]) =>
    summary.coverage.find(({ actual }) => actual !== null);
  return dataTable({
    caption: "Runs",
    rows,
    columns: [
      {
        title: "Run",
        value: ({ name }) => name,
        show: ({ name, summary }) => [
          h("span", { class: "model" }, name),
          h("span", { class: "detail" }, formatTime(Date.parse(summary.run.started), { unit: "minute", multiple: 1 })),
        ],
      },
      { title: "Winner", value: ({ summary, winner }) => winner?.title ?? summary.winner },
      {
        title: metricName(metric),
        value: ({ winner }) => winner?.score ?? null,
        show: ({ winner }) => formatScore(winner?.score),
        numeric: true,
      },
      {
        title: "vs baseline",
        value: ({ summary, winner }) => gain(winner?.score, rowOf(summary, summary.baseline)?.score) ?? null,
        show: ({ summary, winner }) => formatChange(gain(winner?.score, rowOf(summary, summary.baseline)?.score)),
        numeric: true,
      },
      {
        title: "Intervals",
        value: ({ summary }) => coverage(summary)?.actual ?? null,
        show: ({ summary }) => {
          const row = coverage(summary);
          return row === undefined ? "–" : `${formatPercent(row.actual)} of ${formatPercent(row.nominal)}`;
        },
        numeric: true,
      },
      {
        title: "Total",
        value: ({ summary }) => summary.totals?.forecast ?? null,
        show: ({ summary }) => formatNumber(summary.totals?.forecast),
        numeric: true,
      },
      {
        title: "Bias",
        value: ({ summary }) => summary.totals?.bias ?? null,
        show: ({ summary }) => formatChange((summary.totals?.bias ?? Number.NaN) / 100),
        numeric: true,
      },
      {
        title: "Time",
        value: ({ summary }) => summary.run.seconds,
        show: ({ summary }) => formatSeconds(summary.run.seconds),
        numeric: true,
      },
      { title: "Device", value: ({ summary }) => summary.run.device },
      { title: "Seed", value: ({ summary }) => String(summary.run.seed) },
    ],
  });
}

function settingsTable({ documents, names }: CompareContext): Child {
  const differences = settingDifferences(documents.map(({ summary }) => summary.experiment.settings));
  if (differences.length === 0) return h("p", { class: "muted" }, "The runs have the same settings.");
  return dataTable({
    caption: "Settings that differ",
    rows: differences,
    columns: [
      { title: "Setting", value: ({ path }) => path, show: ({ path }) => h("code", {}, path) },
      ...names.map((name, index) => ({
        title: name,
        value: ({ values }: { readonly values: readonly (string | undefined)[] }) => values[index] ?? null,
        show: ({ values }: { readonly values: readonly (string | undefined)[] }) =>
          values[index] === undefined ? h("span", { class: "muted" }, "not set") : h("code", {}, values[index]),
      })),
    ],
  });
}

function modelTable({ documents, names, metric }: CompareContext): HTMLElement {
  const models = [
    ...new Set(
      documents.flatMap(({ summary }) =>
        summary.leaderboard.filter(({ status }) => status === "tried").map(({ model }) => model),
      ),
    ),
  ];
  const score = (model: string, index: number) => rowOf(documents[index]!.summary, model)?.score ?? null;
  const best = (model: string) => Math.min(...names.map((_, index) => score(model, index) ?? Number.POSITIVE_INFINITY));
  const rows = models.toSorted((a, b) => best(a) - best(b));
  const titleOf = (model: string) =>
    documents.map(({ summary }) => rowOf(summary, model)?.title).find((found) => found !== undefined) ?? model;
  return dataTable({
    caption: `${metricName(metric)} of every model`,
    rows,
    columns: [
      { title: "Model", value: titleOf },
      ...names.map((name, index) => ({
        title: name,
        value: (model: string) => score(model, index),
        show: (model: string) => {
          const value = score(model, index);
          return value === best(model) && names.length > 1 ? h("strong", {}, formatScore(value)) : formatScore(value);
        },
        numeric: true,
      })),
    ],
  });
}

function horizonChart({ documents, names, metric }: CompareContext): HTMLElement {
  const curves = documents.map(({ summary }, index) => ({
    name: names[index]!,
    values: summary.horizonErrors.models.find(({ model }) => model === summary.winner)?.values ?? [],
  }));
  const steps = Math.max(...curves.map(({ values }) => values.length));
  return chart({
    title: "Error of the winners by step ahead",
    summary: () => "Where two lines cross, one run is better near and the other far ahead.",
    empty: "No errors by step were recorded.",
    figure: (theme) => (steps === 0 ? undefined : runHorizonFigure(curves, metricLabel(metric), theme)),
    table: () => ({
      columns: ["Step", ...names],
      rows: Array.from({ length: steps }, (_, step) => [step + 1, ...curves.map(({ values }) => values[step] ?? null)]),
    }),
  }).element;
}

/** The first run against another of the reader's choice, series by series. */
function pairChart({ documents, names, metric }: CompareContext): Child {
  if (documents.length < 2 || documents.every(({ summary }) => summary.series.keys.length < 2)) return null;
  let other = 1;
  const shared = () => sharedSeries(documents[other]!.summary, documents[0]!.summary);
  const choice = h(
    "select",
    { "aria-label": "Run to compare with the first", onchange: () => choose(choice.selectedIndex + 1) },
    names.slice(1).map((name) => h("option", {}, name)),
  );
  const choose = (index: number) => {
    other = index;
    drawn.update();
  };
  const drawn = chart({
    title: `Series by series, against ${names[0]}`,
    summary: () => {
      const pairs = shared();
      const count = wins(pairs);
      return `Of ${plural(pairs.names.length, "shared series", "shared series")}, ${names[other]} is better on ${count.first} and ${names[0]} on ${count.second}.`;
    },
    empty: "The runs have no series in common.",
    controls: documents.length > 2 ? choice : null,
    figure: (theme) => {
      const pairs = shared();
      if (pairs.names.length === 0) return undefined;
      const labels = { error: names[other]!, baseline: names[0]! };
      const errors = { names: pairs.names, error: pairs.first, baseline: pairs.second };
      return seriesScatter(errors, metricName(metric), theme, -1, labels);
    },
    table: () => {
      const pairs = shared();
      return {
        columns: ["Series", names[other]!, names[0]!],
        rows: pairs.names.map((name, index) => [name, pairs.first[index]!, pairs.second[index]!]),
      };
    },
  });
  return drawn.element;
}
