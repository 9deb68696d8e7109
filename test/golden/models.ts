import type { Forecaster } from "../../daemon/forecasting/models/forecaster.ts";
import { forecasters } from "../../daemon/forecasting/models/registry.ts";

/** Hyperparameters with which a model trains within a moment. */
const network = { steps: 20, learningRate: 0.003, members: 1, batch: 16 };

const quick: Readonly<Record<string, object>> = {
  boosting: { rounds: 25, leaves: 7, minData: 5 },
  mlp: { ...network, members: 2, units: 16, layers: 1 },
  recurrent: { ...network, units: 12 },
  mixer: { ...network, units: 12 },
  fusion: { ...network, units: 12 },
};

/**
 * Whether a model's numbers differ a little from processor to processor: ONNX Runtime trains networks, with sums in 32 bits. Then nothing
 * that jumps may be recorded: an ensemble, whole numbers, which of two points is better.
 */
export function isRough({ family }: Forecaster): boolean {
  return family === "neural";
}

export const networks = forecasters.filter(isRough);
export const others = forecasters.filter((model) => !isRough(model));

/** Hyperparameters of a model on these panels. */
export function optionsOf(name: string): object {
  return quick[name] ?? {};
}
