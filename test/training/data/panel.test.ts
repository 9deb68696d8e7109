import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { FrequencyUnit } from "../../../daemon/forecasting/panel/frequency.ts";
import type { DataRequest } from "../../../daemon/training/data/request.ts";
import { daily, dates, type Files, plainRequest, read } from "./sandbox.ts";

const missing = Number.NaN;
const steps: Partial<DataRequest> = { futureSteps: 0 };

async function targets(files: Files | string, request: Partial<DataRequest> = {}): Promise<number[]> {
  return [...(await read(files, { futureSteps: 0, ...request })).panel.target];
}

function utf16(text: string, bigEndian = false): Uint8Array {
  const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
  return bigEndian ? bytes.swap16() : bytes;
}

describe("delimited text", () => {
  const expected = [1.5, 2.5, 3];
  const table = (d: string, decimal = ".") =>
    ["date,y", `2024-01-01,1${decimal}5`, `2024-01-02,2${decimal}5`, "2024-01-03,3"]
      .join("\n")
      .replaceAll(",", "§")
      .replaceAll("§", d === "," ? "," : d);
  const cases: Record<string, Files | string> = {
    comma: table(","),
    tab: table("\t"),
    pipe: table("|"),
    semicolon: table(";"),
    "decimal comma": "date;y\n2024-01-01;1,5\n2024-01-02;2,5\n2024-01-03;3\n",
    "quoted decimal comma": 'date,y\n2024-01-01,"1,5"\n2024-01-02,"2,5"\n2024-01-03,3\n',
    "byte order mark": `\ufeff${table(",")}`,
    "Windows line ends": table(",").replaceAll("\n", "\r\n"),
    "old Macintosh line ends": table(",").replaceAll("\n", "\r"),
    "leading blank lines": `\n\n${table(",")}`,
    "blanks in the header": table(",").replace("date,y", " date , y "),
    "quoted header": table(",").replace("date,y", '"date","y"'),
    "single quotes": "date,y\n'2024-01-01','1.5'\n'2024-01-02','2.5'\n'2024-01-03','3'\n",
    "UTF-16 little endian": { "data.csv": utf16(table(",")) },
    "UTF-16 big endian": { "data.csv": utf16(table(","), true) },
  };
  test.for(Object.entries(cases))("%s", async ([, files]) => {
    expect(await targets(files)).toEqual(expected);
  });

  test("gzip", async () => {
    const files = { "data.csv.gz": gzipSync(table(",")) };
    expect(await targets(files, { sources: ["data.csv.gz"] })).toEqual(expected);
  });

  test("Latin-1 is read with a warning and its letters are right", async () => {
    const text = "date,shop,y\n2024-01-01,Köln,1\n2024-01-02,Köln,2\n";
    const { panel, warnings } = await read({ "data.csv": Buffer.from(text, "latin1") }, { series: ["shop"] });
    expect(panel.keys).toEqual([["Köln"]]);
    expect(warnings.map((warning) => warning.code)).toContain("encoding");
  });

  test("Latin-1 far behind the beginning", async () => {
    const rows = Array.from(
      { length: 30_000 },
      (_, i) => `${new Date(Date.UTC(1950, 0, 1 + i)).toISOString().slice(0, 10)},plain,1`,
    );
    const text = `date,note,y\n${rows.join("\n")}\n${new Date(Date.UTC(1950, 0, 30_001)).toISOString().slice(0, 10)},grün,2\n`;
    const { panel, warnings } = await read(
      { "data.csv": Buffer.from(text, "latin1") },
      { ...steps, observed: ["note"] },
    );
    expect(panel.observed[0]!.categories).toEqual(["grün", "plain"]);
    expect(warnings.map((warning) => warning.code)).toContain("encoding");
  });

  test("thousands of columns", async () => {
    const names = Array.from({ length: 3000 }, (_, i) => `c${i}`);
    const row = (day: number) => `2024-01-0${day},${names.map((_, i) => i + day).join(",")}`;
    const text = `date,${names.join(",")}\n${[1, 2, 3].map(row).join("\n")}\n`;
    expect(await targets(text, { target: "c2999", observed: ["c7"] })).toEqual([3000, 3001, 3002]);
  });

  test("a header longer than the part that is looked at first", async () => {
    const names = Array.from({ length: 4000 }, (_, i) => `${"long".repeat(20)}${i}`);
    const row = (day: number) => `2024-01-0${day},${names.map(() => day).join(",")}`;
    const text = `date,${names.join(",")}\n${row(1)}\n${row(2)}\n`;
    expect(await targets(text, { target: names[3999]! })).toEqual([1, 2]);
  });

  test("a name with the signs of a pattern", async () => {
    expect(await targets({ "sales [1].csv": daily([1, 2]) }, { sources: ["sales [1].csv"] })).toEqual([1, 2]);
  });

  test("quoted line breaks and delimiters inside texts", async () => {
    const text = 'date,note,y\n2024-01-01,"a, b\nc",1\n2024-01-02,"say ""x""",2\n';
    const { panel } = await read(text, { ...steps, observed: ["note"] });
    expect(panel.observed[0]!.categories).toEqual(["a, b\nc", 'say "x"']);
  });
});

