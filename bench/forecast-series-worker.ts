import { parentPort, workerData } from "node:worker_threads";
import type { FitContext } from "../daemon/forecasting/models/forecaster.ts";
import { forecasterNamed } from "../daemon/forecasting/models/registry.ts";
import type { Panel } from "../daemon/forecasting/panel/panel.ts";
import type { SeriesAnswer, SeriesJob } from "./forecast-series.ts";

const job = workerData as SeriesJob;

function panelOf(series: readonly Float64Array[]): Panel {
  const lengths = series.map((past) => past.length + job.horizon);
  const offsets = Int32Array.from([0, ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b))]);
  const target = new Float64Array(offsets.at(-1)!).fill(Number.NaN);
  series.forEach((past, i) => {
    target.set(past, offsets[i]);
  });
  return {
    frequency: job.frequency,
    keyColumns: ["series"],
    keys: series.map((_, i) => [String(i)]),
    offsets,
    history: Int32Array.from(series, (past) => past.length),
    futureSteps: job.horizon,
    time: new Float64Array(target.length),
    target,
    known: [],
    observed: [],
    static: [],
  };
}

async function means(series: readonly Float64Array[]): Promise<Float64Array> {
  const context: FitContext = {
    horizon: job.horizon,
    gap: 0,
    levels: [0.1, 0.5, 0.9],
    seasons: job.seasons,
    seed: 7,
    device: "cpu",
    threads: 1,
    bounds: {},
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    onProgress: () => {},
  };
  const panel = panelOf(series);
  const model = forecasterNamed(job.model);
  const fitted = await model.fit(panel, model.options.parse({}), context);
  return (await fitted.predict(panel, context)).mean;
}

if (job.warmUp > 0) await means(job.series.slice(0, job.warmUp));
const start = performance.now();
const result = await means(job.series);
const answer: SeriesAnswer = { means: result, seconds: (performance.now() - start) / 1000 };
parentPort!.postMessage(answer);
