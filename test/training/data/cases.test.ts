import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { type ReadPanel, readPanel } from "../../../daemon/training/data/read-panel.ts";
import type { DataRequest } from "../../../daemon/training/data/request.ts";
import { DataError } from "../../../protocol/errors.ts";
import { dates, plainRequest } from "./sandbox.ts";

/** Data as analysts had them (the folder `cases`), and what is right. */
interface Case {
  readonly name: string;
  readonly request: Partial<DataRequest>;
  readonly right: Right | { readonly error: string; readonly message: string };
}

interface Right {
  readonly keys?: readonly string[];
  readonly values?: readonly number[];
  readonly first?: string;
  readonly window: readonly string[];
  readonly warnings?: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "ids with leading zeros through a query",
    request: {
      sources: ["ids.csv"],
      series: ["store"],
      query: "SELECT date, store, y FROM source WHERE y IS NOT NULL",
    },
    right: { keys: ["00007", "00123", "01999"], window: ["2024-04-30", "2024-05-01"], warnings: [] },
  },
  {
    name: "dots between thousands in a file split by semicolons",
    request: { sources: ["thousands-dots.csv"], target: "Umsatz" },
    right: {
      values: [998, 881, 951, 999, 1199, 1501, 1302, 1005],
      window: ["2024-07-19", "2024-07-20"],
      warnings: ["number-format"],
    },
  },
  {
    name: "months as UTC instants",
    request: { sources: ["months-utc.csv"] },
    right: { first: "2018-01-01", window: ["2024-01-01", "2024-02-01"], warnings: ["local-days"] },
  },
  {
    name: "months as UTC instants, zone named",
    request: { sources: ["months-utc.csv"], timezone: "Europe/Berlin" },
    right: { first: "2018-01-01", window: ["2024-01-01", "2024-02-01"], warnings: [] },
  },
  {
    name: "days as UTC instants",
    request: { sources: ["days-utc.csv"] },
    right: { first: "2023-06-01", window: ["2024-07-05", "2024-07-06"], warnings: ["local-days"] },
  },
  {
    name: "days as UTC instants, aggregated",
    request: { sources: ["days-utc.csv"], frequency: { unit: "day", multiple: 1 }, aggregate: "sum" },
    right: { first: "2023-06-01", window: ["2024-07-05", "2024-07-06"] },
  },
  {
    name: "twelve days that could be months",
    request: { sources: ["day-or-month.csv"], series: ["s"] },
    right: { error: "ambiguous-date", message: "01/03/2024 can be DD/MM/YYYY or MM/DD/YYYY" },
  },
  {
    name: "twelve days that could be months, named",
    request: { sources: ["day-or-month.csv"], series: ["s"], format: { date: "DD/MM/YYYY" } },
    right: { first: "2024-03-01", window: ["2024-03-13", "2024-03-14"] },
  },
  {
    name: "hours of twelve days that could be months",
    request: { sources: ["day-or-month-hourly.csv"] },
    right: { error: "ambiguous-date", message: "01/03/2024 00:00 can be" },
  },
  {
    name: "4-4-5 periods",
    request: { sources: ["periods-4-4-5.csv"], futureSteps: 3 },
    right: { first: "2019-12-29", window: ["2024-04-21", "2024-05-19", "2024-06-23"], warnings: [] },
  },
  {
    name: "years as 1980.0",
    request: { sources: ["years-float.csv"], time: "year" },
    right: { first: "1980-01-01", window: ["2024-01-01", "2025-01-01"], warnings: [] },
  },
  {
    name: "years in a Parquet DOUBLE column",
    request: { sources: ["years-float.parquet"] },
    right: { first: "1970-01-01", window: ["2020-01-01", "2021-01-01"], warnings: [] },
  },
  {
    name: "years that a query casts",
    request: {
      sources: ["years-query.csv"],
      time: "year",
      query: "SELECT CAST(year AS DOUBLE)::INT::VARCHAR AS year, y FROM source",
    },
    right: { first: "1980-01-01", window: ["2024-01-01", "2025-01-01"], warnings: [] },
  },
  {
    name: "quarters as 1-2012",
    request: { sources: ["quarters.csv"] },
    right: { first: "2012-01-01", window: ["2024-01-01", "2024-04-01"], warnings: ["date-format"] },
  },
  {
    name: "quarters that a query rewrites",
    request: {
      sources: ["quarters-query.csv"],
      query: "SELECT split_part(date,'-',2) || 'Q' || split_part(date,'-',1) AS date, y FROM source",
    },
    right: { first: "2012-01-01", window: ["2024-01-01", "2024-04-01"], warnings: [] },
  },
  {
    name: "steps of 100 ms",
    request: { sources: ["sub-second.csv"] },
    right: { error: "sub-second-steps", message: "steps below one second are not supported" },
  },
  {
    name: "files that overlap",
    request: { sources: ["overlap-a.csv", "overlap-b.csv"] },
    right: { error: "duplicate-rows", message: "overlap-a.csv, row 100 and overlap-b.csv, row 1 hold the same time" },
  },
  {
    name: "a title above the header",
    request: { sources: ["title.csv"] },
    right: { first: "2024-01-01", window: ["2024-07-19", "2024-07-20"], warnings: ["lines-above-header"] },
  },
  {
    name: "comments above the header",
    request: { sources: ["comments.csv"] },
    right: { first: "2024-01-01", window: ["2024-07-19", "2024-07-20"], warnings: ["lines-above-header"] },
  },
  {
    name: "JSON by columns",
    request: { sources: ["columns.json"] },
    right: { first: "2024-01-01", window: ["2024-07-19", "2024-07-20"], warnings: [] },
  },
  {
    name: "an open end as a date",
    request: { sources: ["open-end.csv"] },
    right: { error: "far-time", message: "open-end.csv, row 301: date 9999-12-31 lies" },
  },
  {
    name: "prices with a currency",
    request: { sources: ["price-text.csv"], known: ["price"] },
    right: { window: ["2024-10-27", "2024-10-28"], warnings: ["unit"] },
  },
];

test.for(cases)("$name", async ({ request, right }) => {
  if ("error" in right) {
    const error = await readCase(request).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({ code: right.error, message: expect.stringContaining(right.message) });
    return;
  }
  const { panel, warnings } = await readCase(request);
  if (right.keys !== undefined) expect(panel.keys.map(([key]) => key)).toEqual(right.keys);
  if (right.values !== undefined) expect([...panel.target].slice(0, right.values.length)).toEqual(right.values);
  if (right.first !== undefined) expect(dates(panel.time)[0]).toBe(right.first);
  const start = panel.offsets[0]! + panel.history[0]!;
  expect(dates(panel.time.subarray(start, panel.offsets[1]!))).toEqual(right.window);
  if (right.warnings !== undefined) expect(warnings.map(({ code }) => code)).toEqual(right.warnings);
});

test("a price with a currency is a number", async () => {
  const { panel } = await readCase({ sources: ["price-text.csv"], known: ["price"] });
  expect(panel.known[0]!.categories).toBeUndefined();
  expect([...panel.known[0]!.values].slice(0, 3)).toEqual([10, 7, 6]);
});

async function readCase(request: Partial<DataRequest>): Promise<ReadPanel> {
  const temporary = mkdtempSync(path.join(tmpdir(), "almanac-case-"));
  try {
    const directory = path.join(import.meta.dirname, "cases");
    return await readPanel({ ...plainRequest, ...request, directory }, temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
