import * as engine from "../../../engine/index.ts";
import { nextTurn } from "../../numerics/next-turn.ts";
import type { Architecture } from "./architecture.ts";
import type { FitJournal } from "./fit-journal.ts";
import { compileGraphs, feedsOf, residentsOf, type TrainingGraphs } from "./training-graphs.ts";
import type { Stage, TrainingProgress } from "./training-progress.ts";
import type { WindowSampler } from "./window-sampler.ts";

/** Options of a training, the same for every network. */
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
  /** Keeps the progress, and knows that of an earlier attempt. */
  readonly journal?: Pick<FitJournal, "training" | "keep">;
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
  /** Where it was trained in the end. */
  readonly device: engine.Device;
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
 * Trains a network on windows of a panel: learning rate by short trials, one-cycle schedule, early stopping on later windows, the best
 * averaged weights, and a last stage on all data. The step count adapts to the deadline.
 */
export async function trainNetwork(
  architecture: Architecture,
  sampler: WindowSampler,
  options: TrainingOptions,
  context: TrainingContext,
): Promise<TrainedNetwork> {
  const { levels, device } = context;
  const parameters = new engine.Parameters(context.seed);
  const graphs = compileGraphs(architecture, parameters, sampler.windows, { ...options, levels, device });
  const session = new Session(graphs, sampler, options, context);
  try {
    return await session.train();
  } finally {
    await session.close();
  }
}

/** Steps of a stage that belong together: from one step of its trainer to another, on windows drawn by one seed. */
interface Stretch {
  /** Left out where nothing is to be kept. */
  readonly stage?: Stage;
  readonly salt: number;
  readonly from: number;
  readonly to: number;
}

/** A training that has not begun: `total` is yet to be measured. */
function atStart(initial: engine.Weights): TrainingProgress {
  const best = { weights: initial, step: 0, loss: Number.POSITIVE_INFINITY };
  return { total: 0, stepSeconds: 0, trials: [], best, bad: 0 };
}

/** One training from the first trial of a rate to the weights that are kept. */
class Session {
  readonly #graphs: TrainingGraphs;
  readonly #parameters: engine.Parameters;
  readonly #sampler: WindowSampler;
  readonly #options: TrainingOptions;
  readonly #context: TrainingContext;
  #evaluator: engine.Evaluator | undefined;
  /** Where training runs: the CPU from the moment the GPU failed. */
  #device: engine.Device;
  readonly #warnings: string[] = [];
  #progress: TrainingProgress;

  constructor(graphs: TrainingGraphs, sampler: WindowSampler, options: TrainingOptions, context: TrainingContext) {
    const { parameters } = graphs.definition;
    this.#graphs = graphs;
    this.#parameters = parameters;
    this.#sampler = sampler;
    this.#options = options;
    this.#context = context;
    this.#device = context.device;
    this.#progress = context.journal?.training ?? atStart(parameters.initial());
  }

