import type { Shape } from "../shape.ts";
import type { DataType, TensorData } from "../tensor.ts";
import { modelProto } from "./schema.ts";

/** ONNX operator set that every graph is written for; stock runtimes of 2023 and later read it. */
export const opset = 18;

const elementTypes: Readonly<Record<DataType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** An attribute of an ONNX node: a float is written as `{ float }`, a plain number as an integer. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly graph: Graph };

/** One ONNX node; an empty name leaves out an optional input. */
export interface OnnxNode {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: DataType;
  readonly shape: Shape;
}

export interface OnnxConstant extends OnnxValue {
  /** `outside` the file: handed over under the constant's name when the file is opened. */
  readonly data: TensorData | "outside";
}

/** A graph in ONNX's terms, with nodes in an order in which they can run. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/**
 * The bytes of an `.onnx` file. `contrib` declares ONNX Runtime's own operators, `trees` those of classical machine learning;
 * `metadata` is kept as key and text.
 */
export function encodeModel(
  graph: Graph,
  options: { contrib?: boolean; trees?: boolean; metadata?: Readonly<Record<string, string>> } = {},
): Uint8Array {
  const opsetImport = [{ domain: "", version: opset }];
  if (options.contrib === true) opsetImport.push({ domain: "com.microsoft", version: 1 });
  if (options.trees === true) opsetImport.push({ domain: "ai.onnx.ml", version: 3 });
  const message = modelProto.create({
    irVersion: 8,
    producerName: "almanac",
    graph: graphMessage(graph),
    opsetImport,
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
  });
  return modelProto.encode(message).finish();
}

function graphMessage(graph: Graph): object {
  return {
    name: graph.name,
    node: graph.nodes.map(nodeMessage),
    initializer: graph.constants.map(constantMessage),
    input: graph.inputs.map(valueMessage),
    output: graph.outputs.map(valueMessage),
  };
}

function nodeMessage(node: OnnxNode): object {
  return {
    input: node.inputs,
    output: node.outputs,
    name: node.outputs[0],
    opType: node.op,
    domain: node.domain ?? "",
    attribute: Object.entries(node.attributes).map(([name, value]) => ({ name, ...attributeValue(value) })),
  };
}

const utf8 = new TextEncoder();

function attributeValue(value: OnnxAttribute): object {
  if (typeof value === "number") return { type: 2, i: value };
  if (typeof value === "string") return { type: 3, s: utf8.encode(value) };
  if ("float" in value) return { type: 1, f: value.float };
  if ("floats" in value) return { type: 6, floats: value.floats };
  if ("strings" in value) return { type: 8, strings: value.strings.map((text) => utf8.encode(text)) };
  if ("graph" in value) return { type: 5, g: graphMessage(value.graph) };
  return { type: 7, ints: value };
}

function constantMessage({ name, type, shape, data }: OnnxConstant): object {
  if (data === "outside") {
    const externalData = [{ key: "location", value: name }];
    return { name, dims: shape, dataType: elementTypes[type], externalData, dataLocation: 1 };
  }
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: shape, dataType: elementTypes[type], rawData };
}

function valueMessage({ name, type, shape }: OnnxValue): object {
  const dim = shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}
