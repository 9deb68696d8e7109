import { describe, expect, test } from "vitest";
import { weightAt } from "../../../daemon/forecasting/ensemble/tilt.ts";
import { saveTilts, TiltsByKey, tiltsSchema } from "../../../daemon/training/trained-model/saved-tilts.ts";

const keys = [
  ["north", "milk"],
  ["north", "bread"],
  ["south", "milk"],
];
const tilt = (factors: readonly number[], series: readonly number[]) => ({
  parts: factors.map((factor, index) => ({ end: 2 * (index + 1), factor })),
  series: Float64Array.from(series),
});
const members = [
  { weight: 0.7, tilt: tilt([1, 0.4], [1, 0.25, 1]) },
  { weight: 0.3, tilt: tilt([0.5, 1], [0.1, 1, 1]) },
];

describe("weights by series and step in a saved model", () => {
  const saved = saveTilts(members, keys)!;
  const read = new TiltsByKey(tiltsSchema.parse(JSON.parse(JSON.stringify(saved))));

  test("come back for the same series in another order", () => {
    const order = [2, 0, 1];
    const tilts = read.for(order.map((index) => keys[index]!));
    for (const [row, index] of order.entries()) {
      for (const step of [0, 1, 2, 3]) {
        members.forEach(({ weight, tilt: own }, member) => {
          const before = weightAt({ weight, tilt: own })(index, step);
          expect(weightAt({ weight, tilt: tilts[member] })(row, step)).toBeCloseTo(before, 12);
        });
      }
    }
  });

  test("a series that training did not know has the weights of all series", () => {
    const [first, second] = read.for([["west", "milk"]]);
    expect(weightAt({ weight: 0.7, tilt: first })(0, 0)).toBeCloseTo(0.7, 12);
    expect(weightAt({ weight: 0.3, tilt: second })(0, 3)).toBeCloseTo(0.3, 12);
  });

  test("only series that differ are kept", () => {
    expect(saved.series.map(([key]) => key)).toEqual(keys.slice(0, 2));
  });

  test("a model without them has plain weights", () => {
    expect(saveTilts([{ weight: 1 }], keys)).toBeUndefined();
    expect(new TiltsByKey(undefined).for(keys)).toEqual([]);
  });
});
