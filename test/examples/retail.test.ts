import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { products, weekProfile } from "../../examples/retail/catalogue.ts";
import { factors, simulateRetail } from "../../examples/retail/demand.ts";
import { compactTable } from "../../examples/retail/simulate.ts";

const data = simulateRetail();

describe("the retail simulator", () => {
  test("writes the table that is shipped", () => {
    const shipped = readFileSync(new URL("../../examples/retail/retail.csv", import.meta.url), "utf8");
    expect(compactTable(data) === shipped).toBe(true);
  });

  test("contributions add up to expected demand in every row", () => {
    for (const row of [...data.past, ...data.future]) {
      const sum = factors.reduce((total, factor) => total + row.contributions[factor], 0);
      expect(Math.abs(sum - row.expected)).toBeLessThan(1e-9);
    }
  });

  test("another seed gives other sales, the same seed the same", () => {
    const units = (seed: number) => simulateRetail({ seed, days: 30, futureDays: 0 }).past.map((row) => row.units);
    expect(units(3)).toEqual(units(3));
    expect(units(3)).not.toEqual(units(4));
  });

  test("sales scatter around their expectation as documented", () => {
    const scores = data.past.map((row) => (row.units - row.expected) / Math.sqrt(1.3 * row.expected));
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
    // 21,920 draws: three standard errors of the mean are 0.02, of the variance 0.03.
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  test("a dearer day sells less by the product's elasticity", () => {
    for (const row of data.past.filter((candidate) => candidate.price !== candidate.product.listPrice)) {
      const base = row.contributions.base;
      const expected = base * ((row.price / row.product.listPrice) ** row.product.elasticity - 1);
      expect(row.contributions.price).toBeCloseTo(expected, 9);
      expect(Math.sign(row.contributions.price)).toBe(row.price > row.product.listPrice ? -1 : 1);
    }
  });

  test("the week's profile is neutral and every product has all effects", () => {
    expect(weekProfile.reduce((sum, share) => sum + share, 0)).toBeCloseTo(0, 12);
    for (const product of products) expect(product.elasticity).toBeLessThan(0);
  });
});
