import { existsSync, readFileSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const executable = process.env.ALMANAC_CHROMIUM ?? "/usr/bin/chromium";

/** Whether a browser is there to test with. */
export const hasChromium = existsSync(executable);

/** What a skipped suite is called. */
export const whenChromium = "in Chromium (skipped where there is none: install it, or set ALMANAC_CHROMIUM)";

/** A browser without a screen; close it after use. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    timeout: 0,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
    ],
  });
}

/** A page that waits for what a test asks of it however long that takes: the test itself has a limit. */
export async function openPage(browser: Browser, options?: BrowserContextOptions): Promise<Page> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(0);
  return page;
}

/** Collects what the browser complains about: errors, violations of the policy, requests that leave the machine. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
  });
  return complaints;
}

/** Brings every chart into view, so that it is drawn or says why not. */
export async function scrollThrough(page: Page): Promise<void> {
  for (const section of await page.locator("section.chart").all()) {
    await section.scrollIntoViewIfNeeded();
    await section.locator(".plot .main-svg, .empty:visible").first().waitFor();
  }
}

const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");

/** Violations of accessibility rules that axe finds, one text each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return (await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'], preload: false }).then((result) => result.violations.flatMap((v) => v.nodes.map((n) => v.id + ' ' + n.target.join(' ') + ' ' + n.failureSummary)))",
  )) as string[];
}
