import type { OnnxAttribute, OnnxConstant, OnnxNode } from "./onnx/model.ts";
import type { DataType, TensorData } from "./tensor.ts";

/** What the runtime that a graph is written for understands. */
export interface Target {
  /** ONNX Runtime's own operators (domain com.microsoft) are there. */
  readonly contrib: boolean;
  /** Gradients of row look-ups: scattered additions, or a product with indicator rows (same result on every run of a GPU). */
  readonly lookup: "scatter" | "indicator";
  /** The device runs `Sign`; otherwise it is written as comparisons. */
  readonly sign: boolean;
  /** Single values of a vector are better taken by `GatherElements`. */
  readonly elements: boolean;
  /** Resident tensors belong to the session, which keeps them on the device; otherwise every run reads them from the host. */
  readonly keepsResidents: boolean;
  /** Most outputs of one `Split`, where the device limits them; more are split in two rounds. */
  readonly splitOutputs?: number;
}

/** Any runtime that reads standard ONNX. */
export const standardTarget: Target = {
  contrib: false,
  lookup: "indicator",
  sign: true,
  elements: false,
  keepsResidents: false,
};

/** Collects ONNX nodes and constants under fresh names. */
export class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxConstant[] = [];
  readonly target: Target;
  /** For each symbolic size, an input whose first axis has it. */
  readonly symbols = new Map<string, string>();
  readonly #known = new Map<string, string>();
  #count = 0;

  constructor(target: Target) {
    this.target = target;
  }

  /** A name that nothing has yet. */
  fresh(): string {
    this.#count++;
    return `t${this.#count}`;
  }

  /** Adds a node with one output and returns that output's name. */
  emit(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output: string = this.fresh(),
    domain = "",
  ): string {
    this.nodes.push({ op, inputs, outputs: [output], attributes, domain });
    return output;
  }

  /** Name of a constant; equal small constants are kept once. */
  constant(data: TensorData, shape: readonly number[], type: DataType): string {
    const key = data.length <= 64 ? `${type}[${shape}]${data.join()}` : undefined;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.fresh();
    this.constants.push({ name, type, shape, data });
    if (key !== undefined) this.#known.set(key, name);
    return name;
  }

  /** A list of int64, which shapes, axes and positions are given as. */
  ints(values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], "int64");
  }

  /** A float32 scalar. */
  float(value: number): string {
    return this.constant(Float32Array.of(value), [], "float32");
  }
}
