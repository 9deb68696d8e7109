import { describe, expect, test } from "vitest";
import { gradientRules, noGradient } from "../../daemon/engine/gradient.ts";
import * as engine from "../../daemon/engine/index.ts";
import { topological } from "../../daemon/engine/tensor.ts";
import { tested } from "./backend.ts";
import { type GradientCase, gradientCases } from "./gradient-cases.ts";

/** Distance of the central differences: truncation and float32 rounding errors are then both near 1e-4. */
const distance = 5e-3;

/** Variables of a case as parameters, moved in every step by a row of `moves`, and the scalar that is differentiated. */
function prepare({ variables, build }: GradientCase) {
  const parameters = new engine.Parameters(0);
  const next = engine.random(5);
  const size = (shape: readonly number[]) => shape.reduce((product, dim) => product * dim, 1);
  const total = variables.reduce((sum, { shape }) => sum + size(shape), 0);
  const moves = engine.perStep("moves", [total]);
  let offset = 0;
  const moved = variables.map(({ shape, low = -1.3, high = 1.3 }, index) => {
    const values = Float32Array.from({ length: size(shape) }, () => low + (high - low) * next());
    const part = engine.reshape(engine.slice(moves, 0, offset, offset + values.length), shape);
    offset += values.length;
    return engine.add(parameters.weight(`x${index}`, shape, values), part);
  });
  const result = build(...moved);
  const factors = Float32Array.from({ length: size(result.shape as number[]) }, () => 0.5 + next());
  const loss = engine.sum(engine.mul(result, engine.constant(factors, result.shape)));
  return { parameters, loss, total };
}

async function compare(entry: GradientCase, device: engine.Device) {
  const { parameters, loss, total } = prepare(entry);
  const tensors = parameters.list().map(({ tensor }) => tensor);
  const slopes = engine.gradients(loss, tensors).map((slope) => engine.reshape(slope, [-1]));
  const values = { loss, slopes: engine.concat(slopes, 0) };
  const evaluator = await engine.Evaluator.open(engine.compileEvaluation(parameters, values, device), {
    device,
    threads: 1,
    resident: {},
  });
  const steps = 2 * total;
  const moves = new Float32Array(steps * total);
  for (let index = 0; index < total; index++) {
    moves[2 * index * total + index] = distance;
    moves[(2 * index + 1) * total + index] = -distance;
  }
  const around = await evaluator.run(parameters.initial(), steps, { moves });
  const centre = await evaluator.run(parameters.initial(), 1, { moves: new Float32Array(total) });
  await evaluator.close();
  const numeric = Array.from({ length: total }, (_, index) => {
    const [up, down] = [around.loss![2 * index] as number, around.loss![2 * index + 1] as number];
    return (up - down) / (2 * distance);
  });
  return { numeric, exact: Array.from(centre.slopes as Float32Array) };
}

describe.each(tested)("gradients on $device", ({ device, skipped }) => {
  test.skipIf(skipped).each(gradientCases)("$name", async (entry) => {
    const { numeric, exact } = await compare(entry, device);
    const scale = Math.max(1, ...numeric.map(Math.abs));
    numeric.forEach((value, index) => {
      expect(Math.abs(exact[index]! - value) / scale, `derivative ${index}: ${exact[index]} and ${value}`).toBeLessThan(
        4e-3,
      );
    });
    expect(exact.some((value) => value !== 0)).toBe(true);
  });
});

test("every operator with a gradient is checked above", () => {
  const covered = new Set<string>(
    gradientCases.flatMap((entry) => topological([prepare(entry).loss]).map(({ op }) => op)),
  );
  const unchecked = Object.entries(gradientRules).filter(([op, rule]) => rule !== noGradient && !covered.has(op));
  expect(unchecked.map(([op]) => op)).toEqual([]);
});
