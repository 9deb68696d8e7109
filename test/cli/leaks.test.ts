import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { almanac } from "./command.ts";

const experiment = `data: {source: sales.csv, time: date, target: units, frequency: day}
covariates:
  known: [price, net units]
forecast: {horizon: 7}
search: {models: [seasonal-naive, auto-arima, linear], budget: 10 hours}
`;

const runSchema = z.object({
  experiment: z.object({ settings: z.object({ covariates: z.object({ known: z.array(z.string()) }) }) }),
});

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-test-"));
  file = join(folder, "sales.forecast.yaml");
  const rows = Array.from({ length: 127 }, (_, day) => {
    const price = 2 + ((day * 7) % 5) / 10;
    const units = 50 + 10 * Math.sin((2 * Math.PI * day) / 7) - 8 * price + ((day * 31) % 11);
    const date = new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
    return `${date},${day < 120 ? units.toFixed(3) : ""},${price},${(0.9 * units + 4).toFixed(3)}`;
  });
  await writeFile(join(folder, "sales.csv"), `date,units,price,net units\n${rows.join("\n")}\n`);
  await writeFile(file, experiment);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a known covariate that is made of the target", () => {
  const message = "warning: The known covariate net units is left out: it is the target itself";

  test("is named by the check, at its place in the file", async () => {
    const { code, stdout, stderr } = await almanac(["check", file]);
    expect(code).toBe(0);
    expect(stdout + stderr).toContain(`sales.forecast.yaml:3:18: ${message}`);
  });

  test("is kept from every model of a run, and the run says so", async () => {
    const out = join(folder, "out");
    const { code, stderr } = await almanac(["run", file, "--out", out]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(message);
    const run = runSchema.parse(JSON.parse(await readFile(join(out, "run.json"), "utf8")));
    expect(run.experiment.settings.covariates.known).toEqual(["price"]);
    const predicted = await almanac(["predict", out, "--out", join(folder, "again.csv")]);
    expect(predicted.code, predicted.stderr).toBe(0);
  });
});
