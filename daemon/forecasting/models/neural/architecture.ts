import type { Parameters, Tensor } from "../../../engine/index.ts";
import type { Drop, Network, NetworkInputs, NetworkShape } from "./network.ts";

/** A network with its hyperparameters, for given sizes: all that its graph is built from. */
export interface Architecture<Made = Tensor> {
  readonly shape: NetworkShape;
  /** Builds the graph: inputs → what the network gives. */
  build(parameters: Parameters, inputs: NetworkInputs, drop: Drop): Made;
}

/** The architecture of a network with these hyperparameters and sizes. */
export function architectureOf<Options, Made>(
  network: Network<Options, Made>,
  options: Options,
  shape: NetworkShape,
): Architecture<Made> {
  return { shape, build: (parameters, inputs, drop) => network(parameters, inputs, shape, options, drop) };
}
