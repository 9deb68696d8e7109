import type { Device } from "./backends/backend.ts";
import type { Weights } from "./parameters.ts";
import type { Schedule } from "./schedule.ts";
import type { TensorData } from "./tensor.ts";
import { Trainer, type TrainerOptions, type TrainingState } from "./trainer.ts";
import { compileTraining, type TrainingDefinition } from "./training.ts";

export interface FallbackOptions extends TrainerOptions {
  /** Told once, in the user's words, when the GPU failed and training went on elsewhere. */
  readonly onWarning: (message: string) => void;
}

/** Opens the same training on a device from a state. */
export type OpenOn = (device: Device, start: Weights | TrainingState, schedule: Schedule) => Promise<Trainer>;

/**
 * A training that survives its GPU: when opening or a run fails there, it goes on from the last state on the CPU, with a
 * warning and without losing a step. A failure on the CPU is an error.
 */
export class FallbackTrainer {
  readonly #open: OpenOn;
  readonly #onWarning: (message: string) => void;
  #trainer: Trainer;
  #device: Device;
  #schedule: Schedule;

  private constructor(open: OpenOn, options: FallbackOptions, trainer: Trainer, device: Device) {
    this.#open = open;
    this.#onWarning = options.onWarning;
    this.#schedule = options.schedule;
    this.#trainer = trainer;
    this.#device = device;
  }

  /** Compiles and opens a training. `open` may replace how that is done. */
  static async start(
    definition: TrainingDefinition,
    options: FallbackOptions,
    open: OpenOn = opener(definition, options),
  ): Promise<FallbackTrainer> {
    const { device, start, schedule } = options;
    try {
      return new FallbackTrainer(open, options, await open(device, start, schedule), device);
    } catch (error) {
      if (device === "cpu") throw error;
      options.onWarning(warning(device, error));
      return new FallbackTrainer(open, options, await open("cpu", start, schedule), "cpu");
    }
  }

  /** As `Trainer.run`. */
  async run(steps: number, perStep: Readonly<Record<string, TensorData>>): Promise<Float32Array> {
    try {
      return await this.#trainer.run(steps, perStep);
    } catch (error) {
      if (this.#device === "cpu") throw error;
      this.#onWarning(warning(this.#device, error));
    }
    const { state } = this.#trainer;
    // A lost GPU may refuse even to be released.
    await this.#trainer.close().catch(() => undefined);
    this.#device = "cpu";
    this.#trainer = await this.#open("cpu", state, this.#schedule);
    return this.#trainer.run(steps, perStep);
  }

  /** Where training runs now. */
  get device(): Device {
    return this.#device;
  }

  get state(): TrainingState {
    return this.#trainer.state;
  }

  reschedule(schedule: Schedule): void {
    this.#schedule = schedule;
    this.#trainer.reschedule(schedule);
  }

  weights(kind?: "weights" | "average"): Weights {
    return this.#trainer.weights(kind);
  }

  close(): Promise<void> {
    return this.#trainer.close();
  }
}

function opener(definition: TrainingDefinition, options: FallbackOptions): OpenOn {
  return (device, start, schedule) =>
    Trainer.open(compileTraining(definition, device), { ...options, device, start, schedule });
}

function warning(device: Device, error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return `Training on ${device} failed and goes on with the CPU: ${words}`;
}
