import { beforeAll, describe, expect, test } from "vitest";
import { gradientRules, noGradient } from "../../daemon/engine/gradient.ts";
import * as engine from "../../daemon/engine/index.ts";
import { topological } from "../../daemon/engine/tensor.ts";
import { tested } from "./backend.ts";
import { type GradientCase, gradientCases } from "./gradient-cases.ts";

/** Distance of the central differences: truncation and float32 rounding errors are then both near 1e-4. */
const distance = 5e-3;

/**
 * Variables of a case as parameters, named from `prefix` on and moved in every step by a row of the input `prefix`moves,
 * and the scalar that is differentiated.
 */
function prepare({ variables, build }: GradientCase, parameters = new engine.Parameters(0), prefix = "") {
  const next = engine.random(5);
  const size = (shape: readonly number[]) => shape.reduce((product, dim) => product * dim, 1);
  const total = variables.reduce((sum, { shape }) => sum + size(shape), 0);
  const moves = engine.perStep(`${prefix}moves`, [total]);
  let offset = 0;
  const weights: engine.Tensor[] = [];
  const moved = variables.map(({ shape, low = -1.3, high = 1.3 }, index) => {
    const values = Float32Array.from({ length: size(shape) }, () => low + (high - low) * next());
    const part = engine.reshape(engine.slice(moves, 0, offset, offset + values.length), shape);
    offset += values.length;
    const weight = parameters.weight(`${prefix}x${index}`, shape, values);
    weights.push(weight);
    return engine.add(weight, part);
  });
  const result = build(...moved);
  const factors = Float32Array.from({ length: size(result.shape as number[]) }, () => 0.5 + next());
  const loss = engine.sum(engine.mul(result, engine.constant(factors, result.shape)));
  const slopes = engine.gradients(loss, weights).map((slope) => engine.reshape(slope, [-1]));
  return { parameters, loss, slopes: engine.concat(slopes, 0), total };
}

type Prepared = ReturnType<typeof prepare>;

/** Loss and slopes of a case where its variables are moved by each row of `moves` in turn. */
async function evaluate({ parameters, loss, slopes, total }: Prepared, moves: Float32Array) {
  const evaluator = await engine.Evaluator.open(engine.compileEvaluation(parameters, { loss, slopes }, "cpu"), {
    device: "cpu",
    threads: 1,
    resident: {},
  });
  const found = await evaluator.run(parameters.initial(), moves.length / total, { moves });
  await evaluator.close();
  return { losses: found.loss as Float32Array, slopes: found.slopes as Float32Array };
}

/** Losses and slopes of all cases, of one graph: a GPU compiles its shaders for every session anew. */
async function evaluateAll(device: engine.Device): Promise<Map<string, readonly number[]>> {
  const parameters = new engine.Parameters(0);
  const prepared = gradientCases.map((entry, index) => prepare(entry, parameters, `${index}.`));
  const values = Object.fromEntries(
    prepared.map(({ loss, slopes }, index) => [`${index}`, engine.concat([engine.reshape(loss, [1]), slopes], 0)]),
  );
  const evaluator = await engine.Evaluator.open(engine.compileEvaluation(parameters, values, device), {
    device,
    threads: 1,
    resident: {},
  });
  const moves = prepared.map(({ total }, index) => [`${index}.moves`, new Float32Array(total)] as const);
  const found = await evaluator.run(parameters.initial(), 1, Object.fromEntries(moves));
  await evaluator.close();
  return new Map(gradientCases.map(({ name }, index) => [name, Array.from(found[index] as Float32Array)]));
}

/** Where a case's variables stand: as they are, then each of them moved up and down. */
function around(total: number): Float32Array {
  const moves = new Float32Array((2 * total + 1) * total);
  for (let index = 0; index < total; index++) {
    moves[(2 * index + 1) * total + index] = distance;
    moves[(2 * index + 2) * total + index] = -distance;
  }
  return moves;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  Array.from(expected).forEach((value, index) => {
    expect(Math.abs(actual[index]! - value) / scale, `at ${index}: ${actual[index]} and ${value}`).toBeLessThan(
      tolerance,
    );
  });
}

describe("gradients on the CPU are central differences", () => {
  test.each(gradientCases)("$name", async (entry) => {
    const prepared = prepare(entry);
    const { total } = prepared;
    const { losses, slopes } = await evaluate(prepared, around(total));
    const numeric = Array.from({ length: total }, (_, index) => {
      return (losses[2 * index + 1]! - losses[2 * index + 2]!) / (2 * distance);
    });
    const exact = slopes.subarray(0, total);
    expectClose(exact, numeric, 4e-3);
    expect(exact.some((value) => value !== 0)).toBe(true);
  });
});

const others = tested.filter(({ device }) => device !== "cpu");

describe.each(others)("losses and gradients on $device are those on the CPU", ({ device, skipped }) => {
  let [own, reference] = [new Map<string, readonly number[]>(), new Map<string, readonly number[]>()];

  beforeAll(async () => {
    if (skipped === undefined) [own, reference] = [await evaluateAll(device), await evaluateAll("cpu")];
  });

  test.skipIf(skipped).each(gradientCases)("$name", ({ name }) => {
    expectClose(own.get(name)!, reference.get(name)!, 1e-4);
  });
});

test("every operator with a gradient is checked above", () => {
  const covered = new Set<string>(
    gradientCases.flatMap((entry) => topological([prepare(entry).loss]).map(({ op }) => op)),
  );
  const unchecked = Object.entries(gradientRules).filter(([op, rule]) => rule !== noGradient && !covered.has(op));
  expect(unchecked.map(([op]) => op)).toEqual([]);
});
