import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { almanac } from "./command.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-damaged-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a damaged model, found by a worker, ends `almanac predict` with code 2 and what to do", async () => {
  const days = Array.from({ length: 60 }, (_, day) => {
    const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
    return `${date},${day % 7}`;
  });
  await writeFile(join(folder, "sales.csv"), ["date,units", ...days, ""].join("\n"));
  const file = join(folder, "sales.forecast.yaml");
  await writeFile(
    file,
    "data: {source: sales.csv, time: date, target: units}\nforecast: {horizon: 7}\nsearch: {models: [seasonal-naive], budget: 10h}\nexplain: false\n",
  );
  const out = join(folder, "run");
  expect((await almanac(["run", file, "--out", out, "--workers", "1"])).code).toBe(0);
  const model = join(out, "model");
  for (const name of await readdir(model, { recursive: true })) {
    if (!name.endsWith("model.json") || name === "model.json") continue;
    const saved: object = JSON.parse(await readFile(join(model, name), "utf8"));
    await writeFile(join(model, name), JSON.stringify({ ...saved, state: "damaged" }));
  }
  const { code, stderr } = await almanac(["predict", out, "--out", join(folder, "again.csv")]);
  expect(stderr).toMatch(/was saved by another version of Almanac, or is damaged\. Run the experiment again\./);
  expect(code).toBe(2);
});
