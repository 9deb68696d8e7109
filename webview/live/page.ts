import type { LiveDocument } from "../../protocol/pages.ts";
import { hasEnded } from "../../protocol/run-states.ts";
import { lossFigure, searchFigure } from "../charts/live.ts";
import { chart } from "../shared/chart.ts";
import { type Child, fill, h } from "../shared/dom.ts";
import {
  formatMetric,
  formatPercent,
  formatScore,
  formatSeconds,
  metricLabel,
  metricName,
  plural,
} from "../shared/format.ts";
import type { Host } from "../shared/host.ts";
import { inlineCode, problemList } from "../shared/problems.ts";
import { type Candidate, emptyState, type LiveState, reduce, runningFraction } from "./state.ts";

const stages: Record<string, string> = {
  data: "Reading the data",
  search: "Searching models",
  final: "Fitting the winner on all data",
  explain: "Explaining the forecasts",
  output: "Writing the results",
};

/** Builds the live page; it follows the run by the host's events. */
export function buildLive(page: HTMLElement, document: LiveDocument, host: Host | undefined): void {
  let state = document.events.reduce(reduce, emptyState(document.run.state));
  let drawing = false;
  const status = h("div", { class: "status" });
  const table = h("div", {});
  const warnings = h("div", {});
  const search = chart({
    title: "Search",
    summary: () => searchSentence(state),
    empty: "No candidate has a score yet.",
    figure: (theme) =>
      state.scores.length === 0
        ? undefined
        : searchFigure(state.scores, titlesOf(state), metricLabel(state.metric), theme),
    table: () => ({
      columns: ["Seconds", "Candidate", metricLabel(state.metric), "Best so far"],
      rows: state.scores.map(({ seconds, candidate, score, best }) => [
        seconds,
        titlesOf(state).get(candidate) ?? candidate,
        score,
        best,
      ]),
    }),
  });
  const training = () => state.candidates.filter(({ losses }) => Object.keys(losses).length > 0);
  const losses = chart({
    title: "Training loss",
    summary: () => `${plural(training().length, "candidate")} with a training loss; one line a backtest window.`,
    empty: "Candidates that train by gradients show their loss here.",
    figure: (theme) => (training().length === 0 ? undefined : lossFigure(training(), theme)),
    table: () => ({
      columns: ["Candidate", "Task", "Done", "Loss"],
      rows: training().flatMap(({ title, losses: tasks }) =>
        Object.entries(tasks).flatMap(([task, points]) =>
          points.map(({ fraction, loss }) => [title, task, fraction, loss]),
        ),
      ),
    }),
  });
  const draw = () => {
    drawing = false;
    fill(status, statusView(state, document, host));
    fill(table, candidateTable(state, host));
    fill(warnings, problemList(state.warnings));
    search.update();
    losses.update();
  };
  // Events come faster than anyone can read: one drawing a quarter of a second takes them all.
  const soon = () => {
    if (drawing) return;
    drawing = true;
    setTimeout(draw, 250);
  };
  host?.listen((message) => {
    if (message.type !== "event") return;
    state = reduce(state, message.event);
    soon();
  });
  fill(
    page,
    status,
    h("div", { class: "card" }, h("h2", {}, "Candidates"), table),
    h("div", { class: "grid" }, search.element, losses.element),
    warnings,
  );
  draw();
}

function titlesOf(state: LiveState): ReadonlyMap<string, string> {
  return new Map(state.candidates.map(({ id, title }) => [id, title]));
}

function searchSentence(state: LiveState): string {
  const last = state.scores.at(-1);
  if (last === undefined) return "";
  const leader = state.scores.find(({ score }) => score === last.best);
  return `${titlesOf(state).get(leader?.candidate ?? "") ?? leader?.candidate} leads with ${metricName(state.metric)} ${formatMetric(state.metric, last.best)}.`;
}

function statusView(state: LiveState, { run }: LiveDocument, host: Host | undefined): Child {
  const budget = state.budgetSeconds === undefined ? "" : ` of ${formatSeconds(state.budgetSeconds)} for the search`;
  const facts = [
    state.data && `${plural(state.data.series, "series", "series")}, ${plural(state.data.rows, "row")}`,
    state.windows === undefined ? undefined : plural(state.windows, "backtest window"),
    state.workers === undefined ? undefined : plural(state.workers, "worker"),
    // A run that waits has no clock yet.
    state.startedAt === undefined ? undefined : `${formatSeconds(state.elapsedSeconds)}${budget}`,
  ].filter((fact) => fact !== undefined);
  return [
    h("p", { class: "eyebrow" }, run.experiment),
    h("h1", {}, titleOf(state)),
    h("p", { class: "lede", role: "status" }, facts.join(" · ")),
    hasEnded(state.state) ? null : progressBar(state),
    host === undefined ? null : controls(state, host),
  ];
}

function titleOf(state: LiveState): string {
  if (state.state === "finished")
    return `Finished: ${titlesOf(state).get(state.winner ?? "") ?? state.winner ?? "done"} wins`;
  if (state.state === "failed") return "The run failed";
  if (state.state === "cancelled") return "The run was cancelled";
  if (state.state === "paused") return "Paused";
  if (state.state === "queued") return "Waiting for a free worker";
  return stages[state.stage] ?? "Starting";
}

