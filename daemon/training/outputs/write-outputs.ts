import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Problem } from "../../../protocol/errors.ts";
import type { LeaderboardRow, ReportDocument, ReportExperiment, ReportRun, Totals } from "../../../protocol/report.ts";
import type { Contender, Winner } from "../../forecasting/ensemble/winner.ts";
import type { RunExplanation } from "../../forecasting/explain/run-explanation.ts";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import type { LoadedData } from "../data/load.ts";
import type { ExperimentFile } from "../experiment/read-experiment.ts";
import type { RunSettings } from "../experiment/settings.ts";
import { writeJsonFile, writeTextFile } from "../files/write-file.ts";
import { versions } from "../telemetry/version.ts";
import { backtestCsv } from "./backtest-csv.ts";
import { explanationsJson } from "./explanations-json.ts";
import { forecastCsv } from "./forecast-csv.ts";
import { reportDocument } from "./report-document.ts";
import { reportPageParts } from "./report-page.ts";

/** Everything the files of a run are made of. */
export interface RunOutputs {
  readonly file: ExperimentFile;
  readonly id: string;
  readonly startedAt: Date;
  readonly seconds: number;
  readonly device: string;
  readonly workers: number;
  readonly data: LoadedData;
  readonly profile: Record<string, unknown> | undefined;
  readonly settings: RunSettings;
  readonly contenders: readonly Contender[];
  readonly winner: Winner;
  /** With the levels the user asked for. */
  readonly forecast: Forecast;
  readonly explanation: RunExplanation | undefined;
  readonly scenarios: readonly NonNullable<ReportDocument["scenarios"]>[number][];
  readonly leaderboard: readonly LeaderboardRow[];
  readonly totals: Totals;
  readonly warnings: readonly Problem[];
  /**
   * Whoever shows the run makes the page of a small report when it is asked for: most of such a page is the same each
   * time.
   */
  readonly pageLater: boolean;
}

/** Characters of a report up to which its page may be made later. */
const smallReport = 2_000_000;

/** Rows of `backtest.csv` from which only the best models are written. */
const mostBacktestRows = 3_000_000;

/**
 * Writes the files of a finished run into `out`, each whole; `work` holds the fitted model, which moves to `out/model`.
 */
export async function writeOutputs(out: string, work: string, run: RunOutputs): Promise<void> {
  const { panel } = run.data;
  const { gap } = run.settings.plan;
  const timeColumn = run.file.experiment.data.time;
  await writeTextFile(join(out, "forecast.csv"), forecastCsv(panel, run.forecast, timeColumn, gap));
  await writeJsonFile(join(out, "leaderboard.json"), run.leaderboard);
  const table = { panel, timeColumn, levels: run.settings.levels, gap };
  await writeTextFile(join(out, "backtest.csv"), backtestCsv(table, backtests(run)));
  if (run.explanation !== undefined) {
    await writeTextFile(join(out, "explanations.json"), explanationsJson(panel, run.explanation, run.winner.id));
  } else await rm(join(out, "explanations.json"), { force: true });
  await replaceFolder(join(work, "model"), join(out, "model"));
  const document = documentOf(run);
  await writeJsonFile(join(out, "run.json"), runJson(run));
  const text = JSON.stringify(document);
  if (run.pageLater && text.length <= smallReport) await rm(join(out, "report.html"), { force: true });
  else await writeTextFile(join(out, "report.html"), reportPageParts(document));
  await writeTextFile(join(out, "report.json"), [text]);
}

async function replaceFolder(from: string, to: string): Promise<void> {
  if (existsSync(to)) await rm(to, { recursive: true, force: true });
  await rename(from, to);
}

function backtests({ winner, contenders }: RunOutputs): { model: string; parts: Winner["parts"] }[] {
  const all = [
    ...(contenders.some(({ trial }) => trial.candidate.id === winner.id)
      ? []
      : [{ model: winner.id, parts: winner.parts }]),
    ...contenders.map(({ trial, parts }) => ({ model: trial.candidate.id, parts })),
  ];
  let rows = 0;
  return all.filter(({ parts }, index) => {
    rows += rowsOf(parts);
    return index === 0 || rows <= mostBacktestRows;
  });
}

function rowsOf(parts: Winner["parts"]): number {
  return parts.reduce((sum, { fold, forecast }) => sum + fold.series.length * forecast.horizon, 0);
}

/** Rows that `backtest.csv` will have for some contenders. */
export function backtestRows(contenders: readonly Contender[]): number {
  return Math.min(
    mostBacktestRows,
    contenders.reduce((sum, { parts }) => sum + rowsOf(parts), 0),
  );
}

function documentOf(run: RunOutputs): ReportDocument {
  return reportDocument({
    experiment: reportExperiment(run),
    run: reportRun(run),
    panel: run.data.panel,
    profile: run.profile,
    leaderboard: run.leaderboard,
    winner: run.winner,
    contenders: run.contenders,
    forecast: run.forecast,
    totals: run.totals,
    explanation: run.explanation,
    scenarios: run.scenarios.length === 0 ? undefined : [...run.scenarios],
    metric: run.settings.metric,
    levels: run.settings.levels,
  });
}

function reportExperiment({ file, data, settings }: RunOutputs): ReportExperiment {
  const { experiment } = file;
  return {
    name: file.name,
    file: file.path,
    target: experiment.data.target,
    time: experiment.data.time,
    keyColumns: [...data.panel.keyColumns],
    frequency: data.panel.frequency,
    horizon: settings.plan.horizon,
    gap: settings.plan.gap,
    levels: [...settings.levels],
    metric: settings.metric,
    settings: experiment,
  };
}

function reportRun(run: RunOutputs): ReportRun {
  return {
    id: run.id,
    started: run.startedAt.toISOString(),
    seconds: run.seconds,
    device: run.device,
    seed: run.file.experiment.search.seed,
    fingerprint: run.data.fingerprint,
    versions,
    warnings: run.warnings.map(({ severity, code, message, fix }) => ({
      severity,
      code,
      message,
      fix,
    })),
  };
}

/** `run.json`: what a reader needs to trust the numbers and to get them again. */
function runJson(run: RunOutputs): Record<string, unknown> {
  return {
    ...reportRun(run),
    experiment: reportExperiment(run),
    workers: run.workers,
    winner: run.winner.id,
    score: Number.isFinite(run.winner.score) ? run.winner.score : null,
    totals: run.totals,
    members: run.winner.members.map(({ candidate, share, point }) => ({ model: candidate.id, weight: share, point })),
    calibration: run.winner.calibration,
    timings: run.leaderboard.map(({ model, fitSeconds, predictSeconds }) => ({ model, fitSeconds, predictSeconds })),
    text: run.file.text,
  };
}
