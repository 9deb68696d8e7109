import * as engine from "../../../engine/index.ts";
import type { Architecture } from "./architecture.ts";
import type { TrainingContext, TrainingOptions } from "./training.ts";
import { compileGraphs, feedsOf, residentsOf } from "./training-graphs.ts";
import type { WindowSampler } from "./window-sampler.ts";

/** Seconds of one training step of the very network, batch and panel on a device. Rejects where the device does not work. */
export function trainingTrial(
  architecture: Architecture,
  sampler: WindowSampler,
  options: TrainingOptions,
  { levels, threads, seed, device }: Pick<TrainingContext, "levels" | "threads" | "seed" | "device">,
): Promise<number> {
  const parameters = new engine.Parameters(seed);
  const { windows } = sampler;
  const { definition, training } = compileGraphs(architecture, parameters, windows, { ...options, levels, device });
  const resident = residentsOf(training.inputs.resident, windows.source, windows.source.mask);
  const next = engine.random(seed);
  return engine.secondsPerStep(
    definition,
    { device, threads, seed, resident, schedule: engine.constantRate(1e-6), start: parameters.initial() },
    (steps) => feedsOf(training.inputs.perStep, sampler.draw(steps * options.batch, next, false)),
  );
}
