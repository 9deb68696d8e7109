import { describe, expect, test } from "vitest";
import { binColumn, binTable, findBins } from "../../../../daemon/forecasting/models/boosting/binning.ts";
import { type BoostOptions, boost } from "../../../../daemon/forecasting/models/boosting/boost.ts";
import { loadBooster, predictTable, saveBooster } from "../../../../daemon/forecasting/models/boosting/booster.ts";
import { RowStore } from "../../../../daemon/forecasting/models/boosting/store.ts";
import { uniformStream } from "../../../../daemon/forecasting/numerics/random.ts";
import { makeData, plainControl, plainOptions, train } from "./helpers.ts";

const friedman = ([a, b, c, d, e]: readonly number[], random: () => number): number =>
  10 * Math.sin(Math.PI * a! * b!) + 20 * (c! - 0.5) ** 2 + 10 * d! + 5 * e! + 0.1 * random();

function meanSquaredError(actual: Float64Array, predicted: Float64Array): number {
  return actual.reduce((sum, value, row) => sum + (value - predicted[row]!) ** 2, 0) / actual.length;
}

describe("binning", () => {
  test("gives each of a few distinct values its own bin, and missing ones bin 0", () => {
    const column = Float32Array.from([1, 1, 1, 2, 2, 2, 5, 5, 5, Number.NaN]);
    const [bins] = findBins({ rows: 10, columns: [column], categorical: [false] }, 256);
    const out = new Uint8Array(10);
    binColumn(column, bins!, out);
    expect([...out]).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 0]);
  });

  test("orders categories by frequency and puts unseen ones in bin 0", () => {
    const column = Float32Array.from([7, 7, 7, 3, 3, 9]);
    const [bins] = findBins({ rows: 6, columns: [column], categorical: [true] }, 256);
    const out = new Uint8Array(4);
    binColumn(Float32Array.from([7, 3, 9, 4]), bins!, out);
    expect([...out]).toEqual([1, 2, 3, 0]);
  });

  test("bins in the compiled loop as in plain code, on any number of threads", () => {
    const random = uniformStream(3, "mulberry32");
    const columns = Array.from({ length: 6 }, (_, feature) =>
      Float32Array.from({ length: 30_001 }, () => {
        const value = random();
        if (value < 0.03) return Number.NaN;
        return feature === 2 ? Math.floor(value * 9) : value > 0.99 ? Number.POSITIVE_INFINITY : value;
      }),
    );
    const table = { rows: 30_001, columns, categorical: columns.map((_, feature) => feature === 2) };
    const bins = findBins(table, 256);
    const expected = binTable(table, bins);
    for (const threads of [1, 2, 3]) {
      const store = new RowStore(bins, table.rows, 2, threads);
      store.load(columns, bins);
      expect(Buffer.compare(store.matrix, expected)).toBe(0);
      store.close();
    }
  });
});

describe("first split", () => {
  test("has the gain of an exhaustive search over all thresholds", async () => {
    const data = makeData(90, 3, ([a, b], random) => (a! > 0.4 ? 2 : 0) + b! + 0.2 * random());
    // Few distinct values, so that every threshold lies between two bins.
    for (const column of data.table.columns) column.set(column.map((value) => Math.floor(value * 9)));
    const booster = await train(data, plainOptions(3, { rounds: 1, leaves: 2, minData: 4, learningRate: 1 }));
    const mean = data.target.reduce((sum, value) => sum + value, 0) / 90;
    let best = 0;
    for (const column of data.table.columns) {
      for (const threshold of column) {
        const left = data.target.filter((_, row) => column[row]! <= threshold);
        const right = data.target.filter((_, row) => column[row]! > threshold);
        if (left.length < 4 || right.length < 4) continue;
        const part = (values: Float64Array): number =>
          values.reduce((sum, value) => sum + value - mean, 0) ** 2 / values.length;
        best = Math.max(best, part(left) + part(right));
      }
    }
    expect(booster.trees[0]!.gain[0]).toBeGreaterThan(0.999 * best);
    expect(booster.trees[0]!.gain[0]).toBeLessThan(1.001 * best);
  });

  test("finds the best subset of categories", async () => {
    const good = new Set([1, 4, 6]);
    const column = Float32Array.from({ length: 800 }, (_, row) => row % 8);
    const data = {
      table: { rows: 800, columns: [column], categorical: [true] },
      target: Float64Array.from(column, (code) => (good.has(code) ? 5 : -1)),
    };
    const booster = await train(data, plainOptions(1, { rounds: 1, leaves: 2, learningRate: 1 }));
    expect(meanSquaredError(data.target, predictTable(booster, data.table))).toBeLessThan(0.05);
  });

  test("sends missing values to the side they belong to", async () => {
    const column = Float32Array.from({ length: 600 }, (_, row) => (row % 3 === 0 ? Number.NaN : row % 3));
    const data = {
      table: { rows: 600, columns: [column], categorical: [false] },
      target: Float64Array.from(column, (value) => (value === 2 || Number.isNaN(value) ? 4 : 1)),
    };
    const booster = await train(data, plainOptions(1, { rounds: 1, leaves: 2, learningRate: 1 }));
    expect(meanSquaredError(data.target, predictTable(booster, data.table))).toBeLessThan(1e-9);
  });
});

