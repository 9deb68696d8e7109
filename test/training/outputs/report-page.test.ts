import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderReportPage } from "../../../daemon/training/outputs/report-page.ts";
import { packColumn } from "../../../protocol/column.ts";
import { type ReportDocument, reportDocumentSchema } from "../../../protocol/report.ts";
import {
  complaintsOf,
  hasChromium,
  launch,
  openPage,
  scrollThrough,
  violations,
  whenChromium,
} from "../../browser/chromium.ts";
import { type ReportFixture, reportDocument } from "../../fixtures/report-document.ts";

const folder = mkdtempSync(join(tmpdir(), "almanac-report-"));

afterAll(() => rmSync(folder, { recursive: true }));

describe("the page as a file", () => {
  test("the fixture is a valid document", () => {
    const document = reportDocument({ series: 3, points: 60, explanations: true, scenarios: true, failures: true });
    expect(reportDocumentSchema.parse(document)).toEqual(document);
  });

  test("it asks for nothing outside of itself and allows only its own script", () => {
    const html = renderReportPage(reportDocument({ series: 2, points: 60 }));
    const [, nonce] = html.match(/script-src 'nonce-([^']+)'/) ?? [];
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<(?:script|link|img|iframe)[^>]+(?:src|href)=/);
    const executable = [...html.matchAll(/<script(?![^>]*type=)[^>]*>/g)].map(([tag]) => tag);
    expect(executable).toEqual([`<script nonce="${nonce}">`]);
  });

  test("two pages share no nonce", () => {
    const document = reportDocument({ series: 1, points: 60 });
    const nonce = () => renderReportPage(document).match(/nonce-([^']+)'/)![1];
    expect(nonce()).not.toBe(nonce());
  });

  test("names from the data cannot end the data element or become markup", () => {
    const document = reportDocument({ series: 2, points: 60 });
    const evil = "</script><script>alert(1)</script><!--";
    document.series.keys[0] = [evil, "x"];
    document.experiment.name = `${evil}<img onerror=alert(1)>`;
    const html = renderReportPage(document);
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain("<img onerror");
    const [, data] = html.match(/<script type="application\/json" id="document">(.*?)<\/script>/s)!;
    expect(JSON.parse(data!).series.keys[0][0]).toBe(evil);
  });

  test("every series' details are in it once, in order", () => {
    const document = reportDocument({ series: 400, points: 500 });
    const html = renderReportPage(document);
    const parts = [...html.matchAll(/<script type="application\/json" data-from="(\d+)">(.*?)<\/script>/gs)];
    expect(parts.length).toBeGreaterThan(2);
    let next = 0;
    for (const [, from, text] of parts) {
      expect(Number(from)).toBe(next);
      next += JSON.parse(text!).length;
    }
    expect(next).toBe(400);
  });
});

describe.skipIf(!hasChromium)(`the page ${whenChromium}`, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(() => browser?.close());

  const open = (fixture: ReportFixture, colorScheme: "light" | "dark" = "light") =>
    show(reportDocument(fixture), colorScheme);

  /** Opens a report and collects everything that the browser complains about. */
  async function show(document: ReportDocument, colorScheme: "light" | "dark" = "light") {
    const file = join(folder, "report.html");
    writeFileSync(file, renderReportPage(document));
    const page = await openPage(browser, { colorScheme, viewport: { width: 1280, height: 900 } });
    const complaints = complaintsOf(page);
    await page.goto(`file://${file}`);
    await page.locator("#forecast .js-plotly-plot .main-svg").first().waitFor();
    return { page, complaints };
  }

  for (const scheme of ["light", "dark"] as const) {
    test(`everything is drawn without a complaint and accessible, ${scheme}`, async () => {
      const { page, complaints } = await open(
        { series: 12, points: 200, explanations: true, scenarios: true, failures: true, warnings: true },
        scheme,
      );
      await scrollThrough(page);
      expect(await page.locator("section.chart .main-svg").count()).toBeGreaterThan(20);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    });
  }

  test("the series list is searched, walked by keyboard, and moves the charts", async () => {
    const { page, complaints } = await open({ series: 2000, points: 60 });
    const heading = page.locator("#forecast section.chart h3");
    expect(await page.locator(".picker .item").count()).toBeLessThan(60);
    await page.getByRole("combobox", { name: "Search series" }).fill("store 177");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => heading.textContent()).toContain("store 177");
    expect(await page.locator(".picker .count").textContent()).toBe("10 of 2,000 series");
    await page.getByRole("combobox", { name: "Search series" }).fill("");
    await page.locator(".picker .list").focus();
    await page.keyboard.press("End");
    const last = await page.locator('.picker [aria-selected="true"]').getAttribute("aria-posinset");
    expect(last).toBe("2000");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("each chart has its numbers beside it, and the leaderboard sorts by another metric", async () => {
    const { page } = await open({ series: 1, points: 120 });
    await page.locator("#forecast").getByRole("button", { name: "Table" }).click();
    expect(await page.locator("#forecast .plot-table tbody tr").count()).toBe(28);
    expect(await page.locator(".picker").count()).toBe(0);
    const head = page.locator("#leaderboard thead th").nth(1);
    await page.getByLabel("Metric").selectOption("rmse");
    expect(await head.textContent()).toBe("RMSE");
    await head.getByRole("button").click();
    await head.getByRole("button").click();
    expect(await head.getAttribute("aria-sort")).toBe("descending");
    expect(await page.locator("#leaderboard tbody th").first().textContent()).toContain("Naive");
    await page.close();
  });

  test("numbers and pictures can be saved", async () => {
    const { page, complaints } = await open({ series: 2, points: 120 });
    const download = async (name: string) => {
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.locator("#forecast").getByRole("button", { name }).click(),
      ]);
      return readFileSync(await file.path());
    };
    expect((await download("CSV")).toString("utf8").split("\r\n")).toHaveLength(30);
    expect((await download("PNG")).subarray(1, 4).toString("latin1")).toBe("PNG");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a run with next to nothing is still a report: no score, no baseline, no intervals, no windows, no values", async () => {
    const document = reportDocument({ series: 1, points: 60 });
    const empty = packColumn([]);
    const { baseline: _, ...rest } = document;
    const bare: ReportDocument = {
      ...rest,
      experiment: { ...document.experiment, horizon: 1, levels: [0.5], frequency: { unit: "year", multiple: 1 } },
      winner: "naive",
      leaderboard: [{ ...document.leaderboard.at(-1)!, score: null, metrics: {}, windows: 0, fitSeconds: null }],
      series: { keys: [[]], error: packColumn([Number.NaN]) },
      horizonErrors: { metric: "mase", models: [] },
      coverage: [],
      details: [
        {
          axis: 0,
          start: 0,
          omitted: 0,
          history: packColumn(new Array(60).fill(Number.NaN)),
          mean: packColumn([5]),
          quantiles: packColumn([5]),
          backtest: { origins: [], point: empty, quantiles: empty },
        },
      ],
    };
    const { page, complaints } = await show(bare);
    await scrollThrough(page);
    expect(await page.locator("h1").textContent()).toBe("Forecast by Naive");
    expect(await page.locator("#page").textContent()).not.toMatch(/NaN|undefined|Infinity|Invalid/);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a series without details says where its numbers are", async () => {
    const { page } = await open({ series: 40, points: 60, detailed: 2 });
    await page.getByRole("combobox", { name: "Search series" }).fill("store 4 product J");
    await page.keyboard.press("ArrowDown");
    await page.locator("#forecast .empty").waitFor();
    expect(await page.locator("#forecast .empty").textContent()).toContain("forecast.csv");
    await page.close();
  });
});
