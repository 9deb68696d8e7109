import { Emitter, type Target } from "./emitter.ts";
import type { Layout } from "./layout.ts";
import { lower, type Naming } from "./lower.ts";
import { splitInto } from "./lowerings.ts";
import type { Graph, OnnxValue } from "./onnx/model.ts";
import type { InputKind } from "./operators.ts";
import { simplify } from "./simplify.ts";
import { isOp, type Node, type Tensor, topological } from "./tensor.ts";

/** One iteration: what becomes of each carried state, and what is recorded of every iteration. */
export interface LoopStep {
  /** Carried values by state name; each starts from the session input of that name. */
  readonly carried: ReadonlyMap<string, Tensor>;
  /** Values kept of every step, by name; an output is [steps, …]. */
  readonly recorded: ReadonlyMap<string, Tensor>;
  /** Parameters, read from the state `weights`, which is a plain session input when it is not carried. */
  readonly layout: Layout;
}

/** What a session of a loop takes besides the carried state. */
export interface LoopInputs {
  readonly resident: readonly OnnxValue[];
  /** Resident tensors are given when the session is opened, not in every run. */
  readonly keepsResidents: boolean;
  /** Shapes are those of one step. */
  readonly perStep: readonly OnnxValue[];
}

/** Suffix of the outputs that hold the carried state after the last step. */
export const afterSuffix = ".after";

/** The vector of all parameters, as state and as input. */
export const weightsName = "weights";

const stepsName = "steps";
const turn = "turn";
const go = "go";

/**
 * A graph that runs a step as often as its input `steps` (int64) says, in one ONNX `Loop`: states go from turn to turn
 * without leaving the device, resident tensors are read where they are, per-step tensors by the number of the turn.
 */
export function loopGraph(step: LoopStep, target: Target): { graph: Graph; inputs: LoopInputs } {
  const outputs = simplify([...step.carried.values(), ...step.recorded.values()]);
  const nodes = topological(outputs);
  const emitter = new Emitter(target);
  const inputs = inputsOf(nodes);
  const parameterNames = readParameters(emitter, step);
  const rows = new Map(inputs.perStep.map(({ name }) => [name, emitter.emit("Gather", [name, turn], { axis: 0 })]));
  const naming: Naming = (node) => {
    const { name } = node.attributes;
    if (!isOp(node, "Input")) return parameterNames.get(name)!;
    return node.attributes.kind === "step" ? rows.get(name)! : bodyName(name, step);
  };
  const results = distinct(emitter, lower(outputs, emitter, naming));
  const stay = emitter.emit("Identity", [go]);
  const states = [...step.carried].map(([name, { shape, type }]): OnnxValue => ({ name, shape, type }));
  const recorded = [...step.recorded].map(([name, { shape, type }]): OnnxValue => ({ name, shape, type }));
  const body: Graph = {
    name: "step",
    nodes: emitter.nodes,
    constants: emitter.constants,
    inputs: [
      { name: turn, type: "int64", shape: [] },
      { name: go, type: "bool", shape: [] },
      ...states.map((state) => ({ ...state, name: bodyName(state.name, step) })),
    ],
    outputs: [
      { name: stay, type: "bool", shape: [] },
      ...[...states, ...recorded].map((value, index) => ({ ...value, name: results[index]! })),
    ],
  };
  const { keepsResidents } = target;
  const all = { ...inputs, keepsResidents };
  return { graph: outerGraph(body, states, recorded, all, step), inputs: all };
}

function outerGraph(
  body: Graph,
  states: readonly OnnxValue[],
  recorded: readonly OnnxValue[],
  inputs: LoopInputs,
  step: LoopStep,
): Graph {
  const after = states.map((state) => ({ ...state, name: state.name + afterSuffix }));
  const history = recorded.map((value) => ({ ...value, shape: [stepsName, ...value.shape] }));
  const loop = {
    op: "Loop",
    inputs: [stepsName, "", ...states.map(({ name }) => name)],
    outputs: [...after, ...history].map(({ name }) => name),
    attributes: { body: { graph: body } },
  };
  const fixed: OnnxValue[] =
    step.carried.has(weightsName) || step.layout.size === 0
      ? []
      : [{ name: weightsName, shape: [step.layout.size], type: "float32" }];
  return {
    name: "loop",
    nodes: [loop],
    constants: inputs.keepsResidents ? inputs.resident.map((value) => ({ ...value, data: "outside" })) : [],
    inputs: [
      { name: stepsName, type: "int64", shape: [] },
      ...states,
      ...fixed,
      ...(inputs.keepsResidents ? [] : inputs.resident),
      ...inputs.perStep.map((value) => ({ ...value, shape: [stepsName, ...value.shape] })),
    ],
    outputs: [...after, ...history],
  };
}

/** A carried state has its own name inside the loop; everything else is read from outside. */
function bodyName(name: string, step: LoopStep): string {
  return step.carried.has(name) ? `${name}.now` : name;
}

/** Outputs of a graph must each be made by a node of its own; where one is not, a copy is. */
function distinct(emitter: Emitter, names: readonly string[]): string[] {
  const free = new Set(emitter.nodes.flatMap(({ outputs }) => outputs));
  return names.map((name) => (free.delete(name) ? name : emitter.emit("Identity", [name])));
}

function inputsOf(nodes: readonly Node[]): Pick<LoopInputs, "resident" | "perStep"> {
  const ofKind = (kind: InputKind): OnnxValue[] =>
    nodes
      .filter((node) => isOp(node, "Input"))
      .filter(({ attributes }) => attributes.kind === kind)
      .map(({ attributes: { name }, outputs: [{ shape, type }] }) => ({ name, shape, type }));
  return { resident: ofKind("resident"), perStep: ofKind("step") };
}

/** Writes how each parameter is read from the vector of all; returns the parameters' names in the graph. */
function readParameters(emitter: Emitter, step: LoopStep): Map<string, string> {
  const { members } = step.layout;
  if (members.length === 0) return new Map();
  const lengths = members.map(({ initial }) => initial.length);
  const pieces = splitInto(emitter, bodyName(weightsName, step), lengths, 0);
  return new Map(
    members.map(({ name, shape }, index) => {
      const piece = pieces[index]!;
      return [name, shape.length === 1 ? piece : emitter.emit("Reshape", [piece, emitter.ints(shape)])];
    }),
  );
}
