import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { almanac } from "../../cli/command.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-permuted-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const horizon = 7;
const repeats = 3;

/** Two shops whose sales follow the price and nothing else; `noise` is another column that moves as much. */
function salesCsv(): string {
  const lines = ["date,shop,units,price,noise"];
  for (const [shop, base] of [
    ["north", 100],
    ["south", 200],
  ] as const) {
    for (let day = 0; day < 140 + horizon; day++) {
      const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
      const price = 2 + ((day * 7) % 11) / 4;
      const units = base - 15 * price + ((day * 13) % 5) / 2;
      lines.push(`${date},${shop},${day < 140 ? units : ""},${price},${2 + ((day * 5) % 13) / 4}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

const worthSchema = z.object({
  factor: z.string(),
  drop: z.number(),
  deviation: z.number(),
  byStep: z.array(z.number()),
  groups: z.array(z.object({ group: z.string(), drop: z.number() })),
});

test("permutation importance tells the column that matters from one that does not, by step and by group, and the same again", async () => {
  await writeFile(join(folder, "sales.csv"), salesCsv());
  const file = join(folder, "shops.forecast.yaml");
  await writeFile(
    file,
    `experiment: shops
data: {source: sales.csv, time: date, series: [shop], target: units}
covariates: {known: [price, noise]}
forecast: {horizon: ${horizon}}
evaluation: {metric: wape, windows: 2}
search: {models: [linear], budget: 10 hours, seed: 3}
explain: {permutation: ${repeats}}
`,
  );
  const told = async (out: string) => {
    const run = await almanac(["run", file, "--out", join(folder, out), "--workers", "1", "--quiet"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const text = await readFile(join(folder, out, "explanations.json"), "utf8");
    return z.object({ permutation: z.array(worthSchema) }).parse(JSON.parse(text)).permutation;
  };
  const worth = await told("first");
  expect(worth.map(({ factor }) => factor)).toEqual(["price", "noise"]);
  const [price, noise] = worth as [z.infer<typeof worthSchema>, z.infer<typeof worthSchema>];
  // A price that is wrong by about one costs 15 units of a hundred.
  expect(price.drop).toBeGreaterThan(3);
  expect(price.drop).toBeGreaterThan(5 * price.deviation);
  expect(Math.abs(noise.drop)).toBeLessThan(price.drop / 20);
  expect(price.byStep).toHaveLength(horizon);
  expect(Math.min(...price.byStep)).toBeGreaterThan(-0.1);
  expect(price.groups.map(({ group }) => group)).toEqual(["north", "south"]);
  for (const { drop } of price.groups) expect(drop).toBeGreaterThan(0);
  expect(await told("second")).toEqual(worth);
});
