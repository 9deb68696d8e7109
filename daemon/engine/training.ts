import type { Device } from "./backends/backend.ts";
import { backends } from "./backends/registry.ts";
import { gradients } from "./gradient.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { type LoopInputs, loopGraph } from "./loop.ts";
import { encodeModel } from "./onnx/model.ts";
import { type OptimizerOptions, type StateKind, stateKinds, update } from "./optimizer.ts";
import type { Parameters } from "./parameters.ts";
import type { Tensor } from "./tensor.ts";

/** A training step compiled to ONNX: one run of it trains as many steps as asked. */
export interface TrainingGraph {
  readonly model: Uint8Array;
  readonly layout: Layout;
  readonly inputs: LoopInputs;
  readonly kinds: readonly StateKind[];
  readonly optimizer: OptimizerOptions;
}

/** What to train: a scalar loss over parameters, resident tensors and per-step tensors. */
export interface TrainingDefinition {
  readonly parameters: Parameters;
  readonly loss: Tensor;
  readonly optimizer?: OptimizerOptions;
}

/**
 * Differentiates the loss, appends AdamW and writes the whole step as the body of one ONNX loop.
 * Throws EngineError when the loss is not a scalar or an operator has no gradient.
 */
export function compileTraining(definition: TrainingDefinition, device: Device = "cpu"): TrainingGraph {
  const { parameters, loss, optimizer = {} } = definition;
  const list = parameters.list();
  const { target } = backends[device];
  const layout = layoutOf(list);
  const slopes = gradients(
    loss,
    list.map(({ tensor }) => tensor),
  );
  const carried = update(layout, slopes, optimizer);
  const { graph, inputs } = loopGraph({ carried, recorded: new Map([["loss", loss]]), layout }, target);
  const model = encodeModel(graph, { contrib: target.contrib });
  return { model, layout, inputs, kinds: stateKinds(optimizer), optimizer };
}
