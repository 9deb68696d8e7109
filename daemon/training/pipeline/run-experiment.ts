import type { ExperimentFile } from "../experiment/read-experiment.ts";
import { backtestRows } from "../outputs/write-outputs.ts";
import { chooseRunWinner } from "./choose-run-winner.ts";
import { explainRun } from "./explain-run.ts";
import { fitRun } from "./fit-run.ts";
import { forecastScenarios } from "./forecast-scenarios.ts";
import { loadRun } from "./load-run.ts";
import { closeRun, openRun } from "./open-run.ts";
import type { OpenRun } from "./run-context.ts";
import type { RunOptions, RunResult } from "./run-options.ts";
import { saveModel } from "./save-model.ts";
import { searchRun } from "./search-run.ts";
import { withBacktest } from "./time-plan.ts";
import { writeRun } from "./write-run.ts";

/**
 * Runs an experiment: data → panel → backtests of all candidates → winner or ensemble → forecast with calibrated
 * intervals → explanations → files. Rejects with an AlmanacError, or with the signal's reason when cancelled; earlier
 * results in `out` stay until the new ones are complete.
 */
export async function runExperiment(file: ExperimentFile, options: RunOptions): Promise<RunResult> {
  const run = await openRun(file, options);
  try {
    return await carryOut(run);
  } finally {
    await closeRun(run);
  }
}

/** The stages of a run in their order. */
async function carryOut(run: OpenRun): Promise<RunResult> {
  const loaded = await loadRun(run);
  const search = await searchRun(loaded);
  const context = { ...loaded, time: withBacktest(loaded.time, backtestRows(search.contenders)) };
  const winner = chooseRunWinner(context, search);
  context.log.progress("final", 0.8);
  const final = await fitRun(context, { winner, contenders: search.contenders });
  const explanation = await explainRun(context, final);
  const model = await saveModel(context, final);
  const scenarios = await forecastScenarios(context, model);
  return writeRun(context, { search, final, explanation, scenarios });
}
