import { expect, test } from "vitest";
import { type GradientRules, gradientRules } from "../../daemon/engine/gradient.ts";
import { type Lowerings, lowerings } from "../../daemon/engine/lowerings.ts";

/** `npm run check` fails if one of the tables may lack an operator: then the errors expected here do not occur. */
test("tables that lack an operator do not compile", () => {
  const { Tanh: _rule, ...rules } = gradientRules;
  const { Tanh: _lowering, ...written } = lowerings;
  // @ts-expect-error `Tanh` has no gradient.
  const gradients: GradientRules = rules;
  // @ts-expect-error `Tanh` is not written as ONNX.
  const table: Lowerings = written;
  expect(Object.keys(gradients)).toEqual(Object.keys(gradientRules).filter((op) => op !== "Tanh"));
  expect(Object.keys(table)).toEqual(Object.keys(lowerings).filter((op) => op !== "Tanh"));
  expect(Object.keys(lowerings).toSorted()).toEqual(Object.keys(gradientRules).toSorted());
});
