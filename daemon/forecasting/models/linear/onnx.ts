import { encodeModel, type OnnxConstant, type OnnxNode } from "../../../engine/onnx/model.ts";
import { type DesignColumn, standardClip } from "./design.ts";

/**
 * A linear model as ONNX: input `features` (rows × features, float32, NaN for missing), output `prediction` (rows × 1), the
 * scaled forecast. Indicators, fading by the steps ahead, standardising and clipping are part of the graph.
 *
 * @param features number of features in the plan
 * @param step index of the feature that counts the steps ahead
 */
export function linearToOnnx(
  columns: readonly DesignColumn[],
  coefficients: Float64Array,
  intercept: number,
  features: number,
  step: number,
): Uint8Array {
  const floats = (name: string, values: readonly number[], shape: readonly number[]): OnnxConstant => {
    return { name, type: "float32", shape: [...shape], data: Float32Array.from(values) };
  };
  const width = columns.length;
  const row = [1, width];
  const constants: OnnxConstant[] = [
    {
      name: "sources",
      type: "int64",
      shape: [width],
      data: BigInt64Array.from(columns, ({ feature }) => BigInt(feature)),
    },
    { name: "step", type: "int64", shape: [1], data: BigInt64Array.of(BigInt(step)) },
    floats(
      "levels",
      columns.map(({ level }) => level ?? 0),
      row,
    ),
    floats(
      "indicators",
      columns.map(({ level }) => (level === undefined ? 0 : 1)),
      row,
    ),
    floats(
      "fading",
      columns.map(({ fading }) => (fading ? 1 : 0)),
      row,
    ),
    floats(
      "means",
      columns.map(({ mean }) => mean),
      row,
    ),
    floats(
      "deviations",
      columns.map(({ deviation }) => deviation),
      row,
    ),
    floats("coefficients", [...coefficients], [width, 1]),
    floats("intercept", [intercept], []),
    floats("zero", [0], []),
    floats("half", [0.5], []),
    floats("lowest", [-standardClip], []),
    floats("highest", [standardClip], []),
  ];
  const node = (op: string, inputs: string[], output: string, attributes: OnnxNode["attributes"] = {}): OnnxNode => {
    return { op, inputs, outputs: [output], attributes };
  };
  const nodes = [
    node("Gather", ["features", "sources"], "raw", { axis: 1 }),
    node("Gather", ["features", "step"], "ahead", { axis: 1 }),
    node("Div", ["raw", "ahead"], "faded"),
    node("Greater", ["fading", "half"], "fades"),
    node("Where", ["fades", "faded", "raw"], "number"),
    node("Equal", ["raw", "levels"], "equal"),
    node("Cast", ["equal"], "indicator", { to: 1 }),
    node("Greater", ["indicators", "half"], "indicates"),
    node("Where", ["indicates", "indicator", "number"], "value"),
    node("Sub", ["value", "means"], "centred"),
    node("Div", ["centred", "deviations"], "standard"),
    node("IsNaN", ["standard"], "missing"),
    node("Where", ["missing", "zero", "standard"], "filled"),
    node("Clip", ["filled", "lowest", "highest"], "clipped"),
    node("MatMul", ["clipped", "coefficients"], "sum"),
    node("Add", ["sum", "intercept"], "prediction"),
  ];
  return encodeModel({
    name: "linear",
    nodes,
    constants,
    inputs: [{ name: "features", type: "float32", shape: ["rows", features] }],
    outputs: [{ name: "prediction", type: "float32", shape: ["rows", 1] }],
  });
}
