import { EngineError } from "../../protocol/errors.ts";
import { joinWeights, splitWeights } from "./layout.ts";
import { afterSuffix, type LoopInputs } from "./loop.ts";
import type { OnnxValue } from "./onnx/model.ts";
import { controls, type StateKind } from "./optimizer.ts";
import type { Weights } from "./parameters.ts";
import { hash32 } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import { type HostTensor, openSession, type Session, type SessionOptions } from "./session.ts";
import { sizeOf } from "./shape.ts";
import type { TensorData } from "./tensor.ts";
import type { TrainingGraph } from "./training.ts";

/** All that training needs to go on: resuming from it gives the numbers of an uninterrupted training. */
export interface TrainingState {
  /** Steps done; keys of random masks and the schedule follow from it. */
  readonly step: number;
  readonly seed: number;
  /** Vectors over all parameters by kind: `weights`, moments `first` and `second`, and `average` where it is kept. */
  readonly arrays: Readonly<Record<string, Float32Array>>;
}

export interface TrainerOptions extends SessionOptions {
  /** Values of the resident tensors by name: read in place on the CPU, copied to a GPU once. */
  readonly resident: Readonly<Record<string, TensorData>>;
  readonly schedule: Schedule;
  /** Decides dropout masks. */
  readonly seed: number;
  /** Where to start: initial weights, or the state of an earlier training. */
  readonly start: Weights | TrainingState;
}

/** Trains a compiled graph on one device. */
export class Trainer {
  readonly #graph: TrainingGraph;
  readonly #session: Session;
  readonly #resident: Readonly<Record<string, HostTensor>>;
  #schedule: Schedule;
  #state: TrainingState;

  private constructor(
    graph: TrainingGraph,
    session: Session,
    options: TrainerOptions,
    resident: Readonly<Record<string, HostTensor>>,
  ) {
    this.#graph = graph;
    this.#session = session;
    this.#schedule = options.schedule;
    this.#resident = resident;
    this.#state =
      options.start instanceof Map
        ? initialState(graph, options.start, options.seed)
        : (options.start as TrainingState);
  }

  /** Opens the graph on a device. Throws EngineError when the device fails or a resident tensor is missing. */
  static async open(graph: TrainingGraph, options: TrainerOptions): Promise<Trainer> {
    const { kept, fed } = residents(graph.inputs, options.resident);
    return new Trainer(graph, await openSession(graph.model, options, kept), options, fed);
  }

  /**
   * Trains `steps` steps in one run and returns the loss of each, taken before its update. `perStep` holds the values of
   * all steps one after the other. On an error the state stays that of before the run.
   */
  async run(steps: number, perStep: Readonly<Record<string, TensorData>>): Promise<Float32Array> {
    const { step, seed, arrays } = this.#state;
    const outputs = await this.#session.run({
      steps: { type: "int64", shape: [], data: BigInt64Array.of(BigInt(steps)) },
      ...this.#resident,
      ...Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, vector(data)])),
      ...hostTensors(
        this.#graph.inputs.perStep.map((value) => ({ ...value, shape: [steps, ...value.shape] })),
        { ...perStep, ...this.#ownInputs(steps) },
      ),
    });
    const after = Object.keys(arrays).map((name) => [name, outputs[name + afterSuffix]!.data as Float32Array]);
    this.#state = { step: step + steps, seed, arrays: Object.fromEntries(after) as Record<string, Float32Array> };
    return outputs.loss!.data as Float32Array;
  }

  /** What the engine itself feeds every step: the optimizer's controls and the key of random masks. */
  #ownInputs(steps: number): Record<string, TensorData> {
    const { step, seed } = this.#state;
    const numbers = Array.from({ length: steps }, (_, index) => step + index);
    const rows = numbers.flatMap((number) => controls(number, this.#graph.optimizer, this.#schedule));
    return { controls: Float32Array.from(rows), key: Int32Array.from(numbers, (number) => hash32(seed, number)) };
  }

  /** The state after the last finished run. */
  get state(): TrainingState {
    return this.#state;
  }

  /** Another learning-rate schedule from the next run on. */
  reschedule(schedule: Schedule): void {
    this.#schedule = schedule;
  }

  /** Weights by parameter name: the trained ones, or their moving average. */
  weights(kind: StateKind = "weights"): Weights {
    return weightsOf(this.#graph, this.#state, kind);
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

/** Weights by parameter name from a training state. */
export function weightsOf(graph: TrainingGraph, state: TrainingState, kind: StateKind = "weights"): Weights {
  return splitWeights(graph.layout, state.arrays[kind]!);
}

/** State before the first step: the given weights, moments of zero, averages equal to the weights. */
export function initialState(graph: TrainingGraph, weights: Weights, seed: number): TrainingState {
  const joined = joinWeights(graph.layout, weights);
  const starting = (kind: StateKind) =>
    kind === "first" || kind === "second" ? new Float32Array(joined.length) : joined.slice();
  const arrays = Object.fromEntries(graph.kinds.map((kind) => [kind, starting(kind)]));
  return { step: 0, seed, arrays };
}

/** Resident tensors as the session keeps them, or as every run is fed them. */
export function residents(
  { resident, keepsResidents }: LoopInputs,
  data: Readonly<Record<string, TensorData>>,
): { kept: Record<string, HostTensor>; fed: Record<string, HostTensor> } {
  const tensors = hostTensors(resident, data);
  return keepsResidents ? { kept: tensors, fed: {} } : { kept: {}, fed: tensors };
}

/** A vector of float32 as a host tensor. */
export function vector(data: Float32Array): HostTensor {
  return { type: "float32", shape: [data.length], data };
}

/** Host tensors for declared inputs. Throws EngineError naming the one whose values are missing or of another number. */
export function hostTensors(
  values: readonly OnnxValue[],
  data: Readonly<Record<string, TensorData>>,
): Record<string, HostTensor> {
  return Object.fromEntries(
    values.map(({ name, type, shape }) => {
      const given = data[name];
      if (given?.length !== sizeOf(shape)) {
        throw new EngineError(`Input "${name}" needs ${sizeOf(shape)} values but has ${given?.length ?? 0}.`);
      }
      return [name, { type, shape: shape as readonly number[], data: given }];
    }),
  );
}
