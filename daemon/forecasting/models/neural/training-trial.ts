import * as engine from "../../../engine/index.ts";
import type { Network, NetworkShape } from "./network.ts";
import type { TrainingContext, TrainingOptions } from "./training.ts";
import { compileGraphs, feedsOf, residentsOf } from "./training-graphs.ts";
import type { WindowPlan, WindowSampler } from "./window-sampler.ts";
import type { WindowSource } from "./window-source.ts";

/** Seconds of one training step of the very network, batch and panel on a device. Rejects where the device does not work. */
export function trainingTrial<Options>(
  network: Network<Options>,
  networkOptions: Options,
  shape: NetworkShape,
  source: WindowSource,
  sampler: WindowSampler,
  plan: WindowPlan,
  options: TrainingOptions,
  { levels, threads, seed }: Pick<TrainingContext, "levels" | "threads" | "seed">,
  device: engine.Device,
): Promise<number> {
  const parameters = new engine.Parameters(seed);
  const settings = { ...options, levels, device };
  const { definition, training } = compileGraphs(network, networkOptions, shape, parameters, source, plan, settings);
  const resident = residentsOf(training.inputs.resident, source, source.mask);
  const next = engine.random(seed);
  return engine.secondsPerStep(
    definition,
    { device, threads, seed, resident, schedule: engine.constantRate(1e-6), start: parameters.initial() },
    (steps) => feedsOf(training.inputs.perStep, sampler.draw(steps * options.batch, next, false)),
  );
}
