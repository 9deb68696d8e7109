import { EngineError } from "../../protocol/errors.ts";
import { gradients } from "./gradient.ts";
import { add, mul } from "./ops/elementwise.ts";
import { sum } from "./ops/reduce.ts";
import { input } from "./ops/source.ts";
import type { Tensor } from "./tensor.ts";

/**
 * How `output` changes along `directions` of `inputs`, of the output's shape: the product of its Jacobian with the directions.
 * The gradient of ⟨u, output⟩ is linear in u, so the gradient of its product with the directions by u is what is asked for: one
 * graph for all entries of the output. Shapes must be static.
 */
export function directionalDerivative(
  output: Tensor,
  inputs: readonly Tensor[],
  directions: readonly Tensor[],
): Tensor {
  if (inputs.length !== directions.length || inputs.length === 0) {
    throw new EngineError(`There must be one direction an input, not ${directions.length} for ${inputs.length}.`);
  }
  // It drops out again: the derivative of a linear function does not depend on where it is taken.
  const probe = input("directional derivative", output.shape);
  const backward = gradients(sum(mul(output, probe)), inputs);
  const along = backward.map((gradient, index) => sum(mul(gradient, directions[index]!)));
  return gradients(
    along.reduce((total, part) => add(total, part)),
    [probe],
  )[0]!;
}
