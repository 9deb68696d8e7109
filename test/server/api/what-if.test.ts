import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ApiError } from "../../../protocol/client.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";

/** Demand of two shops that falls by 12 units with each unit of price. */
function salesCsv(): string {
  const lines = ["date,shop,units,price"];
  for (const [shop, base] of [
    ["north", 60],
    ["south", 90],
  ] as const) {
    for (let day = 0; day < 127; day++) {
      const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
      const price = 2 + ((day * 7) % 5) / 4;
      const units = base + 8 * Math.sin((2 * Math.PI * day) / 7) - 12 * price + ((day * 13) % 7) / 7;
      lines.push(`${date},${shop},${day < 120 ? units : ""},${price}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

const text = `
experiment: shops
data: {source: sales.csv, time: date, series: [shop], target: units}
covariates: {known: [price]}
forecast: {horizon: 7, quantiles: [0.1, 0.9]}
evaluation: {windows: 1}
search: {models: [linear, auto-ets], budget: 10 hours}
`;

let daemon: TestDaemon;
let id: string;
const here = { series: 0, everywhere: false, where: {} };
const off = { covariate: "price", operation: "add" as const, value: -0.5 };

beforeAll(async () => {
  daemon = await startTestDaemon({
    runProcess: new URL("../../../daemon/server/queue/run-process.ts", import.meta.url),
  });
  writeFileSync(join(daemon.home, "sales.csv"), salesCsv());
  const path = join(daemon.home, "shops.forecast.yaml");
  writeFileSync(path, text);
  const run = await daemon.client.createRun({ body: { path, options: {}, priority: 0 } });
  id = run.id;
  await daemon.events(id);
});
afterAll(() => daemon.close());

describe("the trained model of a run", () => {
  test("tells the known covariates of the window and what training has seen", async () => {
    const { covariates } = await daemon.client.getWhatIf({ params: { id }, query: { series: 1 } });
    expect(covariates).toMatchObject([{ name: "price", minimum: 2, maximum: 3 }]);
    expect(covariates[0]!.values).toHaveLength(7);
  });

  test("answers several scenarios at once, the unchanged one as the run's own forecast", async () => {
    const body = { ...here, scenarios: [[], [off]] };
    const { base, scenarios } = await daemon.client.askWhatIf({ params: { id }, body });
    const { rows } = await daemon.client.getForecast({ params: { id } });
    const published = rows.filter(([shop]) => shop === "north").map((row) => Number(row[2]));
    published.forEach((value, step) => {
      expect(scenarios[0]!.mean[step]).toBeCloseTo(value, 6);
    });
    expect(scenarios[1]!.total).toBeGreaterThan(base);
    expect(scenarios[1]!.quantiles).toHaveLength(2);
    expect(scenarios[1]!.moved[0]!.change).toBeCloseTo(scenarios[1]!.total - base, 8);
  });

  test("adds up every series, and gives one alone the answer that it has among all", async () => {
    const all = await daemon.client.askWhatIf({
      params: { id },
      body: { ...here, series: 1, everywhere: true, scenarios: [[off]] },
    });
    const alone = await daemon.client.askWhatIf({ params: { id }, body: { ...here, series: 1, scenarios: [[off]] } });
    expect(all.scenarios[0]!.totals![1]).toBeCloseTo(alone.scenarios[0]!.total, 8);
    expect(all.base).toBeCloseTo(all.baseTotals![0]! + all.baseTotals![1]!, 8);
  });

  test("seeks goals and optima", async () => {
    const lever = { covariate: "price" };
    const goal = await daemon.client.seekGoal({ params: { id }, body: { ...here, lever, goal: 1 } });
    expect(goal.reached).toBe(false);
    const optimum = await daemon.client.seekOptimum({
      params: { id },
      body: { ...here, levers: [{ covariate: "price", operation: "set" }], direction: "maximise" },
    });
    expect(optimum.values[0]!.value).toBeCloseTo(2, 1);
  });

  test("explains the mean and a quantile of one series now, adding up to them", async () => {
    const published = await daemon.client.askWhatIf({ params: { id }, body: { ...here, scenarios: [[]] } });
    const sum = (row: number[], base: number) => row.reduce((total, value) => total + value, base);
    const mean = await daemon.client.explainForecast({ params: { id }, body: { series: 0 } });
    const upper = await daemon.client.explainForecast({ params: { id }, body: { series: 0, level: 0.9, lags: true } });
    published.scenarios[0]!.mean.forEach((value, step) => {
      expect(sum(mean.contributions[step]!, mean.baseline[step]!)).toBeCloseTo(value, 6);
      expect(sum(upper.contributions[step]!, upper.baseline[step]!)).toBeCloseTo(
        published.scenarios[0]!.quantiles[1]![step]!,
        6,
      );
    });
    expect(upper.factors).toContain("interval");
  });

  test("refuses what it cannot answer, and says why", async () => {
    const missing = daemon.client.askWhatIf({ params: { id }, body: { ...here, series: 9, scenarios: [[]] } });
    await expect(missing).rejects.toThrow("There is no such series: this model has 2.");
    const waiting = await daemon.run("waiting");
    await daemon.client.cancelRun({ params: { id: waiting.id } }).catch(() => undefined);
    const none = daemon.client.askWhatIf({ params: { id: waiting.id }, body: { ...here, scenarios: [[]] } });
    await expect(none).rejects.toBeInstanceOf(ApiError);
  });

  test("is asked by pages that the daemon serves to a browser", async () => {
    const { url } = await daemon.client.createLoginLink();
    const cookie = (await fetch(url)).headers.getSetCookie()[0]!.split(";")[0]!;
    for (const page of ["what-if", "explain", "live"]) {
      const response = await fetch(`${daemon.daemon.url}/runs/${id}/${page}`, { headers: { cookie } });
      expect(response.status).toBe(200);
      const html = await response.text();
      expect(html).toContain(`data-api="/api/v1/runs/${id}"`);
      const nonce = /script-src 'nonce-([^']+)'/.exec(response.headers.get("content-security-policy")!)![1]!;
      expect(html).toContain(`<script nonce="${nonce}">`);
    }
    const stranger = await fetch(`${daemon.daemon.url}/runs/${id}/what-if`);
    expect(stranger.status).toBe(401);
  });
});
