import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Problem } from "../../protocol/errors.ts";
import type { Scenario } from "../../protocol/experiment/schema.ts";
import { loadPanel } from "../data/load.ts";
import type { Panel } from "../data/panel.ts";
import { writeSnapshot } from "../data/snapshot.ts";
import type { Forecast } from "../models/forecast.ts";
import { keepLevels } from "../models/levels.ts";
import { dataRequest } from "./data-request.ts";
import { forecastWith } from "./forecast-with.ts";
import { type ModelManifest, readManifest } from "./model-manifest.ts";
import { scenarioPanel } from "./scenarios.ts";
import { WorkerPool } from "./worker-pool.ts";

/** The forecast under changed covariates. */
export interface WhatIfAnswer {
  readonly forecast: Forecast;
  /** Sum of the means over all series and steps. */
  readonly total: number;
  readonly warnings: readonly Problem[];
}

/** How far a covariate has to be multiplied for the total to reach a goal. */
export interface GoalAnswer extends WhatIfAnswer {
  readonly factor: number;
  /** Whether the goal was reached within the allowed range. */
  readonly reached: boolean;
}

/** Halvings of the range in which a goal is sought: the factor is exact to a thousandth of the range. */
const halvings = 10;

/**
 * A trained model with its data held in memory, for one question after the other: the data are read once, the workers keep the
 * model's process warm.
 */
export class WhatIf {
  readonly manifest: ModelManifest;
  readonly panel: Panel;
  readonly #directory: string;
  readonly #pool: WorkerPool;
  readonly #temporary: string;
  readonly #signal: AbortSignal;

  private constructor(
    manifest: ModelManifest,
    panel: Panel,
    directory: string,
    pool: WorkerPool,
    temporary: string,
    signal: AbortSignal,
  ) {
    this.manifest = manifest;
    this.panel = panel;
    this.#directory = directory;
    this.#pool = pool;
    this.#temporary = temporary;
    this.#signal = signal;
  }

  /** Opens the model of a run's folder with the experiment's own data. Rejects with a DataError where there is none. */
  static async open(directory: string, options: { workers: number; signal: AbortSignal }): Promise<WhatIf> {
    const { manifest, directory: folder } = await readManifest(resolve(directory));
    const temporary = await mkdtemp(join(tmpdir(), "almanac-what-if-"));
    const { horizon, gap } = manifest.settings;
    const request = dataRequest(manifest.experiment, manifest.directory, manifest.frequency, gap + horizon);
    const { panel } = await loadPanel(request, { signal: options.signal });
    const pool = new WorkerPool({ workers: options.workers });
    return new WhatIf(manifest, panel, folder, pool, temporary, options.signal);
  }

  /** The forecast of a scenario; without changes the run's own forecast. */
  async ask(scenario: Scenario): Promise<WhatIfAnswer> {
    const { panel, warnings } = scenarioPanel(this.panel, scenario);
    const snapshot = await writeSnapshot(panel, this.#temporary);
    const all = await forecastWith(this.manifest, this.#directory, snapshot, this.#pool, this.#signal);
    await rm(snapshot, { force: true });
    const forecast = keepLevels(all, this.manifest.experiment.forecast.quantiles);
    return { forecast, total: forecast.mean.reduce((sum, value) => sum + value, 0), warnings };
  }

  /**
   * Seeks the factor, between `least` and `most`, by which `covariate` must be multiplied for the total to reach `goal`, by
   * bisection; it takes the total to rise or fall throughout. Where the goal lies outside, the nearer end is answered.
   */
  async seek(covariate: string, goal: number, [least, most]: readonly [number, number]): Promise<GoalAnswer> {
    const at = (factor: number): Promise<WhatIfAnswer> =>
      this.ask({ name: "goal", set: { [covariate]: `* ${factor}` } });
    let low = { factor: least, answer: await at(least) };
    let high = { factor: most, answer: await at(most) };
    const [first, last] = [low.answer.total, high.answer.total];
    if ((goal - first) * (goal - last) > 0) {
      const nearer = Math.abs(goal - first) < Math.abs(goal - last) ? low : high;
      return { ...nearer.answer, factor: nearer.factor, reached: false };
    }
    for (let round = 0; round < halvings; round++) {
      const factor = (low.factor + high.factor) / 2;
      const answer = await at(factor);
      const below = (answer.total - goal) * (low.answer.total - goal) > 0;
      if (below) low = { factor, answer };
      else high = { factor, answer };
    }
    const best = Math.abs(low.answer.total - goal) < Math.abs(high.answer.total - goal) ? low : high;
    return { ...best.answer, factor: best.factor, reached: true };
  }

  async close(): Promise<void> {
    this.#pool.close();
    await rm(this.#temporary, { recursive: true, force: true });
  }
}
