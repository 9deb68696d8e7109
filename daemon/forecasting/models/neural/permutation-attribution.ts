import { random, type Session } from "../../../engine/index.ts";
import { sampledOrders } from "../../numerics/shapley.ts";
import type { Attribution, AttributionRequest } from "../forecaster.ts";
import { historyFactor } from "../scaled-attribution.ts";
import { exportedInputs } from "./exported.ts";
import { lastWindows, runNetworks, type WindowArrays } from "./inference.ts";
import { type InputGroup, inputGroups, outputOf } from "./inputs.ts";
import type { NetworkShape } from "./network.ts";
import type { Windows } from "./windows.ts";

/** Windows that one run of the networks explains at once. */
const batch = 256;

/**
 * The reference that knows nothing of the networks' insides: Shapley values by sampled permutations (Castro, Gómez and Tejada 2009), antithetic pairs: factors other than the series' own
 * history are switched from the average input (0, the training mean) to their actual values in random order, and each is credited with the change.
 * The baseline is the window's level; what the history says without any covariate is the factor `history`. The values add up
 * exactly; the standard error tells how much another sample might differ.
 */
export async function permutationAttribution(
  sessions: readonly Session[],
  windows: Windows,
  shape: NetworkShape,
  request: AttributionRequest,
): Promise<Attribution> {
  const factors = inputGroups(shape.factors);
  const names = [historyFactor, ...factors.map(({ name }) => name)];
  const output = outputOf(request);
  const { horizon } = shape;
  const cells = request.series.length * horizon;
  const baseline = new Float64Array(cells);
  const contributions = new Float64Array(cells * names.length);
  const squares = new Float64Array(contributions.length);
  const orders = ordersOf(factors.length, request.samples, request.seed);
  for (let from = 0; from < request.series.length; from += batch) {
    const series = request.series.slice(from, from + batch);
    const { arrays, scales } = lastWindows(windows, shape, series);
    const means = async (present: ReadonlySet<number>): Promise<Float64Array> => {
      const values = await runNetworks(sessions, shape, masked(arrays, shape, factors, present), series.length);
      request.signal.throwIfAborted();
      return Float64Array.from({ length: series.length * horizon }, (_, cell) => {
        return scales[Math.floor(cell / horizon)]!.scale * values[cell * shape.outputs + output]!;
      });
    };
    const memo = new Map<string, Promise<Float64Array>>();
    const coalition = (present: ReadonlySet<number>): Promise<Float64Array> => {
      const key = [...present].sort((a, b) => a - b).join();
      if (!memo.has(key)) memo.set(key, means(present));
      return memo.get(key)!;
    };
    const alone = await coalition(new Set());
    alone.forEach((value, cell) => {
      baseline[from * horizon + cell] = scales[Math.floor(cell / horizon)]!.center;
      contributions[(from * horizon + cell) * names.length] = value;
    });
    for (const order of orders) {
      const present = new Set<number>();
      let before = alone;
      for (const factor of order) {
        present.add(factor);
        const after = await coalition(present);
        after.forEach((value, cell) => {
          const change = value - before[cell]!;
          const at = (from * horizon + cell) * names.length + 1 + factor;
          contributions[at]! += change / orders.length;
          squares[at]! += (change * change) / orders.length;
        });
        before = after;
      }
    }
  }
  const standardError = squares.map((square, at) =>
    Math.sqrt(Math.max(0, square - contributions[at]! ** 2) / Math.max(1, orders.length)),
  );
  for (let cell = 0; cell < cells; cell++) standardError[cell * names.length] = 0;
  return {
    factors: names,
    series: request.series,
    horizon,
    baseline,
    contributions,
    exact: factors.length < 2,
    standardError,
  };
}

/** Pairs of a random order and its reverse; two orders suffice for up to two factors. */
function ordersOf(count: number, samples: number, seed: number): number[][] {
  const identity = Array.from({ length: count }, (_, index) => index);
  if (count === 0) return [];
  if (count <= 2) return [identity, identity.toReversed()];
  return sampledOrders(count, Math.max(1, Math.round(samples / (2 * count))), random(seed));
}

/** The windows with the inputs of absent factors at zero, the training mean. */
function masked(
  arrays: WindowArrays,
  shape: NetworkShape,
  factors: readonly InputGroup[],
  present: ReadonlySet<number>,
): WindowArrays {
  const absent = factors.filter((_, index) => !present.has(index));
  const copies: Record<string, Float32Array> = { ...arrays };
  for (const { name } of exportedInputs(shape)) {
    if (name === "past" || name === "mask") continue;
    const width = name === "static" ? shape.static : name === "pastInputs" ? shape.known + shape.observed : shape.known;
    const columns = absent.flatMap(({ known, observed, fixed }) => {
      if (name === "static") return fixed;
      return name === "pastInputs" ? [...known, ...observed.map((column) => column + shape.known)] : known;
    });
    if (columns.length === 0) continue;
    const copy = arrays[name]!.slice();
    for (let row = 0; row < copy.length; row += width) for (const column of columns) copy[row + column] = 0;
    copies[name] = copy;
  }
  return copies;
}
