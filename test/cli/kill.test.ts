import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../protocol/events.ts";
import { almanac } from "./command.ts";

const program = join(import.meta.dirname, "fixtures", "run.ts");

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-killed-"));
  file = join(folder, "sales.forecast.yaml");
  const days = Array.from({ length: 240 }, (_, day) => {
    const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
    return `${date},${40 + 10 * Math.sin((2 * Math.PI * day) / 7) + ((day * 37) % 11)}`;
  });
  await writeFile(join(folder, "sales.csv"), ["date,units", ...days, ""].join("\n"));
  await writeFile(
    file,
    `
data: {source: sales.csv, time: date, target: units}
forecast: {horizon: 7}
evaluation: {windows: 1}
search: {models: {seasonal-naive: {}, mlp: {steps: 100, members: 1, learningRate: 0.002}}, budget: 10h, ensemble: false}
explain: false
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the experiment in a process of its own, which kills itself where a model to do so is named. */
async function run(out: string, victim = ""): Promise<{ signal: NodeJS.Signals | null; events: RunEvent[] }> {
  const child = spawn(process.execPath, [program, file, join(folder, out), victim], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  const text = (await child.stdout.toArray()).join("");
  const [, signal] = await closed;
  const events = text.split("\n").filter((line) => line.endsWith("}"));
  return { signal, events: events.map((line) => JSON.parse(line) as RunEvent) };
}

test("a run that is killed in the middle of a training goes on when it is started again, to the same numbers", async () => {
  const undisturbed = await almanac(["run", file, "--out", join(folder, "undisturbed"), "--workers", "1"]);
  expect(undisturbed.code).toBe(0);

  expect((await run("killed", "mlp")).signal).toBe("SIGKILL");
  expect(await readdir(join(folder, "killed"))).not.toContain("forecast.csv");

  const { events } = await run("killed");
  expect(events.at(-1)).toMatchObject({ type: "run-finished" });
  expect(events).toContainEqual(
    expect.objectContaining({ type: "task-finished", candidate: "seasonal-naive", cached: true }),
  );
  for (const name of ["forecast.csv", "backtest.csv"]) {
    expect(await readFile(join(folder, "killed", name), "utf8"), name).toBe(
      await readFile(join(folder, "undisturbed", name), "utf8"),
    );
  }
  expect(existsSync(join(folder, "killed", ".unfinished"))).toBe(false);
});
