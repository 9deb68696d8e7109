import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const bin = join(import.meta.dirname, "..", "..", "bin", "almanac.mjs");

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-killed-"));
  const days = Array.from({ length: 240 }, (_, day) => {
    const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
    return `${date},${40 + 10 * Math.sin((2 * Math.PI * day) / 7) + ((day * 37) % 11)}`;
  });
  await writeFile(join(folder, "sales.csv"), ["date,units", ...days, ""].join("\n"));
  await writeFile(
    join(folder, "sales.forecast.yaml"),
    `
data: {source: sales.csv, time: date, target: units}
forecast: {horizon: 7}
evaluation: {windows: 1}
search: {models: {recurrent: {steps: 400, members: 1, learningRate: 0.002}}, budget: 600s}
explain: false
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(out: string): ChildProcess {
  const file = join(folder, "sales.forecast.yaml");
  return spawn(process.execPath, [bin, "run", file, "--out", join(folder, out), "--workers", "1"], { stdio: "ignore" });
}

const filesIn = (path: string): string[] =>
  existsSync(path)
    ? readdirSync(path, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? entry.name : []))
    : [];

test("a run that is killed in the middle of a training goes on when it is started again, to the same numbers", async () => {
  expect(await once(run("undisturbed"), "exit")).toEqual([0, null]);

  const killed = run("killed");
  const fits = join(folder, "killed", ".unfinished", "fits");
  while (filesIn(fits).length === 0 && killed.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 10));
  killed.kill("SIGKILL");
  await once(killed, "exit");
  expect(await readdir(join(folder, "killed"))).not.toContain("forecast.csv");

  expect(await once(run("killed"), "exit")).toEqual([0, null]);
  for (const name of ["forecast.csv", "backtest.csv"]) {
    expect(await readFile(join(folder, "killed", name), "utf8"), name).toBe(
      await readFile(join(folder, "undisturbed", name), "utf8"),
    );
  }
  expect(existsSync(join(folder, "killed", ".unfinished"))).toBe(false);
}, 300_000);