describe("numbers", () => {
  test.for([
    ["1,234.5", [1234.5, 2, 3]],
    ["1e3", [1000, 2, 3]],
    ["-0.5", [-0.5, 2, 3]],
  ] as const)("%s", async ([first, expected]) => {
    expect(await targets(`date,y\n2024-01-01,"${first}"\n2024-01-02,2\n2024-01-03,3\n`)).toEqual(expected);
  });

  test("dots for thousands with decimal commas", async () => {
    expect(await targets("date;y\n2024-01-01;1.234,5\n2024-01-02;2\n2024-01-03;1.000\n")).toEqual([1234.5, 2, 1000]);
  });

  test("thousands separated by spaces", async () => {
    expect(await targets("date,y\n2024-01-01,1 234\n2024-01-02,12 345.5\n")).toEqual([1234, 12345.5]);
  });

  test("thousands separators that begin behind the rows looked at first", async () => {
    const rows = Array.from(
      { length: 25_000 },
      (_, i) => `${new Date(Date.UTC(1950, 0, 1 + i)).toISOString().slice(0, 10)},7`,
    );
    const text = `date,y\n${rows.join("\n")}\n${new Date(Date.UTC(1950, 0, 25_001)).toISOString().slice(0, 10)},"1,234"\n`;
    expect((await targets(text)).at(-1)).toBe(1234);
  });

  test("words for missing values", async () => {
    const values = await targets(daily([1, "NA", "null", "-", "NaN", 6]), {
      missing: { target: "keep", covariates: "keep" },
    });
    expect(values).toEqual([1, missing, missing, missing, missing, 6]);
  });

  test("truth values of a covariate become 0 and 1", async () => {
    const text = "date,y,promo\n2024-01-01,1,true\n2024-01-02,2,false\n";
    expect([...(await read(text, { ...steps, observed: ["promo"] })).panel.observed[0]!.values]).toEqual([1, 0]);
  });
});

describe("other formats", () => {
  test("JSON and lines of JSON", async () => {
    const records = [1, 2, 3].map((y) => ({ date: `2024-01-0${y}`, y }));
    expect(await targets({ "a.json": JSON.stringify(records) }, { sources: ["a.json"] })).toEqual([1, 2, 3]);
    const lines = records.map((record) => JSON.stringify(record)).join("\n");
    expect(await targets({ "a.ndjson": lines }, { sources: ["a.ndjson"] })).toEqual([1, 2, 3]);
  });

  test("several files with columns in another order", async () => {
    const files = { "a.csv": daily([1, 2]), "b.csv": "y;date\n3;2024-01-03\n4;2024-01-04\n" };
    expect(await targets(files, { sources: ["*.csv"] })).toEqual([1, 2, 3, 4]);
    expect(await targets(files, { sources: ["b.csv", "a.csv"] })).toEqual([1, 2, 3, 4]);
  });

  test("a query over typed columns", async () => {
    const text = "date,shop,y\n2024-01-01,a,1\n2024-01-01,b,2\n2024-01-02,a,3\n2024-01-02,b,\n";
    const query =
      "WITH t AS (SELECT date, sum(y) AS y FROM source GROUP BY date) SELECT * FROM t WHERE date >= DATE '2024-01-01';";
    expect(await targets(text, { query })).toEqual([3, 3]);
  });
});

