import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

const executable = process.env.ALMANAC_CHROMIUM ?? "/usr/bin/chromium";

/** Whether a browser is there to test with. */
export const hasChromium = existsSync(executable);

/** What a skipped suite is called. */
export const whenChromium = "in Chromium (skipped where there is none: install it, or set ALMANAC_CHROMIUM)";

/** Builds the pages where their sources are newer than what was built after installation. */
export function buildPages(): void {
  const changed = (place: string) => statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ["webview", "protocol"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(?:ts|css)$/.test(name))
      .map((name) => changed(join(folder, name))),
  );
  if (changed("dist/webview/plotly.js") > Math.max(...sources)) return;
  const build = spawnSync(process.execPath, ["scripts/build.ts"], { encoding: "utf8" });
  if (build.status !== 0) throw new Error(build.stderr);
}

/** A browser without a screen; close it after use. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
    ],
  });
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

/** Waits until what the page shows is as expected; long enough for a machine that is busy with other things. */
export const patience = { timeout: 20_000 };
