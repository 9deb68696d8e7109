import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readExplanations } from "../../daemon/training/trained-model/finished-run.ts";
import { almanac } from "./command.ts";

let folder: string;

const day = (number: number): string => new Date(Date.UTC(2024, 0, 1 + number)).toISOString().slice(0, 10);

/** Six small and six big shops, each a little larger than the one before; a new big one has rows to come alone, a closed one none with sales. */
function salesCsv(): string {
  const lines = ["date,shop,kind,price,units"];
  for (let shop = 0; shop < 12; shop++) {
    const base = (shop < 6 ? 20 : 200) + shop;
    for (let at = 0; at < 47; at++) {
      const units = at < 40 ? base + 3 * (at % 7) : "";
      lines.push(`${day(at)},s${shop},${shop < 6 ? "small" : "big"},${2 + (at % 5) / 10},${units}`);
    }
  }
  for (let at = 40; at < 47; at++) lines.push(`${day(at)},new,big,2.1,`);
  for (let at = 0; at < 5; at++) lines.push(`${day(at)},closed,unknown,2.1,`);
  return `${lines.join("\n")}\n`;
}

const experiment = `
experiment: cold
data: {source: sales.csv, time: date, series: [shop], target: units}
covariates: {known: [price], static: [kind]}
forecast: {horizon: 7}
search: {models: [seasonal-naive, auto-ets, linear, boosting], budget: 10 hours}
`;

const rowsOf = (csv: string, shop: string): string[][] =>
  csv
    .split("\n")
    .map((line) => line.split(","))
    .filter(([key]) => key === shop);

describe("series without any target value", () => {
  let stderr: string;
  let code: number | null;
  let csv: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "almanac-test-"));
    await writeFile(join(folder, "sales.csv"), salesCsv());
    await writeFile(join(folder, "cold.forecast.yaml"), experiment);
    ({ stderr, code } = await almanac(["run", join(folder, "cold.forecast.yaml"), "--out", join(folder, "run")]));
    csv = await readFile(join(folder, "run", "forecast.csv"), "utf8");
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("are told, and have a forecast over the window of the others", () => {
    expect(stderr).toContain("2 of 14 series (such as closed) have no target value");
    expect(code).toBe(0);
    const dates = Array.from({ length: 7 }, (_, step) => day(40 + step));
    for (const shop of ["new", "closed"]) expect(rowsOf(csv, shop).map((row) => row[1])).toEqual(dates);
  });

  test("follow series with the same static values, with intervals that span them", () => {
    for (const [step, [, , mean, , low, , high]] of rowsOf(csv, "new").entries()) {
      const big = [6, 7, 8, 9, 10, 11].map((shop) => Number(rowsOf(csv, `s${shop}`)[step]![2]));
      expect(Number(mean)).toBeGreaterThanOrEqual(Math.min(...big));
      expect(Number(mean)).toBeLessThanOrEqual(Math.max(...big));
      expect(Number(high) - Number(low)).toBeGreaterThan(2);
    }
  });

  test("span all series where none shares their static values", () => {
    for (const [, , , , low, , high] of rowsOf(csv, "closed")) {
      expect(Number(low)).toBeLessThan(60);
      expect(Number(high)).toBeGreaterThan(180);
    }
  });

  test("predict forecasts them again, and explanations and what-if know about them", async () => {
    const out = join(folder, "again.csv");
    expect((await almanac(["predict", join(folder, "run"), "--out", out])).code).toBe(0);
    expect(await readFile(out, "utf8")).toBe(csv);
    const { forecasts } = await readExplanations(join(folder, "run"));
    const own = forecasts.filter(({ series }) => series.shop === "new");
    expect(own).toHaveLength(7);
    for (const { baseline, prediction } of own) expect(baseline).toBeCloseTo(prediction, 8);
    const asked = await almanac(["what-if", join(folder, "run"), "--series", "shop=new", "--set", "price=* 0.9"]);
    expect(asked.code).not.toBe(0);
    expect(asked.stderr).toContain("This series has no history");
  });
});
