import { basename, join } from "node:path";
import { ExperimentError, type Problem } from "../../../protocol/errors.ts";
import { usualMetric } from "../../../protocol/experiment/schema.ts";
import { frequencyName } from "../../forecasting/panel/frequency.ts";
import { seriesCount } from "../../forecasting/panel/panel.ts";
import type { LoadedData } from "../data/load.ts";
import { loadData } from "../experiment/load-data.ts";
import type { ExperimentFile } from "../experiment/read-experiment.ts";
import { scenarioProblems } from "../experiment/scenario-problems.ts";
import { defaultMetric, resolveSettings } from "../experiment/settings.ts";
import { targetProblems } from "../experiment/target-problems.ts";
import { withoutLeaks } from "../experiment/without-leaks.ts";
import { DiskTaskCache } from "../files/task-cache.ts";
import type { OpenRun, RunContext } from "./run-context.ts";
import { secondsUntilEnd } from "./seconds-left.ts";
import { planTime } from "./time-plan.ts";

/**
 * Reads the data of a run, without covariates that reveal the target, and resolves the settings that depend on them.
 * Rejects with a DataError if the data cannot be used, and with an ExperimentError if a scenario would change nothing.
 */
export async function loadRun(run: OpenRun): Promise<RunContext> {
  const { log, folders } = run;
  const { file, data } = await readWithoutLeaks(run);
  const { panel, snapshot } = data;
  const settings = resolveSettings(file.experiment, panel, run.options.devices, log.budgetSeconds);
  if (file.experiment.evaluation.metric === undefined && settings.metric !== usualMetric) log.warn(intermittentMetric);
  return {
    ...run,
    file,
    data,
    panel,
    snapshot: snapshot!,
    fingerprint: basename(snapshot!),
    settings,
    cache: run.options.cache ?? new DiskTaskCache(join(folders.unfinished, "tasks")),
    checkpoints: join(folders.unfinished, "fits"),
    modelFolder: folders.model,
    budgetSeconds: log.budgetSeconds,
    time: planTime(file.experiment, { panel, settings }, secondsUntilEnd(log)),
  };
}

const intermittentMetric: Problem = {
  severity: "information",
  code: "intermittent-metric",
  message:
    "At least half of the series are zero at many steps: models are judged by RMSSE, since under MASE a forecast of zero often scores best.",
  fix: "Set evaluation.metric to choose another.",
};

/** The data, and the file without the covariates that are left out. */
async function readWithoutLeaks(run: OpenRun): Promise<{ file: ExperimentFile; data: LoadedData }> {
  const { log, pool } = run;
  log.progress("data", 0);
  // Workers start while the data are read.
  pool.warmUp();
  const whole = await read(run, run.file);
  const idle = scenarioProblems(run.file, whole.panel);
  if (idle.length > 0) throw new ExperimentError(idle);
  const { file, warnings } = withoutLeaks(run.file, whole.panel);
  for (const problem of warnings) log.warn(problem);
  const data = warnings.length === 0 ? whole : await read(run, file);
  for (const problem of data.warnings) log.warn(problem);
  for (const problem of targetProblems(data.panel, file.experiment)) log.warn(problem);
  log.emit({
    type: "data-loaded",
    series: seriesCount(data.panel),
    rows: data.panel.history.reduce((sum, length) => sum + length, 0),
    frequency: frequencyName(data.panel.frequency),
    metric: file.experiment.evaluation.metric ?? defaultMetric(data.panel),
    seconds: log.elapsed,
  });
  return { file, data };
}

/** Milliseconds that reading has at least and at most; in between it may take as long as the whole run. */
const [leastReading, mostReading] = [120_000, 900_000];

/** A `data.query` without end must not hold a place of the queue for ever. */
function readingLimit(budgetSeconds: number): number {
  return Math.min(mostReading, Math.max(leastReading, 1000 * budgetSeconds));
}

function read({ folders, options, signal, log }: OpenRun, file: ExperimentFile): Promise<LoadedData> {
  return loadData(file, {
    signal,
    snapshotDirectory: folders.work,
    timeoutMs: readingLimit(log.budgetSeconds),
    ...(options.processes === undefined ? {} : { reader: options.processes.reader }),
  });
}
