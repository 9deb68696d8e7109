/** A worker process: fits and applies models on panels that it reads from snapshots. Native code and crashes stay in here. */

import { AlmanacError } from "../../../protocol/errors.ts";
import { foldAt, originAt } from "../../forecasting/evaluation/fold.ts";
import { shuffled } from "../../forecasting/evaluation/shuffle.ts";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import type { FitContext, FittedForecaster } from "../../forecasting/models/forecaster.ts";
import { forecasterNamed } from "../../forecasting/models/registry.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { panelAt, selectSeries } from "../../forecasting/panel/panel-at.ts";
import { readSnapshot } from "../data/snapshot.ts";
import { deviceChooser } from "../devices/device-chooser.ts";
import { isDiskFull } from "../files/persist.ts";
import { fitCheckpoint } from "./fit-checkpoint.ts";
import { lastChange, loadModel, saveModel } from "./saved-model.ts";
import type {
  AttributeTask,
  FitResult,
  FitTask,
  InteractTask,
  PermuteTask,
  PredictTask,
  Task,
  TaskResults,
  WorkerError,
  WorkerReply,
  WorkerRequest,
} from "./task.ts";

const running = new Map<number, AbortController>();

let cached: { path: string; panel: Promise<Panel> } | undefined;

/** The panel of a snapshot; the last one read is kept, since tasks of one run share it. */
function panelOf(path: string): Promise<Panel> {
  if (cached?.path !== path) cached = { path, panel: readSnapshot(path) };
  return cached.panel;
}

let opened: { directory: string; changed: number; model: Promise<FittedForecaster> } | undefined;

/** The model saved in a folder; the last one read is kept, since several tasks ask the same. */
async function modelOf(directory: string): Promise<FittedForecaster> {
  const changed = await lastChange(directory);
  if (opened?.directory !== directory || opened.changed !== changed) {
    opened = { directory, changed, model: loadModel(directory) };
  }
  return opened.model;
}

function send(reply: WorkerReply): void {
  if (process.connected) process.send!(reply);
}

process.on("message", (request: WorkerRequest) => {
  if ("cancel" in request) running.get(request.id)?.abort();
  else void serve(request.id, request.task);
});
process.on("disconnect", () => process.exit(0));

async function serve(id: number, task: Task): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    send({ id, result: await perform(id, task, controller.signal) });
  } catch (error) {
    send({ id, error: describeError(error, controller.signal.aborted) });
  } finally {
    running.delete(id);
  }
}

function describeError(error: unknown, cancelled: boolean): WorkerError {
  if (error instanceof AlmanacError) {
    return {
      message: error.message,
      expected: true,
      cancelled,
      full: isDiskFull(error),
      fix: error.fix,
    };
  }
  return {
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    expected: false,
    cancelled,
    full: isDiskFull(error),
  };
}

function perform(id: number, task: Task, signal: AbortSignal): Promise<TaskResults[Task["kind"]]> {
  switch (task.kind) {
    case "fit":
      return fitModel(id, task, signal);
    case "predict":
      return predictWith(task, signal);
    case "attribute":
      return attributeWith(task, signal);
    case "interact":
      return interactWith(task, signal);
    case "permute":
      return permuteWith(id, task, signal);
  }
}

function contextOf(id: number, task: FitTask, signal: AbortSignal): FitContext {
  const { settings, devices, seconds, checkpoint } = task;
  return {
    ...settings,
    ...(devices.length > 1 && { chooseDevice: deviceChooser(devices, settings.threads) }),
    signal,
    checkpoint: fitCheckpoint(checkpoint),
    deadline: performance.now() + seconds * 1000,
    onProgress: (fraction, loss) => send({ id, progress: fraction, loss }),
  };
}

async function fitModel(id: number, task: FitTask, signal: AbortSignal): Promise<FitResult> {
  const whole = await panelOf(task.snapshot);
  const panel = taskPanel(whole, task);
  const forecaster = forecasterNamed(task.model);
  const context = contextOf(id, task, signal);
  const started = performance.now();
  const fitted = await forecaster.fit(panel, forecaster.options.parse(task.options), context);
  const fittedAt = performance.now();
  const forecast = await fitted.predict(panel, context);
  const later: Forecast[] = [];
  for (const origin of task.later) later.push(await fitted.predict(taskPanel(whole, { ...task, origin }), context));
  const predictedAt = performance.now();
  if (task.saveTo !== undefined) await saveModel(fitted.save(), task.saveTo);
  return {
    forecast,
    later,
    fitSeconds: (fittedAt - started) / 1000,
    predictSeconds: (predictedAt - fittedAt) / 1000,
    notes: fitted.notes ?? [],
    warnings: fitted.warnings ?? [],
    device: fitted.device ?? "cpu",
  };
}

function taskPanel(whole: Panel, { origin, plan, rows: [from, to] }: FitTask): Panel {
  const rows = Int32Array.from({ length: to - from }, (_, index) => from + index);
  if (origin === "final") return selectSeries(whole, rows);
  // The fold of all series would be copied for each task of a few.
  const { series, stepsBack } = originAt(whole, plan, origin);
  return panelAt(whole, series.slice(from, to), stepsBack, plan.gap + plan.horizon);
}

async function predictWith(task: PredictTask, signal: AbortSignal): Promise<TaskResults["predict"]> {
  const [panel, fitted] = await Promise.all([panelOf(task.snapshot), modelOf(task.directory)]);
  return { forecast: await fitted.predict(panel, { ...task.settings, signal }) };
}

async function interactWith(task: InteractTask, signal: AbortSignal): Promise<TaskResults["interact"]> {
  const [panel, fitted] = await Promise.all([panelOf(task.snapshot), modelOf(task.directory)]);
  const { settings, series, samples } = task;
  const interactions = await fitted.interactions?.(panel, { ...settings, signal, series, samples });
  return interactions === undefined ? {} : { interactions };
}

async function permuteWith(id: number, task: PermuteTask, signal: AbortSignal): Promise<TaskResults["permute"]> {
  const started = performance.now();
  const end = started + task.seconds * 1000;
  const { panel } = foldAt(await panelOf(task.snapshot), task.plan, 0);
  const forecaster = forecasterNamed(task.model);
  const deadline = started + permuteFitShare * task.seconds * 1000;
  const onProgress = (fraction: number) => send({ id, progress: fraction / 2 });
  const context = { ...task.settings, signal, deadline, onProgress };
  const fitted = await forecaster.fit(panel, forecaster.options.parse(task.options), context);
  const asked = selectSeries(panel, Int32Array.from(task.rows));
  const forecasts = [await fitted.predict(asked, context)];
  for (let repeat = 0, took = 0; repeat < task.repeats; repeat++) {
    const since = performance.now();
    if (repeat > 0 && since + took > end) break;
    for (const [index, factor] of task.factors.entries()) {
      const changed = shuffled(asked, factor, task.settings.seed + 7919 * index + 104_729 * repeat);
      forecasts.push(await fitted.predict(changed, context));
    }
    took = performance.now() - since;
  }
  return { forecasts };
}

/** Share of its time that the fit of a permutation task may take where it goes on for as long as it is let. */
const permuteFitShare = 0.6;

async function attributeWith(task: AttributeTask, signal: AbortSignal): Promise<TaskResults["attribute"]> {
  const [panel, fitted] = await Promise.all([panelOf(task.snapshot), modelOf(task.directory)]);
  const { settings, series, samples } = task;
  const attribution = await fitted.attribute?.(panel, { ...settings, signal, series, samples });
  return attribution === undefined ? {} : { attribution };
}
