import { setImmediate as nextTick } from "node:timers/promises";
import * as engine from "../../engine/index.ts";
import type { Network, NetworkShape } from "./network.ts";
import { compileGraphs, type TrainingGraphs } from "./training-graphs.ts";
import type { WindowBatch, WindowPlan, WindowSampler } from "./window-sampler.ts";
import type { WindowSource } from "./window-source.ts";

/** Settings of a training, the same for every network. */
export interface TrainingOptions {
  readonly batch: number;
  readonly dropout: number;
  /** Peak learning rate; chosen by short trials when 0. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Steps at most; chosen by the amount of data when 0. */
  readonly steps: number;
}

export interface TrainingContext {
  readonly levels: readonly number[];
  readonly seed: number;
  readonly device: engine.Device;
  readonly threads: number;
  readonly signal: AbortSignal;
  /** performance.now() milliseconds by which training ends with its best so far. */
  readonly deadline: number;
  readonly onProgress: (fraction: number, loss?: number) => void;
}

/** A trained network: its weights and what the training found. */
export interface TrainedNetwork {
  readonly parameters: engine.Parameters;
  readonly weights: engine.Weights;
  readonly steps: number;
  readonly learningRate: number;
  /** Validation loss in units of the series' deviation; NaN where no series could spare steps. */
  readonly loss: number;
  /** What a reader should know, such as a GPU that failed. */
  readonly warnings: readonly string[];
}

/** Peak rates that short trials choose from. */
const rates = [4e-4, 1.5e-3, 4e-3];

/** Share of the steps that one trial of a rate takes, and that the last stage takes on all data. */
const [trialShare, finalShare] = [0.06, 0.2];

/** Validations in the course of a training, and how many without improvement end it. */
const [validations, patience] = [20, 7];

/** Longest run between two looks at the clock, in milliseconds. */
const sliceMs = 250;

/**
 * Trains a network on windows of a source: learning rate by short trials, one-cycle schedule, early stopping on later windows, the best
 * averaged weights, and a last stage on all data. The step count adapts to the deadline.
 */
export async function trainNetwork<Options>(
  network: Network<Options>,
  networkOptions: Options,
  shape: NetworkShape,
  source: WindowSource,
  sampler: WindowSampler,
  plan: WindowPlan,
  options: TrainingOptions,
  context: TrainingContext,
): Promise<TrainedNetwork> {
  const parameters = new engine.Parameters(context.seed);
  const settings = { ...options, levels: context.levels, device: context.device };
  const graphs = compileGraphs(network, networkOptions, shape, parameters, source, plan, settings);
  const session = new Session(graphs, parameters, source, sampler, options, context);
  try {
    return await session.train();
  } finally {
    await session.close();
  }
}

/** One training from the first trial of a rate to the weights that are kept. */
class Session {
  readonly #graphs: TrainingGraphs;
  readonly #parameters: engine.Parameters;
  readonly #source: WindowSource;
  readonly #sampler: WindowSampler;
  readonly #options: TrainingOptions;
  readonly #context: TrainingContext;
  #evaluator: engine.Evaluator | undefined;
  /** Where training runs: the CPU from the moment the GPU failed. */
  #device: engine.Device;
  readonly #warnings: string[] = [];
  /** Seconds a step takes: a guess until it is measured. */
  #stepSeconds = 0.05;

  constructor(
    graphs: TrainingGraphs,
    parameters: engine.Parameters,
    source: WindowSource,
    sampler: WindowSampler,
    options: TrainingOptions,
    context: TrainingContext,
  ) {
    this.#graphs = graphs;
    this.#parameters = parameters;
    this.#source = source;
    this.#sampler = sampler;
    this.#options = options;
    this.#context = context;
    this.#device = context.device;
  }