function progressBar(state: LiveState): HTMLElement {
  const left = state.remainingSeconds === undefined ? "" : `about ${formatSeconds(state.remainingSeconds)} left`;
  return h(
    "div",
    { class: "progress" },
    h("progress", { max: 1, value: state.fraction, "aria-label": "Progress of the run" }),
    h("span", { class: "muted" }, [formatPercent(state.fraction, 0), left].filter(Boolean).join(", ")),
  );
}

function controls(state: LiveState, host: Host): HTMLElement {
  const button = (label: string, action: () => void, kind = "quiet") =>
    h("button", { type: "button", class: kind, onclick: action }, label);
  if (state.state === "finished") {
    return h(
      "div",
      { class: "actions" },
      button("Open the report", () => host.send({ type: "open", page: "report" }), "primary"),
    );
  }
  const paused = state.state === "paused";
  return h(
    "div",
    { class: "actions" },
    hasEnded(state.state)
      ? null
      : button(paused ? "Resume" : "Pause", () => host.send({ type: paused ? "resume" : "pause" })),
    hasEnded(state.state)
      ? button("Run again", () => host.send({ type: "resume" }))
      : button("Cancel", () => host.send({ type: "cancel" })),
  );
}

const order = ["running", "paused", "scored", "waiting", "failed", "skipped"];

/** Candidates: the running ones first, then by score. */
export function ranked(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted(
    (a, b) =>
      order.indexOf(a.status) - order.indexOf(b.status) ||
      (a.score ?? Number.POSITIVE_INFINITY) - (b.score ?? Number.POSITIVE_INFINITY) ||
      0,
  );
}

function candidateTable(state: LiveState, host: Host | undefined): Child {
  if (state.candidates.length === 0) return h("p", { class: "empty" }, "The candidates appear once the data are read.");
  const head = ["Candidate", "State", state.metric === "" ? "Score" : metricLabel(state.metric), "Windows", "Time"];
  const steerable = host !== undefined && state.state === "running" && ["", "data", "search"].includes(state.stage);
  return h(
    "div",
    { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Candidates" },
    h(
      "table",
      {},
      h("caption", { class: "visually-hidden" }, "Candidates and how far they are"),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((title, index) => h("th", { scope: "col", class: index > 1 ? "plain numeric" : "plain" }, title)),
          steerable ? h("th", { scope: "col", class: "plain" }, "Steer") : null,
        ),
      ),
      h(
        "tbody",
        {},
        ranked(state.candidates).map((candidate) => candidateRow(candidate, state, steerable ? host : undefined)),
      ),
    ),
  );
}

/** What can be done about a candidate while the search goes on. */
function candidateControls({ id, title, status, windows }: Candidate, all: number | undefined, host: Host): Child {
  if (!["waiting", "running", "paused", "scored"].includes(status)) return null;
  const button = (label: string, action: "cancel" | "pause" | "resume") => {
    const send = () => host.send({ type: "candidate", candidate: id, action });
    return h("button", { type: "button", class: "quiet", "aria-label": `${label} ${title}`, onclick: send }, label);
  };
  const hold = status === "paused" ? button("Resume", "resume") : button("Pause", "pause");
  // With all windows scored there is nothing left to pause; cancelling still takes it out of the choice.
  const complete = status === "scored" && windows === all;
  return h("span", { class: "steer" }, complete ? null : hold, button("Cancel", "cancel"));
}

function windowsOf({ status, windows }: Candidate, all: number | undefined): string {
  if (status === "skipped") return "–";
  return all === undefined ? String(windows) : `${windows} / ${all}`;
}

/** `host` is given where the candidate can be steered. */
function candidateRow(candidate: Candidate, state: LiveState, host: Host | undefined): HTMLElement {
  const fraction = runningFraction(candidate);
  const best = state.scores.at(-1)?.best;
  return h(
    "tr",
    { class: candidate.score !== null && candidate.score === best ? "winner" : undefined },
    h(
      "th",
      { scope: "row" },
      h("span", { class: "model" }, candidate.title),
      h("span", { class: "detail" }, [candidate.family, candidate.device].filter(Boolean).join(" on ")),
    ),
    h(
      "td",
      {},
      h("span", { class: `state ${candidate.status}` }, candidate.status),
      fraction === undefined
        ? null
        : h("progress", { max: 1, value: fraction, "aria-label": `Progress of ${candidate.title}` }),
      candidate.reason === undefined ? null : h("span", { class: "detail" }, inlineCode(candidate.reason)),
    ),
    h("td", { class: "numeric" }, formatScore(candidate.score)),
    h("td", { class: "numeric" }, windowsOf(candidate, state.windows)),
    h("td", { class: "numeric" }, candidate.seconds > 0 ? formatSeconds(candidate.seconds) : "–"),
    host === undefined ? null : h("td", {}, candidateControls(candidate, state.windows, host)),
  );
}
