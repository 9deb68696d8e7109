import { EngineError } from "../../protocol/errors.ts";
import { Emitter, standardTarget } from "./emitter.ts";
import { lower } from "./lower.ts";
import { encodeModel, type OnnxValue } from "./onnx/model.ts";
import type { Weights } from "./parameters.ts";
import { simplify } from "./simplify.ts";
import { isOp, type Node, type Tensor, topological } from "./tensor.ts";

/** Everything an inference file holds. */
export interface InferenceDefinition {
  /** Outputs by name. Inputs made with `input` keep their names; their first size may be symbolic. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly weights: Weights;
  /** Kept in the file as key and text. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A plain ONNX file of a trained model, standard operators only, which any ONNX runtime can serve.
 * Throws EngineError when a weight is missing or the graph still needs training inputs (dropout, resident tensors).
 */
export function exportModel({ outputs, weights, metadata = {} }: InferenceDefinition): Uint8Array {
  const roots = simplify(Object.values(outputs));
  const nodes = topological(roots);
  const emitter = new Emitter(standardTarget);
  const inputs = nodes.filter((node) => isOp(node, "Input")).map(feedOf);
  const results = lower(roots, emitter, (node) => {
    const { name } = node.attributes;
    return isOp(node, "Parameter") ? parameterName(emitter, node, weights.get(name)) : name;
  });
  const named = Object.keys(outputs).map((name, index): OnnxValue => {
    emitter.emit("Identity", [results[index]!], {}, name);
    return { name, shape: roots[index]!.shape, type: roots[index]!.type };
  });
  const { nodes: written, constants } = emitter;
  return encodeModel({ name: "model", nodes: written, constants, inputs, outputs: named }, { metadata });
}

function feedOf({ attributes: { name, kind }, outputs: [value] }: Node<"Input">): OnnxValue {
  if (kind !== "feed") {
    throw new EngineError(`The exported model needs the training input "${name}".`, {
      fix: "Build the model for export from `input` tensors and without dropout.",
    });
  }
  return { name, shape: value.shape, type: value.type };
}

function parameterName(emitter: Emitter, node: Node<"Parameter">, values: Float32Array | undefined): string {
  const { name } = node.attributes;
  if (values === undefined) throw new EngineError(`The exported model has no weights for parameter "${name}".`);
  return emitter.constant(values, node.outputs[0].shape as readonly number[], "float32");
}