  async train(): Promise<TrainedNetwork> {
    if (this.#progress.total === 0) await this.#measure();
    const learningRate = await this.#chooseRate();
    await this.#mainStage(learningRate);
    const weights = await this.#lastStage(learningRate);
    const { step, loss } = this.#progress.best;
    const found = this.#sampler.validates ? loss : Number.NaN;
    const [parameters, warnings, device] = [this.#parameters, this.#warnings, this.#device];
    return { parameters, weights, steps: step, learningRate, loss: found, warnings, device };
  }

  async close(): Promise<void> {
    await this.#evaluator?.close();
  }

  /** Steps by the amount of data, as far as the deadline allows, going by the time of the first few. */
  async #measure(): Promise<void> {
    const { steps, batch } = this.#options;
    const wanted = steps > 0 ? steps : Math.round(Math.min(2500, Math.max(240, (30 * this.#sampler.count) / batch)));
    const trainer = await this.#open(engine.constantRate(1e-6), this.#parameters.initial());
    // The fastest of a few: a machine that is busy for a moment must not shorten the training.
    const measured: number[] = [];
    try {
      await this.#advance(trainer, { salt: 0, from: 0, to: 2 });
      for (let from = 2; from < 17; from += 5) {
        const started = performance.now();
        await this.#advance(trainer, { salt: 1, from, to: from + 5 });
        measured.push((performance.now() - started) / 5000);
      }
    } finally {
      await trainer.close();
    }
    const stepSeconds = Math.max(1e-5, Math.min(...measured));
    const left = (this.#context.deadline - performance.now()) / 1000;
    const overhead = 1 + finalShare + (this.#options.learningRate > 0 ? 0 : rates.length * trialShare) + 0.15;
    const total = Math.max(20, Math.min(wanted, Math.floor((0.9 * left) / overhead / stepSeconds)));
    await this.#keep({ total, stepSeconds });
  }

  async #chooseRate(): Promise<number> {
    const { learningRate } = this.#options;
    const { total } = this.#progress;
    if (learningRate > 0) return learningRate;
    if (!this.#sampler.validates || total < 150) return rates[1]!;
    for (const rate of rates.slice(this.#progress.trials.length)) {
      const to = Math.round(trialShare * total);
      const trainer = await this.#open(engine.oneCycle({ rate, total: to }), this.#startOf("trial"));
      try {
        await this.#advance(trainer, { stage: "trial", salt: 2, from: 0, to });
        const loss = await this.#validate(trainer.weights());
        await this.#keep({ trials: [...this.#progress.trials, { rate, loss }], running: undefined });
      } finally {
        await trainer.close();
      }
    }
    const first = { rate: rates[1]!, loss: Number.POSITIVE_INFINITY };
    return this.#progress.trials.reduce((best, trial) => (trial.loss < best.loss ? trial : best), first).rate;
  }

  async #mainStage(rate: number): Promise<void> {
    if (this.#progress.lastSteps !== undefined) return;
    const { validates } = this.#sampler;
    const { total, stepSeconds } = this.#progress;
    const every = Math.max(10, Math.round(total / validations));
    const trainer = await this.#open(engine.oneCycle({ rate, total }), this.#startOf("main"));
    try {
      while (trainer.state.step < total && this.#progress.bad < patience) {
        const from = trainer.state.step - (trainer.state.step % every);
        const stretch = { stage: "main", salt: 3 + from, from, to: Math.min(from + every, total) } as const;
        const trained = await this.#advance(trainer, stretch);
        const weights = trainer.weights("average");
        const loss = validates ? await this.#validate(weights) : trained;
        const { state } = trainer;
        this.#context.onProgress((0.8 * state.step) / total, loss);
        const better = !validates || loss < this.#progress.best.loss;
        const found = better ? { bad: 0, best: { weights, step: state.step, loss } } : { bad: this.#progress.bad + 1 };
        await this.#keep({ ...found, running: { stage: "main", state } });
        if (performance.now() > this.#context.deadline) break;
      }
    } finally {
      await trainer.close();
    }
    const left = (this.#context.deadline - performance.now()) / 1000;
    const wanted = validates ? Math.round(finalShare * this.#progress.best.step) : 0;
    const lastSteps = Math.max(0, Math.min(wanted, Math.floor((0.9 * left) / stepSeconds)));
    await this.#keep({ lastSteps, running: undefined });
  }

  /** The held-out steps are the newest ones: a few gentle steps on all data teach them too. */
  async #lastStage(rate: number): Promise<engine.Weights> {
    const { best, lastSteps = 0 } = this.#progress;
    if (lastSteps < 10) return best.weights;
    const schedule = engine.cosine({ rate: rate / 8, total: lastSteps });
    const trainer = await this.#open(schedule, this.#startOf("last", best.weights), true);
    try {
      await this.#advance(trainer, { stage: "last", salt: 1_000_003, from: 0, to: lastSteps });
      return trainer.weights("average");
    } finally {
      await trainer.close();
    }
  }

  /** Where a stage begins: where an earlier attempt left it, or at the given weights. */
  #startOf(stage: Stage, weights = this.#parameters.initial()): engine.Weights | engine.TrainingState {
    const { running } = this.#progress;
    return running?.stage === stage ? running.state : weights;
  }

  async #keep(found: Partial<TrainingProgress>): Promise<void> {
    this.#progress = { ...this.#progress, ...found };
    await this.#context.journal?.keep(this.#progress);
  }

  /** A training that goes on with the CPU when the GPU fails, without losing a step. */
  #open(
    schedule: engine.Schedule,
    start: engine.Weights | engine.TrainingState,
    final = false,
  ): Promise<engine.FallbackTrainer> {
    const { threads, seed, device: asked } = this.#context;
    const { source } = this.#sampler.windows;
    const targetMask = final ? source.mask : this.#sampler.trainingMask();
    const { definition, training } = this.#graphs;
    const resident = residentsOf(training.inputs.resident, source, targetMask);
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

  /**
   * Trains a stretch on windows of its own, in runs short enough to be stopped, from wherever the trainer stands in it; returns
   * the mean loss of the last run.
   */
  async #advance(trainer: engine.FallbackTrainer, { stage, salt, from, to }: Stretch): Promise<number> {
    const { batch } = this.#options;
    const next = engine.random((this.#context.seed * 1_000_003 + salt) >>> 0);
    this.#sampler.skip((trainer.state.step - from) * batch, next);
    // Twenty milliseconds a step is a guess for as long as nothing is measured.
    const slice = Math.min(100, Math.max(1, Math.floor(sliceMs / 1000 / (this.#progress.stepSeconds || 0.02))));
    let mean = Number.NaN;
    while (trainer.state.step < to) {
      const count = Math.min(slice, to - trainer.state.step);
      const windows = this.#sampler.draw(count * batch, next, stage === "last");
      const losses = await trainer.run(count, feedsOf(this.#graphs.training.inputs.perStep, windows));
      mean = losses.reduce((sum, loss) => sum + loss, 0) / count;
      const { state } = trainer;
      // The end of a stretch is kept by its caller, together with what it found there.
      if (stage !== undefined && state.step < to) await this.#keep({ running: { stage, state } });
      await nextTurn();
      this.#context.signal.throwIfAborted();
    }
    return mean;
  }

  async #validate(weights: engine.Weights): Promise<number> {
    const { threads } = this.#context;
    const { evaluation } = this.#graphs;
    const { source } = this.#sampler.windows;
    this.#evaluator ??= await engine.Evaluator.open(evaluation, {
      device: "cpu",
      threads,
      resident: residentsOf(evaluation.inputs.resident, source, source.mask),
    });
    const windows = this.#sampler.validation(this.#options.batch);
    const steps = windows.starts.length / this.#options.batch;
    const { loss } = await this.#evaluator.run(weights, steps, feedsOf(evaluation.inputs.perStep, windows));
    // SAFETY: the evaluation graph records one float32 loss a step.
    const losses = loss as Float32Array;
    return losses.reduce((sum, value) => sum + value, 0) / steps;
  }
}
