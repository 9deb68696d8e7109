import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { ExperimentError, type Problem } from "../../../protocol/errors.ts";
import { parseDuration } from "../../../protocol/experiment/values.ts";
import { fallbackWinner } from "../../forecasting/ensemble/fallback-winner.ts";
import { type Contender, chooseWinner, contenders, type Winner } from "../../forecasting/ensemble/winner.ts";
import { judgedSeries } from "../../forecasting/evaluation/fold.ts";
import { fillMissingForecasts } from "../../forecasting/explain/fill-missing.ts";
import type { RunExplanation } from "../../forecasting/explain/run-explanation.ts";
import { applyBounds } from "../../forecasting/models/bounds.ts";
import { keepLevels } from "../../forecasting/models/levels.ts";
import { frequencyName } from "../../forecasting/panel/frequency.ts";
import { type Panel, seriesCount } from "../../forecasting/panel/panel.ts";
import { Steering } from "../../forecasting/search/steering.ts";
import type { LoadedData } from "../data/load.ts";
import { profilePanel } from "../data/profile.ts";
import { loadData } from "../experiment/load-data.ts";
import type { ExperimentFile } from "../experiment/read-experiment.ts";
import { scenarioProblems } from "../experiment/scenario-problems.ts";
import { type RunSettings, resolveSettings } from "../experiment/settings.ts";
import { targetProblems } from "../experiment/target-problems.ts";
import { withoutLeaks } from "../experiment/without-leaks.ts";
import { DiskTaskCache } from "../files/task-cache.ts";
import { leaderboardRows } from "../outputs/leaderboard.ts";
import { backtestRows, writeOutputs } from "../outputs/write-outputs.ts";
import { manifestOf, writeManifest } from "../trained-model/model-manifest.ts";
import { WorkerPool } from "../workers/worker-pool.ts";
import { budgetTooSmall, explanationsCut, memberFailed, permutationCut } from "./budget-problems.ts";
import { explainRun, mostExplained } from "./explain-run.ts";
import type { FitSurroundings } from "./fit-candidate.ts";
import { type Fitted, fitInTime } from "./fit-in-time.ts";
import { type FinalForecast, fitWinner } from "./fit-winner.ts";
import { forecastScenarios } from "./forecast-scenarios.ts";
import { permutationImportance } from "./permutation.ts";
import { RunLog } from "./run-log.ts";
import type { RunOptions, RunResult } from "./run-options.ts";
import { type SearchResult, searchRun } from "./search-run.ts";
import { planTime, type TimePlan, withBacktest } from "./time-plan.ts";

/** Seconds the fits on all data have even where the search used up the budget. */
const leastFinalSeconds = 1;

/** Seconds that the explanations of a few series have even then. */
const leastExplanationSeconds = 0.5;

/** Share of the seconds for fits on all data that the members of an ensemble may be expected to take. */
const finalShare = 0.9;

/**
 * Carries an experiment out: data → panel → backtests of all candidates → winner or ensemble → forecast with calibrated
 * intervals → explanations → files. Rejects with an AlmanacError, or with the signal's reason when cancelled; earlier
 * results in `out` stay until the new ones are complete.
 */
export async function runExperiment(file: ExperimentFile, options: RunOptions): Promise<RunResult> {
  const log = new RunLog(parseDuration(file.experiment.search.budget)!, options.onEvent, options.started);
  const pool = options.processes?.pool ?? new WorkerPool({ workers: options.workers });
  const work = join(options.out, ".work");
  const unfinished = join(options.out, ".unfinished");
  try {
    await mkdir(work, { recursive: true });
    return await new Run(file, options, log, pool, work, unfinished).carryOut();
  } finally {
    if (options.processes === undefined) pool.close();
    await rm(work, { recursive: true, force: true });
    const resumed = options.resumable === true && options.signal.aborted;
    if (!resumed) await rm(unfinished, { recursive: true, force: true });
  }
}