describe("time", () => {
  const written: Record<string, [string[], FrequencyUnit, string]> = {
    "ISO dates": [["2024-01-30", "2024-01-31", "2024-02-01"], "day", "2024-01-30T00:00"],
    "day first": [["30.01.2024", "31.01.2024", "01.02.2024"], "day", "2024-01-30T00:00"],
    "day first, slashes": [["30/01/2024", "31/01/2024", "01/02/2024"], "day", "2024-01-30T00:00"],
    "month first": [["01/30/2024", "01/31/2024", "02/01/2024"], "day", "2024-01-30T00:00"],
    "months on the first, month first": [["01/01/2024", "02/01/2024", "03/01/2024"], "month", "2024-01-01T00:00"],
    "months on the first, day first": [["01.01.2024", "01.02.2024", "01.03.2024"], "month", "2024-01-01T00:00"],
    "month ends": [["2024-01-31", "2024-02-29", "2024-03-31"], "month", "2024-01-31T00:00"],
    "year and month": [["2024-01", "2024-02", "2024-03"], "month", "2024-01-01T00:00"],
    "month names": [["Jan 2024", "Feb 2024", "Mar 2024"], "month", "2024-01-01T00:00"],
    "bare year and month": [["202401", "202402", "202403"], "month", "2024-01-01T00:00"],
    quarters: [["2024Q1", "2024Q2", "2024Q3"], "quarter", "2024-01-01T00:00"],
    "quarters, spelt out": [["Q1 2024", "Q2 2024", "Q3 2024"], "quarter", "2024-01-01T00:00"],
    "quarter ends": [["2024-03-31", "2024-06-30", "2024-09-30"], "quarter", "2024-03-31T00:00"],
    years: [["2022", "2023", "2024"], "year", "2022-01-01T00:00"],
    "ISO weeks": [["2024-W01", "2024-W02", "2024-W03"], "week", "2024-01-01T00:00"],
    "weeks on Sundays": [["2024-01-07", "2024-01-14", "2024-01-28"], "week", "2024-01-07T00:00"],
    "bare dates": [["20240101", "20240102", "20240103"], "day", "2024-01-01T00:00"],
    "seconds since 1970": [["1704067200", "1704070800", "1704074400"], "hour", "2024-01-01T00:00"],
    "milliseconds since 1970": [["1704067200000", "1704067201000", "1704067202000"], "second", "2024-01-01T00:00"],
    hours: [["2024-01-01 00:00", "2024-01-01 01:00", "2024-01-01 02:00"], "hour", "2024-01-01T00:00"],
    "hours with T and seconds": [
      ["2024-01-01T00:00:00", "2024-01-01T01:00:00", "2024-01-01T03:00:00"],
      "hour",
      "2024-01-01T00:00",
    ],
    "hours in UTC": [["2024-01-01T00:00Z", "2024-01-01T01:00Z", "2024-01-01T02:00Z"], "hour", "2024-01-01T00:00"],
    "twelve-hour clock": [
      ["01/30/2024 11:00 PM", "01/31/2024 12:00 AM", "01/31/2024 1:00 AM"],
      "hour",
      "2024-01-30T23:00",
    ],
    "offsets, hours": [
      ["2024-03-31T00:00+01:00", "2024-03-31T01:00+01:00", "2024-03-31T03:00+02:00"],
      "hour",
      "2024-03-30T23:00",
    ],
    "offsets, local days": [
      ["2024-03-30T00:00+01:00", "2024-03-31T00:00+01:00", "2024-04-01T00:00+02:00"],
      "day",
      "2024-03-30T00:00",
    ],
  };
  test.for(Object.entries(written))("%s", async ([, [times, unit, first]]) => {
    const text = `date,y\n${times.map((time, i) => `"${time}",${i}`).join("\n")}\n`;
    const { panel } = await read(text, steps);
    expect(panel.frequency).toMatchObject({ unit, multiple: 1 });
    expect(new Date(panel.time[0]!).toISOString().slice(0, 16)).toBe(first);
    expect(panel.target.at(-1)).toBe(2);
  });

  test("month ends stay month ends in the forecast window", async () => {
    const { panel } = await read("date,y\n2023-12-31,1\n2024-01-31,2\n2024-02-29,3\n");
    expect(panel.frequency).toEqual({ unit: "month", multiple: 1, endOfMonth: true });
    expect(dates(panel.time).slice(3)).toEqual(["2024-03-31", "2024-04-30"]);
  });

  test("a declared month takes the month ends of the data", async () => {
    const { panel } = await read("date,y\n2024-01-31,2\n2024-02-29,3\n", { frequency: { unit: "month", multiple: 1 } });
    expect(dates(panel.time)).toEqual(["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]);
  });

  test("business days skip weekends, with a gap for a bank holiday", async () => {
    const days = [
      "2024-01-02",
      "2024-01-03",
      "2024-01-04",
      "2024-01-05",
      "2024-01-08",
      "2024-01-10",
      "2024-01-11",
      "2024-01-12",
    ];
    const { panel } = await read(`date,y\n${days.map((day, i) => `${day},${i}`).join("\n")}\n`);
    expect(panel.frequency).toEqual({ unit: "business day", multiple: 1 });
    expect(dates(panel.time)).toContain("2024-01-09");
    expect(dates(panel.time)).not.toContain("2024-01-06");
    expect(dates(panel.time).slice(-2)).toEqual(["2024-01-15", "2024-01-16"]);
  });

  test("quarters of an hour", async () => {
    const times = ["00:00", "00:15", "00:30", "01:00"].map((time, i) => `2024-01-01 ${time},${i}`);
    const { panel } = await read(`date,y\n${times.join("\n")}\n`, steps);
    expect(panel.frequency).toEqual({ unit: "minute", multiple: 15 });
    expect([...panel.target]).toEqual([0, 1, 2, 2.5, 3]);
  });

  test("clocks that go back repeat an hour: averaged, with a warning", async () => {
    const hours = [
      "2024-10-27 00:00,1",
      "2024-10-27 01:00,2",
      "2024-10-27 02:00,3",
      "2024-10-27 02:00,5",
      "2024-10-27 03:00,6",
    ];
    const { panel, warnings } = await read(`date,y\n${hours.join("\n")}\n`, steps);
    expect([...panel.target]).toEqual([1, 2, 4, 6]);
    expect(warnings.map((warning) => warning.code)).toEqual(["daylight-saving"]);
  });

  test("clocks that go forward skip an hour: a gap like any other", async () => {
    const hours = ["2024-03-31 00:00,1", "2024-03-31 01:00,2", "2024-03-31 03:00,4", "2024-03-31 04:00,5"];
    expect(await targets(`date,y\n${hours.join("\n")}\n`)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("gaps", () => {
  const gappy = "date,y\n2024-01-01,1\n2024-01-02,\n2024-01-04,4\n2024-01-05,5\n";
  test.for([
    ["interpolate", [1, 2, 3, 4, 5]],
    ["zero", [1, 0, 0, 4, 5]],
    ["forward", [1, 1, 1, 4, 5]],
    ["keep", [1, missing, missing, 4, 5]],
  ] as const)("target: %s", async ([target, expected]) => {
    expect(await targets(gappy, { missing: { target, covariates: "forward" } })).toEqual(expected);
  });

  test.for([
    ["forward", [missing, 2, 2, 2, 8, missing]],
    ["interpolate", [missing, 2, 4, 6, 8, missing]],
    ["zero", [0, 2, 0, 0, 8, missing]],
    ["keep", [missing, 2, missing, missing, 8, missing]],
  ] as const)("observed covariate: %s", async ([covariates, expected]) => {
    const text = "date,y,p\n2024-01-01,1,\n2024-01-02,1,2\n2024-01-04,1,\n2024-01-05,1,8\n";
    const { panel } = await read(text, { futureSteps: 1, observed: ["p"], missing: { target: "zero", covariates } });
    expect([...panel.observed[0]!.values]).toEqual(expected);
  });

  test("rows before the first value are no history, except as zeros", async () => {
    const text = daily(["", "", 3, 4]);
    expect(await targets(text)).toEqual([3, 4]);
    expect(await targets(text, { missing: { target: "zero", covariates: "forward" } })).toEqual([0, 0, 3, 4]);
  });

  test("a frequency finer than the data is noticed", async () => {
    const { warnings } = await read("date,y\n2024-01-01,1\n2024-01-08,2\n2024-01-15,3\n", {
      frequency: { unit: "day", multiple: 1 },
    });
    expect(warnings.map((warning) => warning.code)).toEqual(["mostly-missing"]);
  });
});

describe("several rows a step", () => {
  const rows = "date,y,p,w\n2024-01-01,1,10,x\n2024-01-01,2,20,y\n2024-01-02,5,30,z\n2024-01-02,,50,\n";
  test.for([
    ["sum", [3, 5], [15, 40]],
    ["mean", [1.5, 5], [15, 40]],
    ["last", [2, 5], [20, 50]],
  ] as const)("%s", async ([aggregate, expected, covariate]) => {
    const { panel } = await read(rows, { ...steps, aggregate, observed: ["p", "w"] });
    expect([...panel.target]).toEqual(expected);
    expect([...panel.observed[0]!.values]).toEqual(covariate);
    expect([...panel.observed[1]!.values].map((code) => panel.observed[1]!.categories![code])).toEqual(["y", "z"]);
  });

  test("a last month that is not complete is noticed, a complete one is not", async () => {
    const request = { ...steps, aggregate: "sum", frequency: { unit: "month", multiple: 1 } } as const;
    const codes = async (days: number) =>
      (await read(daily(Array.from({ length: days }, () => 1)), request)).warnings.map((warning) => warning.code);
    expect(await codes(50)).toEqual(["partial-step"]);
    expect(await codes(60)).toEqual([]);
  });

  test("days add up to months and to weeks from Monday", async () => {
    const text = daily(Array.from({ length: 60 }, () => 1));
    expect(await targets(text, { aggregate: "sum", frequency: { unit: "month", multiple: 1 } })).toEqual([31, 29]);
    const weekly = await read(text, { ...steps, aggregate: "sum", frequency: { unit: "week", multiple: 1 } });
    expect(dates(weekly.panel.time)[0]).toBe("2024-01-01");
    expect([...weekly.panel.target].slice(0, 2)).toEqual([7, 7]);
  });
});

describe("series", () => {
  test("different starts, ends and row order; keys in natural order", async () => {
    const text =
      "date,shop,y\n2024-01-03,10,3\n2024-01-01,2,1\n2024-01-02,10,2\n2024-01-02,2,2\n2024-01-03,2,3\n2024-01-04,2,4\n";
    const { panel } = await read(text, { series: ["shop"] });
    expect(panel.keys).toEqual([["2"], ["10"]]);
    expect([...panel.offsets]).toEqual([0, 6, 10]);
    expect([...panel.history]).toEqual([4, 2]);
    expect([...panel.target]).toEqual([1, 2, 3, 4, missing, missing, 2, 3, missing, missing]);
    expect(dates(panel.time).slice(6)).toEqual(["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"]);
  });

  test("pairs of keys that occur", async () => {
    const text = "date,a,b,y\n2024-01-01,x,1,1\n2024-01-02,x,1,2\n2024-01-01,y,2,3\n2024-01-02,y,2,4\n";
    const { panel } = await read(text, { ...steps, series: ["b", "a"] });
    expect(panel.keys).toEqual([
      ["1", "x"],
      ["2", "y"],
    ]);
  });

  test("a series without target has a window after the others, and a warning", async () => {
    const text = "date,shop,y\n2024-01-01,a,1\n2024-01-02,a,2\n2024-01-01,b,\n2024-01-02,b,\n";
    const { panel, warnings } = await read(text, { ...steps, series: ["shop"] });
    expect([panel.keys, [...panel.history]]).toEqual([
      [["a"], ["b"]],
      [2, 0],
    ]);
    expect(warnings.map((warning) => warning.message)).toEqual([
      "1 of 2 series (such as b) have no target value; they get the typical forecast of the others, of those with the same static values first.",
    ]);
  });

  test("static covariates, text and number", async () => {
    const text =
      "date,shop,y,region,area\n2024-01-01,a,1,north,10\n2024-01-02,a,2,,10\n2024-01-01,b,1,south,20\n2024-01-02,b,2,south,\n";
    const { panel } = await read(text, { series: ["shop"], static: ["region", "area"] });
    expect(panel.static.map((column) => [...column.values])).toEqual([
      [0, 1],
      [10, 20],
    ]);
    expect(panel.static[0]!.categories).toEqual(["north", "south"]);
  });
});

describe("the forecast window", () => {
  const past = "date,y,p,o\n2024-01-01,1,10,5\n2024-01-02,2,20,6\n";
  test("rows with an empty target hold known covariates; observed ones are dropped", async () => {
    const { panel, warnings } = await read(`${past}2024-01-03,,30,7\n2024-01-04,,40,8\n2024-01-05,,50,9\n`, {
      known: ["p"],
      observed: ["o"],
    });
    expect([...panel.known[0]!.values]).toEqual([10, 20, 30, 40]);
    expect([...panel.observed[0]!.values]).toEqual([5, 6, missing, missing]);
    expect([...panel.target]).toEqual([1, 2, missing, missing]);
    expect(warnings).toEqual([]);
  });

  test("a file of its own", async () => {
    const files = { "data.csv": past, "future.csv": "p;date\n30;03.01.2024\n40;04.01.2024\n99;01.01.2024\n" };
    const { panel, warnings } = await read(files, { known: ["p"], futureSource: "future.csv" });
    expect([...panel.known[0]!.values]).toEqual([10, 20, 30, 40]);
    expect(warnings).toEqual([]);
  });

  test("a file of its own in days, for steps of months", async () => {
    const files = {
      "data.csv": daily(
        Array.from({ length: 60 }, (_, i) => `1,${i < 31 ? 1 : 2}`),
        "date,y,p",
      ),
      "future.csv": "date,p\n2024-03-01,3\n2024-03-02,5\n2024-04-01,7\n",
    };
    const request = { aggregate: "sum", frequency: { unit: "month", multiple: 1 } } as const;
    const { panel } = await read(files, { ...request, known: ["p"], futureSource: "future.csv" });
    expect([...panel.known[0]!.values]).toEqual([1, 2, 4, 7]);
  });

  test("text covariates share their codes with the window", async () => {
    const files = {
      "data.csv": "date,y,w\n2024-01-01,1,dry\n2024-01-02,2,wet\n",
      "future.csv": "date,w\n2024-01-03,snow\n2024-01-04,dry\n",
    };
    const { panel } = await read(files, { known: ["w"], futureSource: "future.csv" });
    const known = panel.known[0]!;
    expect([...known.values].map((code) => known.categories![code])).toEqual(["dry", "wet", "snow", "dry"]);
  });

  test("a known covariate without values is carried forward, with a warning", async () => {
    const { panel, warnings } = await read(`${past}2024-01-03,,30,\n`, { known: ["p"], futureSteps: 3 });
    expect([...panel.known[0]!.values]).toEqual([10, 20, 30, 30, 30]);
    expect(warnings.map((warning) => [warning.code, warning.severity])).toEqual([["known-without-future", "warning"]]);
    expect(warnings[0]!.message).toBe(
      "The known covariate p lacks 2 values in the forecast window (1 series, 3 steps each); its last value was carried forward.",
    );
  });

  test("each series has its own origin", async () => {
    const text =
      "date,s,y,p\n2024-01-01,a,1,1\n2024-01-02,a,2,2\n2024-01-03,a,,3\n2024-01-01,b,1,4\n2024-01-02,b,2,5\n2024-01-03,b,3,6\n2024-01-04,b,,7\n";
    const { panel } = await read(text, { series: ["s"], known: ["p"], futureSteps: 1 });
    expect([...panel.history]).toEqual([2, 3]);
    expect([...panel.known[0]!.values]).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe("the fingerprint", () => {
  test("changes with data and request, not with the folder", async () => {
    const text = daily([1, 2, 3]);
    const of = async (files: string, request: Partial<DataRequest> = {}) => (await read(files, request)).fingerprint;
    const first = await of(text);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await of(text)).toBe(first);
    expect(await of(daily([1, 2, 4]))).not.toBe(first);
    expect(await of(text, { futureSteps: plainRequest.futureSteps + 1 })).not.toBe(first);
  });
});
