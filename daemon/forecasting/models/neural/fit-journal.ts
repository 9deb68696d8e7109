import { z } from "zod";
import { devices } from "../../../../protocol/devices.ts";
import type { Checkpoint } from "../forecaster.ts";
import { packProgress, progressSchema, type TrainingProgress } from "./training-progress.ts";

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const networkSchema = z.object({
  file: bytes,
  derivative: bytes,
  notes: z.array(z.string()),
  warnings: z.array(z.string()),
  device: z.enum(devices),
});

/** A trained network as the fitted model keeps it. */
export type FinishedNetwork = z.infer<typeof networkSchema>;

const journalSchema = z.object({
  format: z.literal("almanac-neural-fit-4"),
  networks: z.array(networkSchema),
  training: progressSchema.optional(),
});

/** A save may take at most this share of the time, unless every state is asked for. */
const writingShare = 0.02;

/**
 * What a fit of networks has done so far, kept in a checkpoint: the networks that are finished and the training under way. Its size is
 * bounded by five times the weights of the one network (weights, two moments, average, best) and twice those of each other.
 */
export class FitJournal {
  readonly #checkpoint: Checkpoint | undefined;
  readonly networks: FinishedNetwork[];
  #training: TrainingProgress | undefined;
  /** performance.now() milliseconds before which nothing is written. */
  #notBefore: number;

  private constructor(checkpoint: Checkpoint | undefined, networks: FinishedNetwork[], training?: TrainingProgress) {
    this.#checkpoint = checkpoint;
    this.networks = networks;
    this.#training = training;
    this.#notBefore = performance.now() + (checkpoint?.intervalMs ?? 0);
  }

  /** Reads where an earlier attempt stood; a checkpoint that is damaged or of another version counts as none. */
  static async open(checkpoint: Checkpoint | undefined): Promise<FitJournal> {
    const saved = await checkpoint?.load();
    if (saved === undefined) return new FitJournal(checkpoint, []);
    try {
      const { networks, training } = journalSchema.parse(process.getBuiltinModule("node:v8").deserialize(saved));
      return new FitJournal(checkpoint, networks, training);
    } catch {
      return new FitJournal(checkpoint, []);
    }
  }

  /** The training that was under way when the checkpoint was written. */
  get training(): TrainingProgress | undefined {
    return this.#training;
  }

  /** Notes how far the training has come; written when the last time is long enough ago. */
  async keep(training: TrainingProgress): Promise<void> {
    this.#training = training;
    if (performance.now() >= this.#notBefore) await this.#write();
  }

  /** Notes a finished network; the next training starts from its beginning. */
  async finish(network: FinishedNetwork): Promise<void> {
    this.networks.push(network);
    this.#training = undefined;
    if (performance.now() >= this.#notBefore) await this.#write();
  }

  async #write(): Promise<void> {
    if (this.#checkpoint === undefined) return;
    const { intervalMs } = this.#checkpoint;
    const started = performance.now();
    const training = this.#training && packProgress(this.#training);
    const content: z.input<typeof journalSchema> = {
      format: "almanac-neural-fit-4",
      networks: this.networks,
      training,
    };
    await this.#checkpoint.save(process.getBuiltinModule("node:v8").serialize(content));
    const ended = performance.now();
    this.#notBefore = intervalMs === 0 ? ended : ended + Math.max(intervalMs, (ended - started) / writingShare);
  }
}