/** The stages of one run, in the order in which `carryOut` calls them. */
class Run {
  #file: ExperimentFile;
  readonly #options: RunOptions;
  readonly #log: RunLog;
  readonly #pool: WorkerPool;
  /** Folder for snapshots and the fitted model until the run is complete. */
  readonly #work: string;
  /** Folder for what another attempt at this run goes on from. */
  readonly #unfinished: string;

  constructor(
    file: ExperimentFile,
    options: RunOptions,
    log: RunLog,
    pool: WorkerPool,
    work: string,
    unfinished: string,
  ) {
    this.#file = file;
    this.#options = options;
    this.#log = log;
    this.#pool = pool;
    this.#work = work;
    this.#unfinished = unfinished;
  }

  async carryOut(): Promise<RunResult> {
    const { name } = this.#file;
    const { metric } = this.#file.experiment.evaluation;
    this.#log.emit({
      type: "run-started",
      experiment: name,
      metric,
      budgetSeconds: this.#log.budgetSeconds,
      workers: this.#pool.size,
    });
    for (const problem of this.#file.warnings) this.#log.warn(problem);
    const data = await this.#load();
    const { experiment } = this.#file;
    const surroundings = this.#surroundings(data);
    const { signal, steering = new Steering() } = this.#options;
    const planned = planTime(experiment, data.panel, surroundings.settings, this.#secondsBefore());
    const found = await searchRun(experiment, data.panel, surroundings, planned, this.#log, signal, steering);
    const list = contenders(found.trials, metric, surroundings.settings.levels);
    const time = withBacktest(planned, backtestRows(list));
    const chosen = this.#chooseWinner(list, found, data.panel, surroundings, time);
    this.#log.progress("final", 0.8);
    const { winner, final } = await this.#fitWinner(chosen, list, data.panel, surroundings, time);
    const explanation = await this.#explain(winner, final, data.panel, surroundings, time);
    const manifest = manifestOf(this.#file, winner, final.members, data, surroundings.settings, this.#log.startedAt);
    await writeManifest(manifest, join(this.#work, "model"));
    const model = { manifest, directory: join(this.#work, "model"), forecast: final.forecast };
    const scenarios = await forecastScenarios(
      experiment.scenarios,
      model,
      data.panel,
      this.#work,
      surroundings,
      this.#secondsBefore(time.output),
      this.#options.signal,
    );
    for (const problem of scenarios.warnings) this.#log.warn(problem);
    this.#log.progress("output", 0.95);
    return this.#write(found, list, winner, final, data, surroundings, explanation, scenarios.reports);
  }

  async #load(): Promise<LoadedData> {
    this.#log.progress("data", 0);
    // Workers start while the data are read.
    this.#pool.warmUp();
    const whole = await this.#read();
    const idle = scenarioProblems(this.#file, whole.panel);
    if (idle.length > 0) throw new ExperimentError(idle);
    const { file, warnings } = withoutLeaks(this.#file, whole.panel);
    for (const problem of warnings) this.#log.warn(problem);
    this.#file = file;
    const data = warnings.length === 0 ? whole : await this.#read();
    for (const problem of data.warnings) this.#log.warn(problem);
    for (const problem of targetProblems(data.panel, this.#file.experiment)) this.#log.warn(problem);
    this.#log.emit({
      type: "data-loaded",
      series: seriesCount(data.panel),
      rows: data.panel.history.reduce((sum, length) => sum + length, 0),
      frequency: frequencyName(data.panel.frequency),
      seconds: this.#log.elapsed,
    });
    return data;
  }

  #read(): Promise<LoadedData> {
    return loadData(this.#file, {
      ...{ signal: this.#options.signal, snapshotDirectory: this.#work },
      ...(this.#options.processes === undefined ? {} : { reader: this.#options.processes.reader }),
    });
  }

  #surroundings({ panel, snapshot }: LoadedData): FitSurroundings {
    return {
      pool: this.#pool,
      snapshot: snapshot!,
      fingerprint: basename(snapshot!),
      settings: resolveSettings(this.#file.experiment, panel, this.#options.devices, this.#log.budgetSeconds),
      cache: this.#options.cache ?? new DiskTaskCache(join(this.#unfinished, "tasks")),
      checkpoints: join(this.#unfinished, "fits"),
      budgetSeconds: this.#log.budgetSeconds,
    };
  }

  #chooseWinner(
    list: readonly Contender[],
    { trials }: SearchResult,
    panel: Panel,
    { settings }: FitSurroundings,
    time: TimePlan,
  ): Winner {
    const { evaluation, search } = this.#file.experiment;
    const seconds = this.#finalSeconds(time);
    if (list.length === 0) {
      const winner = fallbackWinner(search.models, settings.fit.levels, seriesCount(panel), seconds);
      const { title } = winner.members[0]!.candidate;
      const { budgetSeconds } = this.#log;
      if (trials.length > 0)
        this.#log.warn(allFailed(trials) ?? budgetTooSmall(budgetSeconds, budgetSeconds - time.seconds, title));
      return winner;
    }
    const { metric } = evaluation;
    const winner = chooseWinner(list, {
      metric,
      ensemble: search.ensemble,
      seed: search.seed,
      levels: settings.levels,
      seconds: finalShare * seconds,
      workers: this.#pool.size,
      growth: growthOf(panel, settings),
    });
    const rows = [
      ...(list.some(({ trial }) => trial.candidate.id === winner.id)
        ? []
        : [{ model: winner.id, score: winner.score }]),
      ...list.map(({ trial, score }) => ({ model: trial.candidate.id, score })),
    ];
    this.#log.emit({
      type: "leaderboard",
      rows: rows.map(({ model, score }) => ({ model, score: Number.isFinite(score) ? score : null })),
    });
    return winner;
  }

  /** Seconds until some that are kept free at the end of the budget. */
  #secondsBefore(...kept: readonly number[]): number {
    return this.#log.budgetSeconds - this.#log.elapsed - kept.reduce((sum, seconds) => sum + seconds, 0);
  }

  /** Seconds that are left for the fits on all data. */
  #finalSeconds({ explanations, permutation, scenarios, output }: TimePlan): number {
    return Math.max(leastFinalSeconds, this.#secondsBefore(explanations, permutation, scenarios, output));
  }

  async #fitWinner(
    chosen: Winner,
    list: readonly Contender[],
    panel: Panel,
    surroundings: FitSurroundings,
    time: TimePlan,
  ): Promise<Pick<Fitted, "winner" | "final">> {
    const { settings } = surroundings;
    const { signal } = this.#options;
    const directory = join(this.#work, "model");
    const { winner, final, warnings } = await fitInTime(chosen, list, {
      fit: (winner, seconds) =>
        fitWinner(winner, seriesCount(panel), directory, surroundings, {
          ...{ seconds, signal },
          onProgress: (member, fraction, loss) => this.#log.taskProgress(member, "final")(fraction, loss),
        }),
      left: () => this.#finalSeconds(time),
      workers: this.#pool.size,
      growth: growthOf(panel, settings),
      signal,
      lastResort: fallbackWinner("auto", settings.fit.levels, seriesCount(panel), 0),
    });
    for (const problem of warnings) this.#log.warn(problem);
    for (const message of final.warnings) this.#log.warn({ severity: "warning", code: "training", message });
    for (const { candidate, reason, late } of final.failures) {
      this.#log.warn(memberFailed(candidate.title, reason, late));
    }
    const missing = fillMissingForecasts(panel, final.forecast);
    if (missing > 0) {
      this.#log.warn({
        severity: "warning",
        code: "series-without-model",
        message: `${missing} series could not be forecast by the winner; their mean stands in.`,
      });
    }
    return { winner, final: { ...final, forecast: applyBounds(final.forecast, settings.fit.bounds) } };
  }

  async #explain(
    winner: Winner,
    final: FinalForecast,
    panel: Panel,
    surroundings: FitSurroundings,
    time: TimePlan,
  ): Promise<RunExplanation | undefined> {
    const { explain } = this.#file.experiment;
    if (explain === false) return undefined;
    this.#log.progress("explain", 0.9);
    const samples = explain === true ? 128 : explain.samples;
    const directory = join(this.#work, "model");
    const { signal } = this.#options;
    const left = {
      seconds: this.#secondsBefore(time.permutation, time.scenarios, time.output),
      first: Math.max(leastExplanationSeconds, time.explanations),
    };
    const found = await explainRun(panel, final, winner, directory, samples, surroundings, left, signal);
    const explanation = found === "late" ? undefined : found;
    const explained = explanation?.attribution.series.length ?? 0;
    const wanted = Math.min(seriesCount(panel), mostExplained);
    if (found !== undefined && explained < wanted) {
      this.#log.warn(explanationsCut(this.#log.budgetSeconds, explained, wanted));
    }
    for (const { candidate } of explanation?.silent ?? []) {
      this.#log.warn({
        severity: "information",
        code: "member-not-explained",
        message: `${candidate.title} cannot explain itself: its share of the forecast is spread over the other members' factors.`,
      });
    }
    const repeats = explain === true ? 0 : explain.permutation;
    if (explanation === undefined || repeats === 0) return explanation;
    const { metric } = this.#file.experiment.evaluation;
    const seconds = this.#secondsBefore(time.scenarios, time.output);
    const permutation = await permutationImportance(panel, winner, metric, repeats, surroundings, seconds, signal);
    if (permutation === undefined) this.#log.warn(permutationCut(this.#log.budgetSeconds, repeats));
    return { ...explanation, permutation: permutation ?? [] };
  }

  async #write(
    { trials, skipped }: SearchResult,
    list: readonly Contender[],
    winner: Winner,
    final: FinalForecast,
    data: LoadedData,
    { settings }: FitSurroundings,
    explanation: RunExplanation | undefined,
    scenarios: Parameters<typeof writeOutputs>[2]["scenarios"],
  ): Promise<RunResult> {
    const { out } = this.#options;
    const leaderboard = leaderboardRows(list, winner, trials, skipped);
    const seconds = this.#log.elapsed;
    const id = this.#options.id ?? randomUUID();
    await writeOutputs(out, this.#work, {
      file: this.#file,
      id,
      startedAt: this.#log.startedAt,
      seconds,
      device: devicesOf(trials),
      workers: this.#pool.size,
      data,
      profile: profilePanel(data.panel),
      settings,
      contenders: list,
      winner,
      forecast: keepLevels(final.forecast, settings.levels),
      explanation,
      scenarios,
      leaderboard,
      warnings: this.#log.warnings,
      pageLater: this.#options.pageLater === true,
    });
    const { score } = winner;
    const shown = Number.isFinite(score) ? score : null;
    this.#log.emit({ type: "run-finished", winner: winner.id, score: shown, seconds, directory: out });
    return { id, winner: winner.id, score, leaderboard, warnings: this.#log.warnings, seconds, out };
  }
}

/** How many times more series there are than models are judged on. */
function growthOf(panel: Panel, { plan }: RunSettings): number {
  const judged = judgedSeries(panel, plan).length;
  return judged === plan.sample?.most ? seriesCount(panel) / judged : 1;
}

/** Where the tried models were trained, in words. */
function devicesOf(trials: SearchResult["trials"]): string {
  return [...new Set(["cpu", ...trials.map(({ device }) => device)])].join(", ");
}

function allFailed(trials: SearchResult["trials"]): Problem | undefined {
  const failed = trials.find(({ status }) => status === "failed");
  return failed === undefined
    ? undefined
    : {
        severity: "warning",
        code: "all-models-failed",
        message: `No model could be backtested. ${failed.candidate.title}: ${failed.reason}`,
      };
}
