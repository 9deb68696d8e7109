import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import type { DataFormat } from "../../../daemon/training/data/request.ts";
import { forecastCsv } from "../../../daemon/training/outputs/forecast-csv.ts";
import { daily, dates, read } from "./sandbox.ts";

const day = (index: number): string => new Date(Date.UTC(1990, 0, 1 + index)).toISOString().slice(0, 10);

describe("numbers that the first rows do not foretell", () => {
  const rows = Array.from({ length: 3000 }, (_, i) => `${day(i)};${600 + (i % 300)}`);
  const text = `date;y\n${[...rows, `${day(3000)};1.199`].join("\n")}\n`;

  test("dots between thousands that begin late", async () => {
    const { panel, warnings } = await read(text, { futureSteps: 0 });
    expect(panel.target.at(-1)).toBe(1199);
    expect(warnings.map(({ code }) => code)).toEqual(["number-format"]);
  });

  test("the same through a query", async () => {
    const { panel } = await read(text, { futureSteps: 0, query: "SELECT date, y FROM source" });
    expect(panel.target.at(-1)).toBe(1199);
  });

  test("decimals that begin late", async () => {
    const { panel, warnings } = await read(text.replace("1.199", "601.5"), { futureSteps: 0 });
    expect(panel.target.at(-1)).toBe(601.5);
    expect(warnings).toEqual([]);
  });
});

describe("files of different origin", () => {
  test("each is read by its own decimal mark", async () => {
    const files = {
      "a.csv": "date,y\n2024-01-01,1.5\n2024-01-02,1.234\n",
      "b.csv": "date;y\n2024-01-03;2,5\n2024-01-04;1.234\n",
    };
    const { panel } = await read(files, { futureSteps: 0, sources: ["*.csv"] });
    expect([...panel.target]).toEqual([1.5, 1.234, 2.5, 1234]);
  });

  test("columns whose names differ in case are the same", async () => {
    const files = { "a.csv": daily([1, 2]), "b.csv": "Date,Y\n2024-01-03,3\n" };
    expect([...(await read(files, { futureSteps: 0, sources: ["*.csv"] })).panel.target]).toEqual([1, 2, 3]);
  });
});

describe("another column proves the decimal mark", () => {
  test.for([
    ["7,25", 1234],
    ["7.25", 1.234],
  ] as const)("%s", async ([proof, value]) => {
    const text = `date;y;other\n2024-01-01;1.234;${proof}\n2024-01-02;2.345;8\n`;
    expect((await read(text, { futureSteps: 0 })).panel.target[0]).toBe(value);
  });
});

describe("units", () => {
  test.for([
    ["$1,200.50", 1200.5],
    ["1.200,50 €", 1200.5],
    ["(8)", -8],
    ["12 kg", 12],
    ["-$5", -5],
    ["15%", 15],
    ["1,23,456.00", 123_456],
  ] as const)("%s", async ([text, value]) => {
    const { panel } = await read(`date;y\n2024-01-01;${text}\n2024-01-02;${text}\n`, { futureSteps: 0 });
    expect([...panel.target]).toEqual([value, value]);
  });

  test("a covariate in two units stays text", async () => {
    const text = "date,y,pack\n2024-01-01,1,500 g\n2024-01-02,2,1 kg\n";
    const { panel } = await read(text, { futureSteps: 0, observed: ["pack"] });
    expect(panel.observed[0]!.categories).toEqual(["1 kg", "500 g"]);
  });
});

describe("data.format", () => {
  test.for([
    ["header", "x,y\ntitle,z\ndate,y\n2024-01-01,1\n2024-01-02,2\n", { header: 3 }],
    ["skip", "x,y\ntitle,z\ndate,y\n2024-01-01,1\n2024-01-02,2\n", { skip: 2 }],
    ["delimiter", "date:y\n2024-01-01:1\n2024-01-02:2\n", { delimiter: ":" }],
    ["null", "date,y\n2024-01-01,1\n2024-01-02,2\n2024-01-03,unknown\n", { null: ["unknown"] }],
    ["date of weeks", "date,y\n2024/1,1\n2024/2,2\n", { date: "YYYY/W" }],
  ] satisfies [string, string, DataFormat][])("%s", async ([, text, format]) => {
    const { panel } = await read(text, {
      futureSteps: 0,
      format,
    });
    expect([...panel.target].slice(0, 2)).toEqual([1, 2]);
  });

  test("encoding", async () => {
    const bytes = Buffer.from([
      ...Buffer.from("date,shop,y\n2024-01-01,"),
      0x93,
      0x8c,
      0x8b,
      0x9e,
      ...Buffer.from(",1\n2024-01-02,"),
      0x93,
      0x8c,
      0x8b,
      0x9e,
      ...Buffer.from(",2\n"),
    ]);
    const { panel } = await read({ "data.csv": bytes }, { series: ["shop"], format: { encoding: "shift_jis" } });
    expect(panel.keys).toEqual([["東京"]]);
  });

  test("no header", async () => {
    const { panel } = await read("2024-01-01,1\n2024-01-02,2\n", {
      time: "column1",
      target: "column2",
      format: { header: 0 },
    });
    expect([...panel.target].slice(0, 2)).toEqual([1, 2]);
  });
});

