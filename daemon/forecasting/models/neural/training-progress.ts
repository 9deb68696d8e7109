import { z } from "zod";
import { decodeState, encodeState, type TrainingState, type Weights } from "../../../engine/index.ts";

/** Parts of a training in which weights move, each with a trainer of its own. */
export type Stage = "trial" | "main" | "last";

/**
 * All that a training needs to go on after its process was killed and to end with the same numbers. What was measured
 * (`total`, `stepSeconds`) is part of it, since another measurement would make another training.
 */
export interface TrainingProgress {
  /** Steps of the main stage. */
  readonly total: number;
  readonly stepSeconds: number;
  /** Validation losses of the learning rates tried so far. */
  readonly trials: readonly { readonly rate: number; readonly loss: number }[];
  /** Best weights of the main stage so far, and validations since then. */
  readonly best: { readonly weights: Weights; readonly step: number; readonly loss: number };
  readonly bad: number;
  /** Steps of the last stage, once the main stage has ended. */
  readonly lastSteps?: number | undefined;
  /** The trainer under way. */
  readonly running?: { readonly stage: Stage; readonly state: TrainingState } | undefined;
}

const schema = z.object({
  total: z.int(),
  stepSeconds: z.number(),
  trials: z.array(z.object({ rate: z.number(), loss: z.unknown().transform(Number) })),
  best: z.object({
    weights: z.map(z.string(), z.instanceof(Float32Array)),
    step: z.int(),
    // Infinite before the first validation, which zod's numbers refuse.
    loss: z.unknown().transform(Number),
  }),
  bad: z.int(),
  lastSteps: z.int().optional(),
  running: z
    .object({ stage: z.enum(["trial", "main", "last"]), state: z.instanceof(Uint8Array).transform(decodeState) })
    .optional(),
});

/** A progress as plain data; its trainer's state as the bytes of an engine checkpoint. */
export function packProgress({ running, ...rest }: TrainingProgress): z.input<typeof schema> {
  return { ...rest, ...(running && { running: { ...running, state: encodeState(running.state) } }) } as z.input<
    typeof schema
  >;
}

/** The progress behind plain data from `packProgress`. Throws when the data are not one. */
export const progressSchema: z.ZodType<TrainingProgress, z.input<typeof schema>> = schema;
