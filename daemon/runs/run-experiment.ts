import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Problem } from "../../protocol/errors.ts";
import type { RunEvent } from "../../protocol/events.ts";
import { parseDuration } from "../../protocol/experiment/values.ts";
import type { LeaderboardRow } from "../../protocol/report.ts";
import { frequencyName } from "../data/frequency.ts";
import type { LoadedData } from "../data/load.ts";
import { type Panel, seriesCount } from "../data/panel.ts";
import { writeSnapshot } from "../data/snapshot.ts";
import { type FoldTruth, foldAt, reachableWindows } from "../evaluation/fold.ts";
import { applyBounds } from "../models/bounds.ts";
import type { Forecast } from "../models/forecast.ts";
import type { Device } from "../models/forecaster.ts";
import { keepLevels } from "../models/levels.ts";
import { forecasters } from "../models/registry.ts";
import type { Candidate } from "../search/candidate.ts";
import { chooseCandidates, type SearchPlan } from "../search/choose-candidates.ts";
import { panelFacts } from "../search/panel-facts.ts";
import { search, type Trial } from "../search/search.ts";
import type { TaskCache } from "../store/task-cache.ts";
import { explainRun, fillMissingForecasts, type RunExplanation } from "./explain-run.ts";
import { chooseWinner, contenders, type FinalForecast, fitWinner, memberFolder, type Winner } from "./finalise.ts";
import { type FitSurroundings, fitAtFold } from "./fit-candidate.ts";
import { forecastWith } from "./forecast-with.ts";
import { loadData, refuseUnsupported } from "./load-data.ts";
import { type ModelManifest, writeManifest } from "./model-manifest.ts";
import { leaderboardRows } from "./outputs/leaderboard.ts";
import { writeOutputs } from "./outputs/write-outputs.ts";
import type { ExperimentFile } from "./read-experiment.ts";
import { reportScenario, scenarioPanel } from "./scenarios.ts";
import { resolveSettings } from "./settings.ts";
import { WorkerPool } from "./worker-pool.ts";

/** How a run is carried out. */
export interface RunOptions {
  /** Folder for the results; made where it does not exist. */
  readonly out: string;
  readonly workers: number;
  readonly device: Device;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  /** Results of earlier, identical work. */
  readonly cache?: TaskCache;
  /** Identifier of the run; random when left out. */
  readonly id?: string;
}

/** What a run found, beside the files it wrote. */
export interface RunResult {
  readonly id: string;
  readonly winner: string;
  readonly score: number;
  readonly leaderboard: readonly LeaderboardRow[];
  readonly warnings: readonly Problem[];
  readonly seconds: number;
  readonly out: string;
}

/** Shares of the budget: what the search may take before the winner is fitted on all data. */
const searchShare = 0.8;

/** Seconds the last stage may take even where the search used up the budget. */
const leastFinalSeconds = 5;

/**
 * Carries an experiment out: data → panel → backtests of all candidates → winner or ensemble → forecast with calibrated
 * intervals → explanations → files. Rejects with an AlmanacError, or with the signal's reason when cancelled; earlier
 * results in `out` stay until the new ones are complete.
 */
export async function runExperiment(file: ExperimentFile, options: RunOptions): Promise<RunResult> {
  const run = new Run(file, options);
  try {
    return await run.carryOut();
  } finally {
    await run.close();
  }
}

class Run {
  readonly #file: ExperimentFile;
  readonly #options: RunOptions;
  readonly #pool: WorkerPool;
  readonly #work: string;
  readonly #started = performance.now();
  readonly #startedAt = new Date();
  readonly #budget: number;
  readonly #warnings: Problem[] = [];

  constructor(file: ExperimentFile, options: RunOptions) {
    this.#file = file;
    this.#options = options;
    this.#pool = new WorkerPool({ workers: options.workers });
    this.#work = join(options.out, ".work");
    this.#budget = parseDuration(file.experiment.search.budget)!;
  }

