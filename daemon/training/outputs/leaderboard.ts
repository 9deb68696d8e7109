import type { MetricName } from "../../../protocol/experiment/schema.ts";
import type { LeaderboardRow } from "../../../protocol/report.ts";
import { tiltedBy } from "../../forecasting/ensemble/tilt.ts";
import { type Contender, ensembleId, type Winner } from "../../forecasting/ensemble/winner.ts";
import type { Metrics } from "../../forecasting/evaluation/metrics.ts";
import type { Candidate, Skipped } from "../../forecasting/search/candidate.ts";
import type { Trial } from "../../forecasting/search/search.ts";

/** NaN and infinity are null in JSON documents. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/**
 * Every model that was looked at: the ensemble and the tried ones by score, then the skipped and failed ones with the
 * reason. Scores are comparable among rows of equal `windows`.
 */
export function leaderboardRows(
  contenders: readonly Contender[],
  winner: Winner,
  trials: readonly Trial[],
  skipped: readonly Skipped[],
): LeaderboardRow[] {
  const left = [
    ...trials.filter(({ status }) => status !== "tried").map((trial) => ({ ...trial.candidate, ...trial })),
    ...skipped.map((row) => ({ ...row, status: "skipped" as const })),
  ];
  const ensemble = winner.id === ensembleId ? [ensembleRow(winner, contenders)] : [];
  return [...ensemble, ...contenders.map(triedRow), ...left.map(unscoredRow)];
}

function triedRow({ trial, scores, score, point }: Contender): LeaderboardRow {
  const { candidate, fitSeconds, predictSeconds, notes } = trial;
  const pointNote = point === "median" ? ["Point forecast: the median, which scored better than the mean."] : [];
  return {
    model: candidate.id,
    title: candidate.title,
    family: candidate.family,
    status: "tried",
    score: finiteOrNull(score),
    metrics: jsonMetrics(scores.metrics),
    fitSeconds,
    predictSeconds,
    windows: scores.windows,
    device: trial.device,
    notes: [...notes, ...pointNote],
  };
}

/** A model that was skipped or failed. */
type Unscored = Pick<Candidate, "id" | "title" | "family"> & Pick<Trial, "status" | "reason">;

function unscoredRow({ id, title, family, status, reason = "" }: Unscored): LeaderboardRow {
  return {
    model: id,
    title,
    family,
    status: status === "failed" ? "failed" : "skipped",
    reason,
    score: null,
    metrics: {},
    fitSeconds: null,
    predictSeconds: null,
    windows: 0,
    device: null,
  };
}

function ensembleRow(winner: Winner, contenders: readonly Contender[]): LeaderboardRow {
  const used = contenders.filter(({ trial }) =>
    winner.members.some(({ candidate }) => candidate.id === trial.candidate.id),
  );
  const total = (pick: (trial: Trial) => number): number => used.reduce((sum, { trial }) => sum + pick(trial), 0);
  return {
    model: ensembleId,
    title: "Ensemble",
    family: "ensemble",
    status: "tried",
    score: finiteOrNull(winner.score),
    metrics: winner.scores === undefined ? {} : jsonMetrics(winner.scores.metrics),
    fitSeconds: total(({ fitSeconds }) => fitSeconds),
    predictSeconds: total(({ predictSeconds }) => predictSeconds),
    windows: winner.parts.length,
    device: used.find(({ trial }) => trial.device !== "cpu")?.trial.device ?? "cpu",
    weights: Object.fromEntries(winner.members.map(({ candidate, share }) => [candidate.id, share])),
    notes: notesOf(winner),
  };
}

/** How the members are combined, in words. */
function notesOf({ members, middle }: Winner): string[] {
  const by = tiltedBy(members.flatMap(({ tilt }) => tilt ?? []));
  const notes: string[] = [];
  if (middle > 0) {
    notes.push(
      "Half of each value is the members' weighted average, half their median; shares are means over all values.",
    );
  }
  if (by !== undefined) {
    notes.push(`Weights differ by ${by}: the better a member was there on the backtest, the more it counts.`);
  }
  return notes;
}

function jsonMetrics(metrics: Metrics): Record<MetricName, number | null> {
  // SAFETY: the entries are those of a record over the metric names.
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, finiteOrNull(value)])) as Record<
    MetricName,
    number | null
  >;
}
