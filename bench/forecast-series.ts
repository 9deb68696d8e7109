import { Worker } from "node:worker_threads";
import type { Frequency } from "../daemon/forecasting/panel/frequency.ts";

/** Work for one thread: forecast series one after the other with one model. */
export interface SeriesJob {
  readonly model: string;
  readonly series: readonly Float64Array[];
  readonly frequency: Frequency;
  readonly seasons: readonly number[];
  readonly horizon: number;
  /** Series that are forecast before the clock starts. */
  readonly warmUp: number;
}

/** What a thread answers: means (series × horizon) and the seconds of fit and prediction. */
export interface SeriesAnswer {
  readonly means: Float64Array;
  readonly seconds: number;
}

/** Forecasts with a model of the registry on `threads` threads; `seconds` is the slowest thread's. */
export async function forecastSeries(job: SeriesJob, threads: number): Promise<SeriesAnswer> {
  const parts = Array.from({ length: threads }, (_, part) => job.series.filter((_, i) => i % threads === part));
  const answers = await Promise.all(parts.map((series) => runThread({ ...job, series })));
  const means = new Float64Array(job.series.length * job.horizon);
  for (let i = 0; i < job.series.length; i++) {
    const row = Math.floor(i / threads) * job.horizon;
    means.set(answers[i % threads]!.means.subarray(row, row + job.horizon), i * job.horizon);
  }
  return { means, seconds: Math.max(...answers.map((answer) => answer.seconds)) };
}

function runThread(job: SeriesJob): Promise<SeriesAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./forecast-series-worker.ts", import.meta.url), { workerData: job });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
