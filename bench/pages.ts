import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { reportPageParts } from "../daemon/runs/report-page.ts";
import { buildPages, hasChromium, launch } from "../test/browser/chromium.ts";
import { reportDocument } from "../test/fixtures/report-document.ts";
import type { BenchRow } from "./result.ts";

/** Opened this often; the median counts. */
const repeats = 5;

/** What the pages are held to: first paint, and one frame at 60 a second. */
const limits = { paint: 300, frame: 1000 / 60 };

/**
 * How soon a report is painted and how smoothly its forecast chart is panned, in headless Chromium on made-up series.
 * Empty where there is no Chromium.
 */
export async function pageRows(): Promise<BenchRow[]> {
  if (!hasChromium) return [];
  buildPages();
  const folder = mkdtempSync(join(tmpdir(), "almanac-bench-"));
  const browser = await launch();
  try {
    const many = write(folder, 1000, 1000);
    const long = write(folder, 1, 50_000);
    return [
      paintRow("report, 1,000 series × 1,000 points", await paints(browser, many), many),
      paintRow("report, 1 series × 50,000 points", await paints(browser, long), long),
      frameRow("pan, 1,000 points", await panFrames(browser, many)),
      frameRow("pan, 50,000 points", await panFrames(browser, long)),
    ];
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

function write(folder: string, series: number, points: number): string {
  const file = join(folder, `${series}.html`);
  writeFileSync(file, [...reportPageParts(reportDocument({ series, points }))].join(""));
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

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
