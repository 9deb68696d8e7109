import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasChromium, launch, openPage, whenChromium } from "../browser/chromium.ts";

const root = join(import.meta.dirname, "..", "..");

/** What the Node example prints. */
let printed = "";

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["examples/library/forecast.mjs"], { cwd: root });
  printed = stdout;
});

test("the Node example names the best model, its forecast and why", () => {
  expect(printed).toMatch(/ {2}auto-ets +0\.\d{3}\n/);
  expect(printed.match(/ {2}1961-\d\d {2}\d{3}\.\d {2}\(\d{3}\.\d to \d{3}\.\d\)/g)).toHaveLength(12);
  expect(printed).toMatch(/Why boosting says \d{3}\.\d for 1961-01\n +\d{3}\.\d {2}average\n/);
});

describe.skipIf(!hasChromium)(`the browser example ${whenChromium}`, () => {
  const types: Readonly<Record<string, string>> = { ".html": "text/html", ".csv": "text/csv" };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    readFile(join(root, path)).then(
      (bytes) => response.setHeader("content-type", types[extname(path)] ?? "text/javascript").end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterAll(() => new Promise<unknown>((resolve) => server.close(resolve)));

  test("gives the numbers of the Node example", async () => {
    const browser = await launch();
    try {
      const page = await openPage(browser);
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/examples/library/page.html`);
      await page.locator("#forecast tbody tr").nth(11).waitFor();
      const cells = await page.locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.textContent));
      const scores = [...printed.matchAll(/^ {2}([a-z-]+) +(\d\.\d{3})$/gm)].map(
        ([, model, mase]) => `${model}${mase}`,
      );
      expect(cells.slice(0, 4)).toEqual(scores);
      const means = await page.locator("#forecast tbody td:nth-child(3)").allTextContents();
      const inNode = [...printed.matchAll(/1961-\d\d {2}(\d+\.\d)/g)].map(([, mean]) => mean);
      expect(means).toEqual(inNode);
      expect(faults).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
