import { encodeModel, type OnnxConstant, type OnnxNode } from "../../../engine/onnx/model.ts";
import type { Booster } from "./booster.ts";
import type { Tree } from "./tree.ts";

/** Set of categories that one split sends left, as a column beside the features: 0 where the category is in it, else 1. */
interface Membership {
  readonly feature: number;
  readonly outside: Float32Array;
}

/**
 * The booster as an ONNX model: input `features` (rows × features, float32, NaN for missing, categories as codes), output
 * `prediction` (rows × 1). Numeric splits are nodes of a `TreeEnsembleRegressor`; ONNX's trees know no sets of categories, so
 * each categorical split reads a column that a table of its set fills.
 */
export function boosterToOnnx(booster: Booster): Uint8Array {
  const memberships: Membership[] = [];
  const attributes = new TreeAttributes(booster, memberships);
  booster.trees.forEach((tree, index) => {
    attributes.addTree(tree, index);
  });
  const nodes: OnnxNode[] = [];
  const constants: OnnxConstant[] = [];
  const columns = memberships.map((membership, index) => {
    nodes.push(...membershipNodes(membership, index, constants));
    return `outside ${index}`;
  });
  const input = columns.length === 0 ? "features" : "extended";
  if (columns.length > 0) nodes.push(node("Concat", ["features", ...columns], "extended", { axis: 1 }));
  const logarithmic = booster.objective.kind === "poisson" || booster.objective.kind === "tweedie";
  const output = logarithmic ? "score" : "prediction";
  nodes.push({ ...node("TreeEnsembleRegressor", [input], output, attributes.onnx()), domain: "ai.onnx.ml" });
  if (logarithmic) nodes.push(node("Exp", ["score"], "prediction"));
  return encodeModel(
    {
      name: "boosting",
      nodes,
      constants,
      inputs: [{ name: "features", type: "float32", shape: ["rows", booster.bins.length] }],
      outputs: [{ name: "prediction", type: "float32", shape: ["rows", 1] }],
    },
    { trees: true },
  );
}

function node(op: string, inputs: string[], output: string, attributes: OnnxNode["attributes"] = {}): OnnxNode {
  return { op, inputs, outputs: [output], attributes };
}

/** Looks the category's code up in the table of the set; missing and unknown codes are outside. */
function membershipNodes({ feature, outside }: Membership, index: number, constants: OnnxConstant[]): OnnxNode[] {
  const name = (part: string): string => `${part} ${index}`;
  const last = outside.length - 1;
  constants.push(
    { name: name("table"), type: "float32", shape: [outside.length], data: outside },
    { name: name("feature"), type: "int64", shape: [1], data: BigInt64Array.of(BigInt(feature)) },
    { name: name("unknown"), type: "float32", shape: [], data: Float32Array.of(last) },
    { name: name("first"), type: "float32", shape: [], data: Float32Array.of(0) },
  );
  return [
    node("Gather", ["features", name("feature")], name("code"), { axis: 1 }),
    node("IsNaN", [name("code")], name("missing")),
    node("Where", [name("missing"), name("unknown"), name("code")], name("present")),
    node("Clip", [name("present"), name("first"), name("unknown")], name("clipped")),
    node("Cast", [name("clipped")], name("row"), { to: 7 }),
    node("Gather", [name("table"), name("row")], name("outside"), { axis: 0 }),
  ];
}

/** The flat lists that describe all trees. */
class TreeAttributes {
  readonly #booster: Booster;
  readonly #memberships: Membership[];
  readonly #trees: number[] = [];
  readonly #ids: number[] = [];
  readonly #features: number[] = [];
  readonly #modes: string[] = [];
  readonly #values: number[] = [];
  readonly #whenTrue: number[] = [];
  readonly #whenFalse: number[] = [];
  readonly #missingTrue: number[] = [];
  readonly #leafTrees: number[] = [];
  readonly #leafIds: number[] = [];
  readonly #weights: number[] = [];

  constructor(booster: Booster, memberships: Membership[]) {
    this.#booster = booster;
    this.#memberships = memberships;
  }

  addTree(tree: Tree, index: number): void {
    const nodes = tree.feature.length;
    // Leaves follow the internal nodes in the numbering.
    const id = (child: number): number => (child >= 0 ? child : nodes + ~child);
    for (let at = 0; at < nodes; at++) {
      const { feature, value, missing } = this.#condition(tree, at);
      this.#push(index, at, "BRANCH_LEQ", {
        feature,
        value,
        missing,
        whenTrue: id(tree.left[at]!),
        whenFalse: id(tree.right[at]!),
      });
    }
    tree.value.forEach((weight, leaf) => {
      this.#push(index, nodes + leaf, "LEAF", { feature: 0, value: 0, missing: 0, whenTrue: 0, whenFalse: 0 });
      this.#leafTrees.push(index);
      this.#leafIds.push(nodes + leaf);
      this.#weights.push(weight);
    });
  }

  onnx(): OnnxNode["attributes"] {
    return {
      nodes_treeids: this.#trees,
      nodes_nodeids: this.#ids,
      nodes_featureids: this.#features,
      nodes_modes: { strings: this.#modes },
      nodes_values: { floats: this.#values },
      nodes_truenodeids: this.#whenTrue,
      nodes_falsenodeids: this.#whenFalse,
      nodes_missing_value_tracks_true: this.#missingTrue,
      target_treeids: this.#leafTrees,
      target_nodeids: this.#leafIds,
      target_ids: this.#leafIds.map(() => 0),
      target_weights: { floats: this.#weights },
      n_targets: 1,
      base_values: { floats: [this.#booster.base] },
      aggregate_function: "SUM",
      post_transform: "NONE",
    };
  }

  #push(
    tree: number,
    id: number,
    mode: string,
    node: { feature: number; value: number; missing: number; whenTrue: number; whenFalse: number },
  ): void {
    this.#trees.push(tree);
    this.#ids.push(id);
    this.#modes.push(mode);
    this.#features.push(node.feature);
    this.#values.push(node.value);
    this.#missingTrue.push(node.missing);
    this.#whenTrue.push(node.whenTrue);
    this.#whenFalse.push(node.whenFalse);
  }

  /** A split as "input `feature` ≤ `value` goes left". */
  #condition(tree: Tree, at: number): { feature: number; value: number; missing: number } {
    const feature = tree.feature[at]!;
    const bins = this.#booster.bins[feature]!;
    if (bins.kind === "number") {
      // The last bin has no upper bound: only missing values go the other way.
      const value = bins.bounds[tree.last[at]! - 1] ?? Number.POSITIVE_INFINITY;
      return { feature, value, missing: tree.first[at] === 0 ? 1 : 0 };
    }
    const start = tree.set[at]! * 32;
    const largest = bins.codes.reduce((most, code) => Math.max(most, code), 0);
    const outside = new Float32Array(largest + 2).fill(1);
    bins.codes.forEach((code, index) => {
      const bin = index + 1;
      if ((tree.sets[start + (bin >> 3)]! >> (bin & 7)) & 1) outside[code] = 0;
    });
    this.#memberships.push({ feature, outside });
    return { feature: this.#booster.bins.length + this.#memberships.length - 1, value: 0.5, missing: 0 };
  }
}
