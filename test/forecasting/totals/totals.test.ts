import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Reader } from "../../../daemon/training/data/reader.ts";
import { readExperiment } from "../../../daemon/training/experiment/read-experiment.ts";
import { runExperiment } from "../../../daemon/training/pipeline/run-experiment.ts";
import { WorkerPool } from "../../../daemon/training/workers/worker-pool.ts";
import { demandPanels } from "./demand-panels.ts";

const horizon = 12;
const panels = demandPanels(60, 60, 11);
const metrics = [undefined, "mase", "mae", "rmsse", "wql", "smape"];
const models = "[linear, boosting, window-average, croston-sba, tsb, adida]";

let folder: string;
const pool = new WorkerPool({ workers: 1 });
const reader = new Reader({ keep: true });
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "almanac-totals-"));
  for (const { name, pasts } of panels) {
    const lines = pasts.flatMap((past, part) => past.map((value, month) => `p${part},${monthText(month)},${value}`));
    writeFileSync(join(folder, `${name}.csv`), `part,month,units\n${lines.join("\n")}\n`);
  }
});
afterAll(() => {
  pool.close();
  reader.close();
  rmSync(folder, { recursive: true, force: true });
});

function monthText(month: number): string {
  return `${2019 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}-01`;
}

/** Carries an experiment out; what it adds up to, and its files. */
async function run(name: string, metric: string | undefined, integer: boolean) {
  const path = join(folder, `${name}-${metric}-${integer}.forecast.yaml`);
  const judged = metric === undefined ? "" : `evaluation: {metric: ${metric}, windows: 2}\n`;
  writeFileSync(
    path,
    `data: {source: "${name}.csv", time: month, series: [part], target: units}
forecast: {horizon: ${horizon}, integer: ${integer}}
${judged}search: {models: ${models}, budget: 10h, seed: 3}
explain: false
`,
  );
  const out = `${path}.out`;
  const file = await readExperiment(path);
  const { signal } = new AbortController();
  const options = { out, workers: 1, devices: ["cpu"] as const, signal, onEvent: () => undefined, pageLater: true };
  const { totals, metric: used } = await runExperiment(file, { ...options, processes: { pool, reader } });
  const [heading, ...lines] = readFileSync(join(out, "forecast.csv"), "utf8").trim().split("\n");
  const columns = heading!.split(",");
  const column = (name: string) => lines.map((line) => Number(line.split(",")[columns.indexOf(name)]));
  return { totals, used, mean: column("mean"), point: column("point") };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe.each(panels)("$name demand", ({ name, pasts, expected }) => {
  // What is to be expected from the sample that the models saw.
  const past = sum(pasts.map(sum)) / pasts[0]!.length;
  test.each(metrics)("adds up to what is to be expected, if judged by %s", async (metric) => {
    const { mean, totals, used } = await run(name, metric, false);
    expect(used).toBe(metric ?? "rmsse");
    expect(totals?.forecast).toBeCloseTo(sum(mean), 6);
    expect(sum(mean) / (horizon * expected)).toBeGreaterThan(0.9 * Math.min(1, past / expected));
    expect(sum(mean) / (horizon * expected)).toBeLessThan(1.1 * Math.max(1, past / expected));
  });

  test("adds up to the same in whole numbers", async () => {
    const [exact, whole] = [await run(name, "mase", false), await run(name, "mase", true)];
    expect(whole.mean.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
    expect(Math.abs(sum(whole.mean) - sum(exact.mean))).toBeLessThan(1);
  });
});