describe("boost", () => {
  test("learns a nonlinear function of several features", async () => {
    const data = makeData(4000, 8, friedman);
    const fresh = makeData(1000, 8, friedman, 99);
    const booster = await train(data, plainOptions(8, { rounds: 200, leaves: 16 }));
    const variance = meanSquaredError(fresh.target, new Float64Array(1000).fill(booster.base));
    expect(meanSquaredError(fresh.target, predictTable(booster, fresh.table))).toBeLessThan(0.05 * variance);
  });

  const sampled: Partial<BoostOptions> = { rounds: 12, rowFraction: 0.7, featureFraction: 0.6 };
  test.each([
    ["plain", {}],
    ["sampled rows and features", sampled],
    ["sampled by gradient", { rounds: 12, goss: { top: 0.2, other: 0.2 } }],
    ["Poisson", { rounds: 12, objective: { kind: "poisson" } }],
  ] as const)("grows the same trees on one, two and three threads: %s", async (_, changes) => {
    const data = makeData(30_000, 8, friedman);
    const grown = await Promise.all([1, 2, 3].map((threads) => train(data, plainOptions(8, { ...changes, threads }))));
    const texts = grown.map((booster) => JSON.stringify(saveBooster(booster)));
    expect(texts[1]).toBe(texts[0]);
    expect(texts[2]).toBe(texts[0]);
  });

  test("differs with the seed when it samples", async () => {
    const data = makeData(2000, 8, friedman);
    const [one, two] = await Promise.all([1, 2].map((seed) => train(data, plainOptions(8, { ...sampled, seed }))));
    expect(JSON.stringify(saveBooster(one!))).not.toBe(JSON.stringify(saveBooster(two!)));
  });

  test("keeps a monotone constraint everywhere, also with quantile leaves", async () => {
    const data = makeData(
      3000,
      3,
      ([a, b, c], random) => 2 * a! - 3 * Math.abs(b! - 0.5) + Math.sin(9 * c!) + random(),
    );
    for (const objective of [{ kind: "squared" }, { kind: "quantile", level: 0.8 }] as const) {
      const options = plainOptions(3, { objective, rounds: 60, leaves: 16, monotone: Int8Array.from([1, 0, -1]) });
      const booster = await train(data, options);
      for (let i = 0; i < 50; i++) {
        const at = (column: number, value: number): Float32Array[] =>
          [0, 1, 2].map((feature) => new Float32Array([feature === column ? value : data.table.columns[feature]![i]!]));
        const score = (columns: Float32Array[]): number =>
          predictTable(booster, { rows: 1, columns, categorical: [false, false, false] })[0]!;
        const grid = Array.from({ length: 21 }, (_, step) => step / 20);
        const rising = grid.map((value) => score(at(0, value)));
        const falling = grid.map((value) => score(at(2, value)));
        for (let step = 1; step < grid.length; step++) {
          expect(rising[step]!).toBeGreaterThanOrEqual(rising[step - 1]! - 1e-9);
          expect(falling[step]!).toBeLessThanOrEqual(falling[step - 1]! + 1e-9);
        }
      }
    }
  });

  test.each([0.1, 0.5, 0.9])("covers a share of %f of the rows with that quantile", async (level) => {
    const noisy = ([a]: readonly number[], random: () => number): number => 5 * a! + (1 + a!) * random();
    const booster = await train(
      makeData(6000, 2, noisy),
      plainOptions(2, { objective: { kind: "quantile", level }, minData: 200 }),
    );
    const fresh = makeData(6000, 2, noisy, 5);
    const predicted = predictTable(booster, fresh.table);
    const below = fresh.target.filter((value, row) => value <= predicted[row]!).length / 6000;
    expect(Math.abs(below - level)).toBeLessThan(0.03);
  });

  test.each([{ kind: "poisson" }, { kind: "tweedie", power: 1.4 }] as const)(
    "recovers the rate of counts with $kind loss",
    async (objective) => {
      const rate = (a: number): number => Math.exp(2 * a - 0.5);
      const counts = makeData(8000, 2, ([a], random) => {
        const limit = Math.exp(-rate(a!));
        let count = 0;
        for (let product = random(); product > limit; product *= random()) count++;
        return count;
      });
      const booster = await train(
        counts,
        plainOptions(2, { objective, minData: 100, leaves: 6, rounds: 60, learningRate: 0.1 }),
      );
      const predicted = predictTable(booster, counts.table);
      const truth = Float64Array.from(counts.table.columns[0]!, rate);
      expect(Math.sqrt(meanSquaredError(truth, predicted))).toBeLessThan(0.25);
    },
  );

  test("stops early and keeps the trees that did best on later rows", async () => {
    const noise = (_: readonly number[], random: () => number): number => random();
    const options = plainOptions(4, { rounds: 300, patience: 10 });
    const { booster } = await boost(makeData(400, 4, noise), makeData(400, 4, noise, 8), options, plainControl);
    expect(booster.trees.length).toBeLessThan(50);
  });

  test("follows weights", async () => {
    const data = makeData(400, 1, ([a]) => (a! > 0.5 ? 1 : 0));
    const target = data.target.map((value, row) => (row % 2 === 0 ? value : 10));
    const weight = Float32Array.from({ length: 400 }, (_, row) => (row % 2 === 0 ? 1 : 0));
    const booster = await train({ ...data, target, weight }, plainOptions(1, { rounds: 20, learningRate: 0.5 }));
    expect(meanSquaredError(data.target, predictTable(booster, data.table))).toBeLessThan(1e-3);
  });

  test("rejects with the reason when aborted", async () => {
    const reason = new Error("enough");
    const data = makeData(60_000, 20, friedman);
    const controller = new AbortController();
    const running = boost(data, undefined, plainOptions(20, { rounds: 100_000 }), {
      ...plainControl,
      signal: controller.signal,
      onRound: () => controller.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
  });

  test("predicts the same after saving and loading", async () => {
    const data = makeData(1000, 6, friedman);
    const booster = await train(data, plainOptions(6));
    const loaded = loadBooster(JSON.parse(JSON.stringify(saveBooster(booster))));
    expect(predictTable(loaded, data.table)).toEqual(predictTable(booster, data.table));
  });
});
