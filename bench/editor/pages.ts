import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { reportPageParts } from "../../daemon/training/outputs/report-page.ts";
import { hasChromium, launch } from "../../test/browser/chromium.ts";
import { reportDocument } from "../../test/fixtures/report-document.ts";
import type { BenchResult, BenchRow } from "../result.ts";
import { medianOf } from "./quantiles.ts";

/** Opened this often; the median counts. */
const repeats = 5;

/** What the pages are held to in milliseconds: first paint, one frame at 60 a second, and an answer to typing. */
const limits = { paint: 300, frame: 1000 / 60, search: 100 };

/**
 * How soon a report is painted and how smoothly its forecast chart is panned, in headless Chromium on made-up series.
 * Skipped where there is no Chromium.
 */
export async function pageRows(): Promise<Pick<BenchResult, "rows" | "skipped">> {
  if (!hasChromium)
    return { rows: [], skipped: [{ peer: "the pages", install: "install Chromium, or set ALMANAC_CHROMIUM" }] };
  const folder = mkdtempSync(join(tmpdir(), "almanac-bench-"));
  const browser = await launch();
  try {
    const many = write(folder, 1000, 1000);
    const long = write(folder, 1, 50_000);
    const crowd = write(folder, 100_000, 40, 50);
    const rows = [
      paintRow("report, 1,000 series × 1,000 points", await paints(browser, many), many),
      paintRow("report, 1 series × 50,000 points", await paints(browser, long), long),
      paintRow("report, list of 100,000 series", await paints(browser, crowd), crowd),
      await searchRow(browser, crowd),
      frameRow("pan, 1,000 points", await panFrames(browser, many)),
      frameRow("pan, 50,000 points", await panFrames(browser, long)),
    ];
    return { rows, skipped: [] };
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

/** A report of made-up series, the first `detailed` of them with their charts. */
function write(folder: string, series: number, points: number, detailed = series): string {
  const file = join(folder, `${series}.html`);
  writeFileSync(file, [...reportPageParts(reportDocument({ series, points, detailed }))].join(""));
  return file;
}

async function paints(browser: Browser, file: string): Promise<number[]> {
  const found: number[] = [];
  for (let round = 0; round < repeats; round++) {
    const page = await open(browser, file);
    const paint = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime");
    found.push(Number(paint));
    await page.close();
  }
  return found;
}

/** From a letter in the search field of the list until the list shows what fits. */
async function searchRow(browser: Browser, file: string): Promise<BenchRow> {
  const page = await open(browser, file);
  const times: number[] = [];
  for (const letters of ["9", "99", "998", "9987", "99870", "store 7"]) {
    const script = `(() => {
      const field = document.querySelector("[role=combobox]");
      const began = performance.now();
      field.value = ${JSON.stringify(letters)};
      field.dispatchEvent(new Event("input", { bubbles: true }));
      document.querySelector(".picker .items").getBoundingClientRect();
      return performance.now() - began;
    })()`;
    times.push(Number(await page.evaluate(script)));
  }
  await page.close();
  const median = medianOf(times);
  return {
    what: "search in 100,000 series",
    milliseconds: median,
    limit: limits.search,
    ratio: limits.search / median,
  };
}

/** Milliseconds from frame to frame while the chart's whole history is dragged along. */
async function panFrames(browser: Browser, file: string): Promise<number[]> {
  const page = await open(browser, file);
  const choice = page.getByLabel("Visible history");
  if (await choice.isVisible()) await choice.selectOption("all");
  await page.waitForTimeout(1000);
  const box = await page.locator("#forecast .nsewdrag").first().boundingBox();
  if (box === null) throw new Error("The forecast chart was not drawn.");
  await page.keyboard.down("Shift");
  await page.mouse.move(box.x + box.width * 0.3, box.y + 100);
  await page.mouse.down();
  await page.evaluate(
    "window.frames60 = []; let last = performance.now(); (function next() { const now = performance.now(); frames60.push(now - last); last = now; requestAnimationFrame(next); })()",
  );
  for (let step = 0; step < 60; step++) await page.mouse.move(box.x + box.width * (0.3 + step * 0.008), box.y + 100);
  const frames = (await page.evaluate("frames60.slice(1)")) as number[];
  await page.mouse.up();
  await page.close();
  return frames;
}

async function open(browser: Browser, file: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`file://${file}`);
  await page.locator("#forecast .main-svg").first().waitFor();
  return page;
}

function paintRow(what: string, milliseconds: readonly number[], file: string): BenchRow {
  const median = medianOf(milliseconds);
  return {
    what,
    milliseconds: median,
    limit: limits.paint,
    ratio: limits.paint / median,
    megabytes: statSync(file).size / 1e6,
  };
}

function frameRow(what: string, milliseconds: readonly number[]): BenchRow {
  const median = medianOf(milliseconds);
  return { what, milliseconds: median, limit: limits.frame, ratio: limits.frame / median };
}
