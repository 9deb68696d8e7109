import { readdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Workbench } from "./workbench/server.ts";
import { browserFlags } from "./workbench/window.ts";

/** Longest time the suite may take, in milliseconds. */
const patienceMs = 90_000;

/** Runs the suite inside the extension host of a window of its own. Throws with its log where it fails. */
export async function runInHost(workbench: Workbench, executable: string, workspace: string): Promise<void> {
  const extensions = join(workbench.folder, "extensions");
  const installed = readdirSync(extensions).find((name) => name.startsWith("almanac.almanac-forecast"));
  if (installed === undefined) throw new Error("The extension is not installed.");
  const address = (path: string) => `vscode-remote://${new URL(workbench.url).host}${path}`;
  const payload = JSON.stringify([
    ["extensionDevelopmentPath", address(join(extensions, installed))],
    ["extensionTestsPath", address(join(import.meta.dirname, "in-host", "suite.cjs"))],
  ]);
  const browser = await chromium.launch({ executablePath: executable, args: browserFlags });
  try {
    const page = await browser.newPage();
    const said: string[] = [];
    const ended = new Promise<number>((resolve, reject) => {
      setTimeout(
        () => reject(new Error(`The suite did not end within ${patienceMs / 1000} s.\n${said.join("\n")}`)),
        patienceMs,
      ).unref();
      void page.exposeFunction("codeAutomationLog", (_kind: string, words: unknown[]) =>
        said.push(words.map(String).join(" ")),
      );
      void page.exposeFunction("codeAutomationExit", (code: number) => resolve(code));
    });
    await page.goto(`${workbench.url}/?folder=${workspace}&payload=${encodeURIComponent(payload)}`);
    const code = await ended;
    for (const line of said.filter((words) => words.includes("activation"))) console.log(`  ${line}`);
    if (code !== 0) throw new Error(`Inside the extension host:\n${said.join("\n")}`);
  } finally {
    await browser.close();
  }
}