describe("zones", () => {
  const hours = Array.from({ length: 48 }, (_, i) => `${new Date(Date.UTC(2024, 6, 1, i)).toISOString()},${i}`);
  const text = `date,y\n${hours.join("\n")}\n`;
  const first = async (timezone?: string) => {
    const { panel } = await read(text, timezone === undefined ? {} : { timezone });
    const forecast = {
      series: 1,
      horizon: 1,
      levels: [],
      mean: new Float64Array(1),
      point: new Float64Array(1),
      quantiles: new Float64Array(0),
    };
    return [...forecastCsv(panel, forecast, "date", 0)][1]!.split(",")[0];
  };

  test("outputs of instants say their zone", async () => {
    expect(await first()).toBe("2024-07-03T00:00:00Z");
    expect(await first("Europe/Berlin")).toBe("2024-07-03T02:00:00+02:00");
  });

  test("days of hours are counted in the zone", async () => {
    const request = { frequency: { unit: "day", multiple: 1 }, aggregate: "sum", futureSteps: 0 } as const;
    const { panel } = await read(text, { ...request, timezone: "America/New_York" });
    expect(dates(panel.time)).toEqual(["2024-07-01", "2024-07-02"]);
    expect((await read(text, request)).warnings.map(({ code }) => code)).toContain("days-of-utc");
  });

  test("a zone without instants has no effect, and that is said", async () => {
    const { warnings } = await read(daily([1, 2, 3]), { timezone: "Europe/Berlin" });
    expect(warnings.map(({ code }) => code)).toEqual(["timezone-without-effect"]);
  });
});

/** Local days of Berlin as instants in a Parquet column with a zone, and a text key that looks like a number. */
async function writeParquet(file: string): Promise<void> {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run("SET TimeZone = 'Europe/Berlin'");
  const rows =
    "SELECT (DATE '2024-03-01' + i::INT)::TIMESTAMPTZ AS date, '007' AS store, i::DOUBLE AS y FROM range(200) t(i)";
  await connection.run(`COPY (${rows}) TO '${file}'`);
  connection.closeSync();
}

test("Parquet: days of a column with a zone, and text keys", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "almanac-parquet-"));
  try {
    await writeParquet(path.join(folder, "a.parquet"));
    const files = { "a.parquet": readFileSync(path.join(folder, "a.parquet")) };
    for (const request of [{}, { query: "SELECT * FROM source" }, { timezone: "Europe/Berlin" }]) {
      const { panel } = await read(files, { ...request, sources: ["a.parquet"], series: ["store"] });
      expect(panel.keys).toEqual([["007"]]);
      expect(dates(panel.time).slice(0, 2)).toEqual(["2024-03-01", "2024-03-02"]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("JSON: texts stay as they are, offsets and keys alike", async () => {
  const records = Array.from({ length: 200 }, (_, i) => {
    const date = new Date(Date.UTC(2024, 2, 1 + i, i < 31 ? -1 : -2)).toISOString();
    return { date, id: "2023-11-01", y: i };
  });
  const { panel } = await read({ "a.json": JSON.stringify(records) }, { sources: ["a.json"], series: ["id"] });
  expect(panel.keys).toEqual([["2023-11-01"]]);
  expect(dates(panel.time)[0]).toBe("2024-03-01");
});

test("local midnights that lost their zone", async () => {
  const lines = Array.from({ length: 200 }, (_, i) => {
    return `${new Date(Date.UTC(2024, 2, 1 + i, i < 31 ? -1 : -2)).toISOString().slice(0, 19).replace("T", " ")},${i}`;
  });
  const { panel, warnings } = await read(`date,y\n${lines.join("\n")}\n`);
  expect(dates(panel.time)[0]).toBe("2024-03-01");
  expect(warnings.map(({ code }) => code)).toEqual(["local-days"]);
});

test("fiscal years and quarters begin with their month", async () => {
  const text = daily(Array.from({ length: 400 }, () => 1));
  const request = { aggregate: "sum", futureSteps: 1, fiscalStart: 1 } as const;
  const { panel } = await read(text, { ...request, frequency: { unit: "quarter", multiple: 1 } });
  expect(dates(panel.time)).toEqual([
    "2024-02-01",
    "2024-05-01",
    "2024-08-01",
    "2024-11-01",
    "2025-02-01",
    "2025-05-01",
  ]);
  const years = await read(text, { ...request, frequency: { unit: "year", multiple: 1 } });
  expect(dates(years.panel.time)).toEqual(["2024-02-01", "2025-02-01", "2026-02-01"]);
});

test("a query sees the texts where its functions want them", async () => {
  const text = "date,y,price\n01.02.2024,1,$4.00\n02.02.2024,2,$5.00\n";
  const query = "SELECT strptime(date, '%d.%m.%Y') AS date, y::DOUBLE AS y FROM source";
  expect(dates((await read(text, { query, futureSteps: 0 })).panel.time)).toEqual(["2024-02-01", "2024-02-02"]);
  const price = "SELECT date, replace(price, '$', '')::DOUBLE AS y FROM source";
  expect([...(await read(text, { query: price, futureSteps: 0 })).panel.target]).toEqual([4, 5]);
});