  async train(): Promise<TrainedNetwork> {
    const total = await this.#stepsWithin();
    const learningRate = await this.#chooseRate(total);
    const best = await this.#mainStage(total, learningRate);
    const weights = await this.#lastStage(best, learningRate);
    const { step, loss } = best;
    return { parameters: this.#parameters, weights, steps: step, learningRate, loss, warnings: this.#warnings };
  }

  async close(): Promise<void> {
    await this.#evaluator?.close();
  }

  /** Steps by the amount of data, as far as the deadline allows, going by the time of the first few. */
  async #stepsWithin(): Promise<number> {
    const { steps, batch } = this.#options;
    const wanted = steps > 0 ? steps : Math.round(Math.min(2500, Math.max(240, (30 * this.#sampler.windows) / batch)));
    const trainer = await this.#open(engine.constantRate(1e-6), this.#parameters.initial(), false);
    try {
      await this.#advance(trainer, 2, 0, false);
      // The fastest of a few: a machine that is busy for a moment must not shorten the training.
      const measured: number[] = [];
      for (let measure = 0; measure < 3; measure++) {
        const started = performance.now();
        await this.#advance(trainer, 5, 1, false);
        measured.push((performance.now() - started) / 5000);
      }
      this.#stepSeconds = Math.max(1e-5, Math.min(...measured));
    } finally {
      await trainer.close();
    }
    const left = (this.#context.deadline - performance.now()) / 1000;
    const overhead = 1 + finalShare + (this.#options.learningRate > 0 ? 0 : rates.length * trialShare) + 0.15;
    return Math.max(20, Math.min(wanted, Math.floor((0.9 * left) / overhead / this.#stepSeconds)));
  }

  async #chooseRate(total: number): Promise<number> {
    const { learningRate } = this.#options;
    if (learningRate > 0) return learningRate;
    if (!this.#sampler.validates || total < 150) return rates[1]!;
    let best = { rate: rates[1]!, loss: Number.POSITIVE_INFINITY };
    for (const rate of rates) {
      const steps = Math.round(trialShare * total);
      const schedule = engine.oneCycle({ rate, total: steps });
      const trainer = await this.#open(schedule, this.#parameters.initial(), false);
      try {
        await this.#advance(trainer, steps, 2, false);
        const loss = await this.#validate(trainer.weights());
        if (loss < best.loss) best = { rate, loss };
      } finally {
        await trainer.close();
      }
    }
    return best.rate;
  }

  async #mainStage(total: number, rate: number): Promise<{ weights: engine.Weights; step: number; loss: number }> {
    const { validates } = this.#sampler;
    const every = Math.max(10, Math.round(total / validations));
    const trainer = await this.#open(engine.oneCycle({ rate, total }), this.#parameters.initial(), false);
    let best = { weights: this.#parameters.initial(), step: 0, loss: Number.POSITIVE_INFINITY };
    try {
      for (let step = 0, bad = 0; step < total && bad < patience; step += every) {
        const losses = await this.#advance(trainer, Math.min(every, total - step), 3 + step, false);
        const weights = trainer.weights("average");
        const loss = validates ? await this.#validate(weights) : losses;
        this.#context.onProgress((0.8 * (step + every)) / total, loss);
        bad++;
        if (!validates || loss < best.loss) {
          best = { weights, step: step + every, loss };
          bad = 0;
        }
        if (performance.now() > this.#context.deadline) break;
      }
    } finally {
      await trainer.close();
    }
    return validates ? best : { ...best, loss: Number.NaN };
  }

  /** The held-out steps are the newest ones: a few gentle steps on all data teach them too. */
  async #lastStage(best: { weights: engine.Weights; step: number }, rate: number): Promise<engine.Weights> {
    if (!this.#sampler.validates) return best.weights;
    const left = (this.#context.deadline - performance.now()) / 1000;
    const steps = Math.min(Math.round(finalShare * best.step), Math.floor((0.9 * left) / this.#stepSeconds));
    if (steps < 10) return best.weights;
    const schedule = engine.cosine({ rate: rate / 8, total: steps });
    const trainer = await this.#open(schedule, best.weights, true);
    try {
      await this.#advance(trainer, steps, 1_000_003, true);
      return trainer.weights("average");
    } finally {
      await trainer.close();
    }
  }

  /** A training that goes on with the CPU when the GPU fails, without losing a step. */
  #open(schedule: engine.Schedule, start: engine.Weights, final: boolean): Promise<engine.FallbackTrainer> {
    const { threads, seed, device: asked } = this.#context;
    const targetMask = final ? this.#source.mask : this.#sampler.trainingMask();
    const { definition, training } = this.#graphs;
    const resident = this.#resident(training.inputs.resident, targetMask);
    const options = { device: this.#device, threads, seed, schedule, start, resident, onWarning: this.#onWarning };
    return engine.FallbackTrainer.start(definition, options, (device, from, rate) => {
      const graph = device === asked ? training : engine.compileTraining(definition, device);
      return engine.Trainer.open(graph, { ...options, device, start: from, schedule: rate });
    });
  }

  readonly #onWarning = (message: string): void => {
    this.#device = "cpu";
    if (!this.#warnings.includes(message)) this.#warnings.push(message);
  };

  #resident(wanted: readonly { readonly name: string }[], targetMask: Float32Array): Record<string, Float32Array> {
    const { values, mask, known, observed, static: fixed } = this.#source;
    const all: Record<string, Float32Array> = { values, mask, known, observed, static: fixed, targetMask };
    return Object.fromEntries(wanted.map(({ name }) => [name, all[name]!]));
  }

  /** Trains `steps` steps on fresh windows, in runs short enough to be stopped; returns the mean loss of the last run. */
  async #advance(trainer: engine.FallbackTrainer, steps: number, salt: number, final: boolean): Promise<number> {
    const { batch } = this.#options;
    const next = engine.random((this.#context.seed * 1_000_003 + salt) >>> 0);
    const slice = Math.max(
      1,
      Math.min(
        100,
        Math.floor(
          sliceMs /
            1000 /
            Math.max(1e-5, Number.isFinite(this.#stepSeconds) && this.#stepSeconds > 0 ? this.#stepSeconds : 0.02),
        ),
      ),
    );
    let mean = Number.NaN;
    for (let done = 0; done < steps; ) {
      const count = Math.min(slice, steps - done);
      const windows = this.#sampler.draw(count * batch, next, final);
      const losses = await trainer.run(count, feeds(this.#graphs.training.inputs.perStep, windows));
      mean = losses.reduce((sum, loss) => sum + loss, 0) / count;
      done += count;
      await nextTick();
      this.#context.signal.throwIfAborted();
    }
    return mean;
  }

  async #validate(weights: engine.Weights): Promise<number> {
    const { threads } = this.#context;
    const { evaluation } = this.#graphs;
    this.#evaluator ??= await engine.Evaluator.open(evaluation, {
      device: "cpu",
      threads,
      resident: this.#resident(evaluation.inputs.resident, this.#source.mask),
    });
    const windows = this.#sampler.validation(this.#options.batch);
    const steps = windows.starts.length / this.#options.batch;
    const { loss } = await this.#evaluator.run(weights, steps, feeds(evaluation.inputs.perStep, windows));
    // SAFETY: the evaluation graph records one float32 loss a step.
    const losses = loss as Float32Array;
    return losses.reduce((sum, value) => sum + value, 0) / steps;
  }
}

/** Those inputs of a batch that a graph reads. */
function feeds(wanted: readonly { readonly name: string }[], windows: WindowBatch): Record<string, engine.TensorData> {
  const all: Readonly<Record<string, engine.TensorData>> = { ...windows };
  return Object.fromEntries(wanted.flatMap(({ name }) => (all[name] === undefined ? [] : [[name, all[name]]])));
}
