import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readExplanations } from "../../daemon/training/trained-model/finished-run.ts";
import { leaderboardRowSchema, reportDocumentSchema } from "../../protocol/report.ts";
import { almanac } from "./command.ts";

let folder: string;

/** Two shops over 90 days with a weekly season and a price; the last 7 days are to be forecast, after a gap of one day. */
function salesCsv(): string {
  const lines = ["date,shop,units,price"];
  for (const [shop, base] of [
    ["north", 40],
    ["south", 90],
  ] as const) {
    for (let day = 0; day < 98; day++) {
      const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
      const price = 2 + ((day * 7) % 5) / 10;
      const units = Math.round(base * (1 + 0.3 * Math.sin((2 * Math.PI * day) / 7)) - 12 * price + ((day * 13) % 7));
      lines.push(`${date},${shop},${day < 90 ? units : ""},${price}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

const experiment = `
experiment: shops
data: {source: sales.csv, time: date, series: [shop], target: units}
covariates: {known: [price]}
forecast: {horizon: 7, gap: 1, quantiles: [0.1, 0.25, 0.9], minimum: 0}
evaluation: {metric: mase, windows: 2}
search: {models: [seasonal-naive, window-average, auto-arima], budget: 10 hours}
scenarios: [{name: dearer, set: {price: "* 1.2"}}]
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-test-"));
  await writeFile(join(folder, "sales.csv"), salesCsv());
  await writeFile(join(folder, "shops.forecast.yaml"), experiment);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const read = (run: string, name: string): Promise<string> => readFile(join(folder, run, name), "utf8");

describe("almanac run", () => {
  test("writes every file of the contract, and the same numbers every time", async () => {
    const file = join(folder, "shops.forecast.yaml");
    const first = await almanac(["run", file, "--out", join(folder, "first"), "--json"]);
    expect(first.stderr).toContain("2 series, 180 steps, one a day");
    expect(first.code).toBe(0);
    const second = await almanac(["run", file, "--out", join(folder, "second"), "--workers", "1"]);
    expect(second.code).toBe(0);
    expect(second.stdout).toContain("report.html");
    for (const name of ["forecast.csv", "backtest.csv", "explanations.json"]) {
      expect(await read("second", name), name).toBe(await read("first", name));
    }
    expect(z.object({ winner: z.string() }).parse(JSON.parse(first.stdout)).winner).not.toBe("window-average");
  });

  test("forecast.csv: every series, horizon rows after the gap, quantiles as asked and in order", async () => {
    const [header, ...rows] = (await read("first", "forecast.csv")).trim().split("\n");
    expect(header).toBe("shop,date,mean,point,q0.1,q0.25,q0.9");
    expect(rows.map((row) => row.split(",").slice(0, 2).join(" "))).toEqual(
      ["north", "south"].flatMap((shop) => Array.from({ length: 7 }, (_, day) => `${shop} 2024-04-0${day + 1}`)),
    );
    for (const row of rows) {
      const [, , , , low, quarter, high] = row.split(",").map(Number);
      expect(low!).toBeGreaterThanOrEqual(0);
      expect(quarter!).toBeGreaterThanOrEqual(low!);
      expect(high!).toBeGreaterThanOrEqual(quarter!);
    }
  });

  test("leaderboard.json: best first, with every metric", async () => {
    const rows = z.array(leaderboardRowSchema).parse(JSON.parse(await read("first", "leaderboard.json")));
    const scores = rows.map(({ score }) => score!);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(rows.find(({ model }) => model === "seasonal-naive")!.windows).toBe(2);
    expect(Object.keys(rows[0]!.metrics).sort()).toEqual(
      ["mae", "mape", "mase", "mdape", "nrmse", "rmse", "rmsse", "smape", "sql", "wape", "wql"].sort(),
    );
  });

  test("backtest.csv: two origins of each model with what came", async () => {
    const [header, ...rows] = (await read("first", "backtest.csv")).trim().split("\n");
    expect(header).toBe("model,origin,shop,date,actual,mean,point,q0.1,q0.25,q0.9");
    const naive = rows.filter((row) => row.startsWith("seasonal-naive,"));
    expect(naive).toHaveLength(2 * 2 * 7);
    expect(new Set(naive.map((row) => row.split(",")[1]))).toEqual(new Set(["2024-03-22", "2024-03-15"]));
    const sales = new Map(
      (await readFile(join(folder, "sales.csv"), "utf8"))
        .split("\n")
        .map((line) => [line.split(",").slice(0, 2).join(), line.split(",")[2]]),
    );
    for (const row of naive) {
      const [, , shop, date, actual] = row.split(",");
      expect(actual).toBe(sales.get(`${date},${shop}`));
    }
  });

  test("explanations.json: contributions add up to each forecast", async () => {
    const { forecasts, factors } = await readExplanations(join(folder, "first"));
    const means = (await read("first", "forecast.csv"))
      .trim()
      .split("\n")
      .slice(1)
      .map((row) => Number(row.split(",")[2]));
    expect(factors).toContain("price");
    expect(forecasts).toHaveLength(14);
    forecasts.forEach(({ baseline, contributions, prediction }, index) => {
      const sum = Object.values(contributions).reduce((total, value) => total + value, baseline);
      expect(sum).toBeCloseTo(prediction, 8);
      expect(prediction).toBeCloseTo(means[index]!, 8);
    });
  });

  test("report.html is one file with the document inside; report.json fits its schema and holds the scenario", async () => {
    const document = reportDocumentSchema.parse(JSON.parse(await read("first", "report.json")));
    expect(document.scenarios?.[0]).toMatchObject({
      name: "dearer",
      changes: [{ covariate: "price", change: "* 1.2" }],
    });
    expect(document.scenarios![0]!.warnings?.[0]?.code).toBe("scenario-out-of-range");
    const html = await read("first", "report.html");
    expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)=["']https?:/);
    expect(html).toContain("shops");
  });

  test("predict forecasts with the saved model: the same numbers on the same history", async () => {
    const out = join(folder, "again.csv");
    const { code, stderr } = await almanac(["predict", join(folder, "first"), "--out", out]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(await readFile(out, "utf8")).toBe(await read("first", "forecast.csv"));
  });

  test("what-if answers under other prices, and seeks the price that reaches a total", async () => {
    const run = join(folder, "first");
    const asked = await almanac(["what-if", run, "--set", "price=* 1.2", "--series", "shop=north", "--json"]);
    const { series } = z
      .object({ series: z.array(z.object({ series: z.string(), before: z.number(), after: z.number() })) })
      .parse(JSON.parse(asked.stdout));
    const [north, south] = series;
    expect(north!.after).toBeLessThan(north!.before);
    expect(south!.after).toBe(south!.before);
    const goal = north!.before + south!.before - 20;
    const sought = await almanac(["what-if", run, "--goal", String(goal), "--vary", "price", "--json"]);
    const answer = z
      .object({ factor: z.number(), reached: z.boolean(), total: z.number() })
      .parse(JSON.parse(sought.stdout));
    expect(answer.reached).toBe(true);
    expect(answer.factor).toBeGreaterThan(1);
    expect(Math.abs(answer.total - goal)).toBeLessThan(2);
    const wrong = await almanac(["what-if", run, "--set", "prize=3"]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("Did you mean `price`?");
  });

  test("explain and compare read finished runs", async () => {
    const explained = await almanac(["explain", join(folder, "first")]);
    expect(explained.stdout).toMatch(/price +[\d.]+ +[\d.]+ %/);
    const compared = await almanac(["compare", join(folder, "first"), join(folder, "second"), "--json"]);
    expect(JSON.parse(compared.stdout)).toMatchObject({
      runs: [{ experiment: { name: "shops" } }, {}],
      differences: [],
    });
  });

  test("Ctrl-C ends a run that would take hours with code 130 and leaves earlier results as they were", async () => {
    const before = await read("second", "forecast.csv");
    const file = join(folder, "hours.forecast.yaml");
    const models = "{mlp: {steps: 100000000, learningRate: 0.001}}";
    await writeFile(file, experiment.replace(/models: .*}/, `models: ${models}, budget: 20 hours}`));
    const result = await almanac(["run", file, "--out", join(folder, "second")], { interruptOn: "candidates on" });
    expect(result.code).toBe(130);
    expect(result.stderr).toContain("Cancelled.");
    expect(await read("second", "forecast.csv")).toBe(before);
    expect(existsSync(join(folder, "second", ".work"))).toBe(false);
  });
});

describe("almanac check", () => {
  async function check(name: string, text: string): Promise<{ code: number | null; lines: string[] }> {
    const file = join(folder, name);
    await writeFile(file, text);
    const { code, stdout, stderr } = await almanac(["check", file]);
    return { code, lines: `${stderr}${stdout}`.trim().replaceAll(`${folder}/`, "").split("\n") };
  }

  test("says that a file is ready", async () => {
    expect(await check("ok.forecast.yaml", experiment)).toEqual({
      code: 0,
      lines: ["ok.forecast.yaml: 2 series, 180 steps: ready to run."],
    });
  });

  test("names a column that does not exist where the file names it, with the nearest one", async () => {
    const { code, lines } = await check(
      "column.forecast.yaml",
      experiment.replace("[price]", "[prize]").replace(/^scenarios.*$/m, ""),
    );
    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^column\.forecast\.yaml:4:22: error: .*prize.*price/);
  });

  test("names models and hyperparameters that do not exist", async () => {
    const text = experiment.replace(
      "[seasonal-naive, window-average, auto-arima]",
      "{auto-est: , seasonal-naive: {season: weekly}}",
    );
    const { code, lines } = await check("models.forecast.yaml", text);
    expect(code).toBe(2);
    expect(lines[0]).toBe("models.forecast.yaml:7:19: error: There is no model `auto-est`. Did you mean `auto-ets`?");
    expect(lines[1]).toMatch(/^models\.forecast\.yaml:7:56: error: `seasonal-naive.season`/);
  });

  test("a file that is not there", async () => {
    const { code, stderr } = await almanac(["check", join(folder, "nothing.forecast.yaml")]);
    expect(code).toBe(2);
    expect(stderr).toContain("nothing.forecast.yaml:1:1: error: There is no such file. Check the path.");
  });
});