  async close(): Promise<void> {
    this.#pool.close();
    await rm(this.#work, { recursive: true, force: true });
  }

  async carryOut(): Promise<RunResult> {
    const { experiment, name } = this.#file;
    const { metric } = experiment.evaluation;
    refuseUnsupported(this.#file);
    this.#emit({
      type: "run-started",
      experiment: name,
      metric,
      budgetSeconds: this.#budget,
      workers: this.#pool.size,
    });
    for (const problem of this.#file.warnings) this.#warn(problem);
    await mkdir(this.#work, { recursive: true });
    const data = await this.#load();
    const surroundings = await this.#surroundings(data);
    const { trials, plan } = await this.#search(data.panel, surroundings);
    const list = contenders(trials, metric, surroundings.settings.levels);
    const winner = this.#winner(list, trials, surroundings);
    this.#progress("final", 0.8);
    const final = await this.#finish(winner, data.panel, surroundings);
    const explanation = await this.#explain(winner, final, data.panel, surroundings);
    const manifest = await this.#saveManifest(winner, final, data, surroundings);
    const scenarios = await this.#scenarios(manifest, final.forecast, data.panel, surroundings);
    this.#progress("output", 0.95);
    const leaderboard = leaderboardRows(list, winner, trials, plan.skipped, this.#options.device);
    const seconds = this.#elapsed();
    const id = this.#options.id ?? randomUUID();
    await writeOutputs(this.#options.out, this.#work, {
      file: this.#file,
      id,
      startedAt: this.#startedAt,
      seconds,
      device: this.#options.device,
      workers: this.#pool.size,
      data,
      profile: undefined,
      settings: surroundings.settings,
      contenders: list,
      winner,
      forecast: keepLevels(final.forecast, surroundings.settings.levels),
      explanation,
      scenarios,
      leaderboard,
      warnings: this.#warnings,
    });
    const score = winner.score;
    this.#emit({
      type: "run-finished",
      winner: winner.id,
      score: Number.isFinite(score) ? score : null,
      seconds,
      directory: this.#options.out,
    });
    return { id, winner: winner.id, score, leaderboard, warnings: this.#warnings, seconds, out: this.#options.out };
  }

  async #load(): Promise<LoadedData> {
    this.#progress("data", 0);
    const data = await loadData(this.#file, this.#options.signal);
    for (const problem of data.warnings) this.#warn(problem);
    this.#emit({
      type: "data-loaded",
      series: seriesCount(data.panel),
      rows: data.panel.history.reduce((sum, length) => sum + length, 0),
      frequency: frequencyName(data.panel.frequency),
      seconds: this.#elapsed(),
    });
    return data;
  }

  async #surroundings({ panel }: LoadedData): Promise<FitSurroundings> {
    const snapshot = await writeSnapshot(panel, this.#work);
    return {
      pool: this.#pool,
      snapshot,
      fingerprint: basename(snapshot),
      settings: resolveSettings(this.#file.experiment, panel, this.#options.device),
      cache: this.#options.cache,
      budgetSeconds: this.#budget,
    };
  }

  async #search(panel: Panel, surroundings: FitSurroundings): Promise<{ trials: Trial[]; plan: SearchPlan }> {
    const { experiment } = this.#file;
    const { plan: foldPlan } = surroundings.settings;
    const windows = reachableWindows(panel, foldPlan, experiment.evaluation.windows);
    this.#warnAboutWindows(windows, experiment.evaluation.windows);
    const plan = chooseCandidates(forecasters, experiment, panelFacts(panel));
    this.#emit({
      type: "search-planned",
      windows,
      candidates: plan.candidates.map(({ id, model, title, family }) => ({ candidate: id, model, title, family })),
      skipped: plan.skipped.map(({ id, model, reason }) => ({ candidate: id, model, reason })),
    });
    if (windows === 0) return { trials: [], plan };
    const folds = Array.from({ length: windows }, (_, index) => truthOf(panel, foldPlan, index));
    const total = plan.candidates.length * windows;
    let done = 0;
    const deadline = this.#started + this.#budget * 1000 * searchShare;
    const trials = await search(plan.candidates, {
      folds,
      metric: experiment.evaluation.metric,
      levels: surroundings.settings.levels,
      workers: this.#pool.size,
      deadline,
      signal: this.#options.signal,
      evaluate: async (candidate, fold, seconds, signal) => {
        const names = { candidate: candidate.id, model: candidate.model, task: fold };
        this.#emit({ type: "task-started", ...names });
        const onProgress = this.#taskProgress(candidate, fold);
        const outcome = await fitAtFold(candidate, folds[fold]!, surroundings, { seconds, signal, onProgress });
        this.#emit({
          type: "task-finished",
          ...names,
          seconds: outcome.fitSeconds + outcome.predictSeconds,
          cached: outcome.cached,
        });
        done++;
        this.#progress(
          "search",
          Math.max(done / total, (performance.now() - this.#started) / (deadline - this.#started)) * 0.8,
        );
        return outcome;
      },
      onStart: ({ id, model }) => this.#emit({ type: "candidate-started", candidate: id, model }),
      onScore: (trial) => this.#emit(scored(trial)),
      onEnd: (trial) => {
        if (trial.status !== "tried") this.#emit(ended(trial));
      },
    });
    return { trials, plan };
  }

  #winner(list: ReturnType<typeof contenders>, trials: readonly Trial[], { settings }: FitSurroundings): Winner {
    const { evaluation, search: options } = this.#file.experiment;
    if (list.length > 0) {
      const winner = chooseWinner(list, {
        metric: evaluation.metric,
        ensemble: options.ensemble,
        seed: options.seed,
        levels: settings.levels,
      });
      const rows = [
        ...(list.some(({ trial }) => trial.candidate.id === winner.id)
          ? []
          : [{ model: winner.id, score: winner.score }]),
        ...list.map(({ trial, score }) => ({ model: trial.candidate.id, score })),
      ];
      this.#emit({
        type: "leaderboard",
        rows: rows.map(({ model, score }) => ({ model, score: Number.isFinite(score) ? score : null })),
      });
      return winner;
    }
    const failed = trials.find(({ status }) => status === "failed");
    if (trials.length > 0 && failed === undefined) {
      this.#warn({
        severity: "warning",
        code: "budget-too-small",
        message: "No model finished a backtest within the budget.",
        fix: "Raise search.budget.",
      });
    }
    return this.#fallback();
  }

  /** Without any backtest the most dependable model that was asked for makes the forecast, unjudged. */
  #fallback(): Winner {
    const { models } = this.#file.experiment.search;
    const asked = models === "auto" ? [] : Array.isArray(models) ? models : Object.keys(models);
    const preference = [...asked, "auto-ets", "seasonal-naive", "naive"];
    const forecaster =
      preference.flatMap((name) => forecasters.filter((one) => one.name === name))[0] ?? forecasters[0]!;
    const { name, title, family } = forecaster;
    const given = models !== "auto" && !Array.isArray(models) ? models[name as keyof typeof models] : undefined;
    const candidate: Candidate = {
      id: name,
      model: name,
      title,
      family,
      options: (given ?? {}) as Record<string, unknown>,
    };
    return {
      id: name,
      members: [{ candidate, point: "mean", weight: 1 }],
      parts: [],
      score: Number.NaN,
      calibration: { levels: [], factors: [] },
    };
  }

  async #finish(winner: Winner, panel: Panel, surroundings: FitSurroundings): Promise<FinalForecast> {
    const { settings } = surroundings;
    const seconds = Math.max(leastFinalSeconds, this.#budget - this.#elapsed());
    const final = await fitWinner(
      withFactors(winner, settings.fit.levels),
      seriesCount(panel),
      join(this.#work, "model"),
      surroundings,
      {
        seconds,
        signal: this.#options.signal,
        onProgress: (member, fraction, loss) => this.#taskProgress(member, "final")(fraction, loss),
      },
    );
    for (const { candidate, reason } of final.failures) {
      this.#warn({
        severity: "warning",
        code: "member-failed",
        message: `${candidate.title} could not be fitted on all data and left the ensemble: ${reason}`,
      });
    }
    const missing = fillMissingForecasts(panel, final.forecast);
    if (missing > 0) {
      this.#warn({
        severity: "warning",
        code: "series-without-model",
        message: `${missing} series could not be forecast by the winner; their mean stands in.`,
      });
    }
    return { ...final, forecast: applyBounds(final.forecast, settings.fit.bounds) };
  }

  async #explain(
    winner: Winner,
    final: FinalForecast,
    panel: Panel,
    surroundings: FitSurroundings,
  ): Promise<RunExplanation | undefined> {
    const { explain } = this.#file.experiment;
    if (explain === false) return undefined;
    this.#progress("explain", 0.9);
    const samples = explain === true ? 128 : explain.samples;
    const directory = join(this.#work, "model");
    const { signal } = this.#options;
    const explanation = await explainRun(panel, final, winner.members, directory, samples, surroundings, signal);
    for (const { candidate } of explanation?.silent ?? []) {
      this.#warn({
        severity: "information",
        code: "member-not-explained",
        message: `${candidate.title} cannot explain itself: its share of the ensemble is spread over the other members' factors.`,
      });
    }
    return explanation;
  }

  async #saveManifest(
    winner: Winner,
    final: FinalForecast,
    data: LoadedData,
    { settings }: FitSurroundings,
  ): Promise<ModelManifest> {
    const manifest: ModelManifest = {
      format: "almanac-model",
      version: 1,
      name: this.#file.name,
      created: this.#startedAt.toISOString(),
      directory: join(this.#file.path, ".."),
      experiment: this.#file.experiment,
      frequency: data.panel.frequency,
      members: final.members.map(({ candidate, weight, point }) => ({
        folder: memberFolder(
          winner.members.findIndex((member) => member.candidate.id === candidate.id),
          candidate,
        ),
        candidate: candidate.id,
        model: candidate.model,
        weight,
        point,
      })),
      calibration: {
        levels: [...settings.fit.levels],
        factors: [...withFactors(winner, settings.fit.levels).calibration.factors],
      },
      settings: { ...settings.fit, levels: [...settings.fit.levels], seasons: [...settings.fit.seasons] },
      fingerprint: data.fingerprint,
    };
    await writeManifest(manifest, join(this.#work, "model"));
    return manifest;
  }

  async #scenarios(
    manifest: ModelManifest,
    forecast: Forecast,
    panel: Panel,
    { settings }: FitSurroundings,
  ): Promise<ReturnType<typeof reportScenario>[]> {
    const reports: ReturnType<typeof reportScenario>[] = [];
    for (const scenario of this.#file.experiment.scenarios) {
      const changed = scenarioPanel(panel, scenario);
      for (const problem of changed.warnings) this.#warn(problem);
      const snapshot = await writeSnapshot(changed.panel, this.#work);
      const other = await forecastWith(manifest, join(this.#work, "model"), snapshot, this.#pool, this.#options.signal);
      const [base, after] = [keepLevels(forecast, settings.levels), keepLevels(other, settings.levels)];
      reports.push(reportScenario(scenario, base, after, changed.warnings));
    }
    return reports;
  }

  #warnAboutWindows(windows: number, wanted: number): void {
    if (windows >= wanted) return;
    this.#warn({
      severity: "warning",
      code: "fewer-windows",
      message:
        windows === 0
          ? "No series is long enough for a backtest of this horizon: the forecast is not judged."
          : `The longest series allows ${windows} of ${wanted} backtest windows.`,
      fix: "Shorten forecast.horizon or evaluation.step, or give longer histories.",
    });
  }

  #taskProgress(candidate: Candidate, task: number | "final"): (fraction: number, loss?: number) => void {
    return (fraction, loss) =>
      this.#emit({
        type: "task-progress",
        candidate: candidate.id,
        model: candidate.model,
        task,
        fraction,
        ...(loss === undefined ? {} : { loss }),
      });
  }

  #elapsed(): number {
    return (performance.now() - this.#started) / 1000;
  }

  #progress(stage: "data" | "search" | "final" | "explain" | "output", fraction: number): void {
    const elapsedSeconds = this.#elapsed();
    const bounded = Math.min(1, Math.max(0, fraction));
    const byRate = bounded > 0.02 ? (elapsedSeconds / bounded) * (1 - bounded) : this.#budget;
    this.#emit({
      type: "progress",
      stage,
      fraction: bounded,
      elapsedSeconds,
      remainingSeconds: Math.max(0, Math.min(byRate, this.#budget - elapsedSeconds)),
    });
  }

  #warn(problem: Problem): void {
    this.#warnings.push(problem);
    const { severity, code, message, fix } = problem;
    this.#emit({ type: "warning", problem: { severity, code, message, ...(fix === undefined ? {} : { fix }) } });
  }

  #emit(event: RunEvent): void {
    this.#options.onEvent(event);
  }
}

/** The fold without its panel: the workers make their own. */
function truthOf(panel: Panel, plan: Parameters<typeof foldAt>[1], index: number): FoldTruth {
  const { panel: _, ...truth } = foldAt(panel, plan, index);
  return truth;
}

/** Calibration factors for every working level: none (1) where no backtest could tell. */
function withFactors(winner: Winner, levels: readonly number[]): Winner {
  if (winner.calibration.factors.length === levels.length) return winner;
  return { ...winner, calibration: { levels, factors: levels.map(() => 1) } };
}

function scored({ candidate, score, parts, fitSeconds, predictSeconds }: Trial): RunEvent {
  return {
    type: "candidate-scored",
    candidate: candidate.id,
    model: candidate.model,
    score: Number.isFinite(score) ? score : null,
    windows: parts.length,
    seconds: fitSeconds + predictSeconds,
  };
}

function ended({ candidate, status, reason = "" }: Trial): RunEvent {
  const type = status === "failed" ? "candidate-failed" : "candidate-skipped";
  return { type, candidate: candidate.id, model: candidate.model, reason };
}
