import type { Device } from "./backends/backend.ts";
import { backends } from "./backends/registry.ts";
import { joinWeights, type Layout, layoutOf } from "./layout.ts";
import { type LoopInputs, loopGraph, weightsName } from "./loop.ts";
import { encodeModel, type OnnxValue } from "./onnx/model.ts";
import type { Parameters, Weights } from "./parameters.ts";
import { type HostTensor, openSession, type Session, type SessionOptions } from "./session.ts";
import type { Tensor, TensorData } from "./tensor.ts";
import { hostTensors, residents, vector } from "./trainer.ts";

/** A graph that computes values batch after batch without training, such as a validation loss. */
export interface EvaluationGraph {
  readonly model: Uint8Array;
  readonly layout: Layout;
  readonly inputs: LoopInputs;
}

/** Compiles `values` (by name) over the parameters' resident and per-step tensors; one run does many steps. */
export function compileEvaluation(
  parameters: Parameters,
  values: Readonly<Record<string, Tensor>>,
  device: Device = "cpu",
): EvaluationGraph {
  const { target } = backends[device];
  const layout = layoutOf(parameters.list());
  const recorded = new Map(Object.entries(values));
  const { graph, inputs } = loopGraph({ carried: new Map(), recorded, layout }, target);
  return { model: encodeModel(graph, { contrib: target.contrib }), layout, inputs };
}

/** Evaluates a compiled graph with any weights. */
export class Evaluator {
  readonly #graph: EvaluationGraph;
  readonly #session: Session;
  readonly #resident: Readonly<Record<string, HostTensor>>;

  private constructor(graph: EvaluationGraph, session: Session, resident: Readonly<Record<string, HostTensor>>) {
    this.#graph = graph;
    this.#session = session;
    this.#resident = resident;
  }

  /** Opens the graph on a device. Throws EngineError when the device fails or a resident tensor is missing. */
  static async open(
    graph: EvaluationGraph,
    options: SessionOptions & { readonly resident: Readonly<Record<string, TensorData>> },
  ): Promise<Evaluator> {
    const { kept, fed } = residents(graph.inputs, options.resident);
    return new Evaluator(graph, await openSession(graph.model, options, kept), fed);
  }

  /** Values of every step, one step after the other, by name. */
  async run(
    weights: Weights,
    steps: number,
    perStep: Readonly<Record<string, TensorData>>,
  ): Promise<Record<string, TensorData>> {
    const { inputs, layout } = this.#graph;
    const shapes = inputs.perStep.map((value): OnnxValue => ({ ...value, shape: [steps, ...value.shape] }));
    const outputs = await this.#session.run({
      steps: { type: "int64", shape: [], data: BigInt64Array.of(BigInt(steps)) },
      ...(layout.size > 0 && { [weightsName]: vector(joinWeights(layout, weights)) }),
      ...this.#resident,
      ...hostTensors(shapes, perStep),
    });
    return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
