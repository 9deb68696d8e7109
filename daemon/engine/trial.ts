import type { TensorData } from "./tensor.ts";
import { Trainer, type TrainerOptions } from "./trainer.ts";
import { compileTraining, type TrainingDefinition } from "./training.ts";

/** Longest that a trial trains on one device, in seconds, after its first run. */
const trialSeconds = 0.5;

/**
 * Seconds of one training step on a device: compiles the actual model there and trains a few steps from its initial
 * weights, which are left as they are. The first run, in which GPUs compile their shaders, does not count.
 * Rejects when the device does not work. `perStep` makes the inputs of so many steps.
 */
export async function secondsPerStep(
  definition: TrainingDefinition,
  options: TrainerOptions,
  perStep: (steps: number) => Readonly<Record<string, TensorData>>,
): Promise<number> {
  const trainer = await Trainer.open(compileTraining(definition, options.device), options);
  const timed = async (steps: number): Promise<number> => {
    const inputs = perStep(steps);
    const since = performance.now();
    await trainer.run(steps, inputs);
    return (performance.now() - since) / 1000 / steps;
  };
  try {
    await timed(2);
    const first = await timed(2);
    return await timed(Math.min(200, Math.max(2, Math.floor(trialSeconds / first))));
  } finally {
    await trainer.close();
  }
}
