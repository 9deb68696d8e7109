import { mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LoadedModel } from "../../../daemon/server/deployments/loaded-model.ts";
import { readExperiment } from "../../../daemon/training/experiment/read-experiment.ts";
import { runExperiment } from "../../../daemon/training/pipeline/run-experiment.ts";
import { readManifest } from "../../../daemon/training/trained-model/model-manifest.ts";
import { predictWithModel } from "../../../daemon/training/trained-model/predict.ts";

const day = (number: number): string => new Date(Date.UTC(2026, 0, 1 + number)).toISOString().slice(0, 10);
const units = (number: number): number => 100 + 20 * (number % 7);
const rowsFrom = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ date: day(from + index), units: units(from + index) }));
const signal = new AbortController().signal;

let folder: string;
let model: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "almanac-loaded-"));
  const csv = (from: number, to: number) =>
    `date,units\n${rowsFrom(from, to)
      .map(({ date, units: value }) => `${date},${value}`)
      .join("\n")}\n`;
  writeFileSync(join(folder, "sales.csv"), csv(0, 70));
  writeFileSync(join(folder, "newest.csv"), csv(73, 75));
  const path = join(folder, "sales.forecast.yaml");
  writeFileSync(
    path,
    `data: {source: sales.csv, time: date, target: units}
forecast: {horizon: 7}
search: {models: [seasonal-naive], budget: 10h}
explain: false
`,
  );
  model = join(folder, "run");
  const options = { out: model, workers: 1, devices: ["cpu"] as const, signal, onEvent: () => undefined };
  await runExperiment(await readExperiment(path), { ...options, pageLater: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a deployed model forecasts what `almanac predict` does, at the same times, from two rows alone", async () => {
  const loaded = await LoadedModel.load(model);
  const asked = await loaded.predict({ rows: rowsFrom(73, 75), explain: false });
  const right = Array.from({ length: 7 }, (_, step) => 75 + step);
  expect(Array.from(asked.times, (time) => new Date(time).toISOString().slice(0, 10))).toEqual(right.map(day));
  expect([...asked.forecast.mean]).toEqual(right.map(units));
  const { forecast } = await predictWithModel(model, { sources: [join(folder, "newest.csv")], workers: 1, signal });
  expect([...forecast.mean]).toEqual([...asked.forecast.mean]);
});

test("a model that remembers nothing names the rows that it needs; one whose history is elsewhere is refused", async () => {
  const { manifest, directory } = await readManifest(model);
  const file = join(directory, "manifest.json");
  const text = readFileSync(file, "utf8");
  for (const history of ["../../sales.arrow", "/etc/passwd", "x.arrow"]) {
    writeFileSync(file, JSON.stringify({ ...manifest, history }));
    await expect(LoadedModel.load(model)).rejects.toMatchObject({ code: "model-damaged" });
  }
  const { history, ...older } = manifest;
  writeFileSync(file, JSON.stringify(older));
  const loaded = await LoadedModel.load(model);
  await expect(loaded.predict({ rows: rowsFrom(73, 75), explain: false })).rejects.toMatchObject({
    code: "too-short-history",
    message: "The series has 2 rows of history, and this model needs at least 15.",
  });
  expect((await loaded.predict({ rows: rowsFrom(60, 75), explain: false })).forecast.mean[0]).toBe(units(75));
  writeFileSync(file, text);
  unlinkSync(join(directory, history!));
  await expect(LoadedModel.load(model)).rejects.toMatchObject({ code: "snapshot-missing" });
});
