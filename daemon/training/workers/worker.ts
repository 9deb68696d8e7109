/** A worker process: fits and applies models on panels that it reads from snapshots. Native code and crashes stay in here. */

import { foldAt, originAt } from "../../forecasting/evaluation/fold.ts";
import { shuffled } from "../../forecasting/evaluation/shuffle.ts";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import type { FitContext, FittedForecaster } from "../../forecasting/models/forecaster.ts";
import { forecasterNamed } from "../../forecasting/models/registry.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { panelAt, selectSeries } from "../../forecasting/panel/panel-at.ts";
import { readSnapshot } from "../data/snapshot.ts";
import { deviceChooser } from "../devices/device-chooser.ts";
import { fitCheckpoint } from "./fit-checkpoint.ts";
import { type Asked, answerQuestions } from "./processes/answering.ts";
import { lastChange, loadModel, saveModel } from "./saved-model.ts";
import {
  type AttributeTask,
  type FitResult,
  type FitTask,
  type InteractTask,
  type PermuteTask,
  type PredictTask,
  type Task,
  type TaskResults,
  workerContract,
} from "./task.ts";

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

/** What a task is done with beside itself. */
type Host = Asked<{ readonly fraction: number; readonly loss?: number | undefined }>;

answerQuestions(workerContract, { task: perform });

function perform(task: Task, host: Host): Promise<TaskResults[Task["kind"]]> {
  switch (task.kind) {
    case "fit":
      return fitModel(task, host);
    case "predict":
      return predictWith(task, host);
    case "attribute":
      return attributeWith(task, host);
    case "interact":
      return interactWith(task, host);
    case "permute":
      return permuteWith(task, host);
  }
}

function contextOf(task: FitTask, { signal, tell }: Host): FitContext {
  const { settings, devices, seconds, checkpoint } = task;
  return {
    ...settings,
    ...(devices.length > 1 && { chooseDevice: deviceChooser(devices, settings.threads) }),
    signal,
    checkpoint: fitCheckpoint(checkpoint),
    deadline: performance.now() + seconds * 1000,
    onProgress: (fraction, loss) => tell({ fraction, loss }),
  };
}

async function fitModel(task: FitTask, host: Host): Promise<FitResult> {
  const whole = await panelOf(task.snapshot);
  const panel = taskPanel(whole, task);
  const forecaster = forecasterNamed(task.model);
  const context = contextOf(task, host);
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

async function predictWith(task: PredictTask, { signal }: Host): Promise<TaskResults["predict"]> {
  const [panel, fitted] = await Promise.all([panelOf(task.snapshot), modelOf(task.directory)]);
  return { forecast: await fitted.predict(panel, { ...task.settings, signal }) };
}

async function interactWith(task: InteractTask, { signal }: Host): Promise<TaskResults["interact"]> {
  const [panel, fitted] = await Promise.all([panelOf(task.snapshot), modelOf(task.directory)]);
  const { settings, series, samples } = task;
  const interactions = await fitted.interactions?.(panel, { ...settings, signal, series, samples });
  return interactions === undefined ? {} : { interactions };
}

async function permuteWith(task: PermuteTask, { signal, tell }: Host): Promise<TaskResults["permute"]> {
  const started = performance.now();
  const end = started + task.seconds * 1000;
  const { panel } = foldAt(await panelOf(task.snapshot), task.plan, 0);
  const forecaster = forecasterNamed(task.model);
  const deadline = started + permuteFitShare * task.seconds * 1000;
  const onProgress = (fraction: number) => tell({ fraction: fraction / 2 });
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

async function attributeWith(task: AttributeTask, { signal }: Host): Promise<TaskResults["attribute"]> {
  const [panel, fitted] = await Promise.all([panelOf(task.snapshot), modelOf(task.directory)]);
  const { settings, series, samples } = task;
  const attribution = await fitted.attribute?.(panel, { ...settings, signal, series, samples });
  return attribution === undefined ? {} : { attribution };
}
