import { chromium } from "playwright-core";
import type { Workbench } from "./workbench/server.ts";
import { browserFlags } from "./workbench/window.ts";

/** Longest time the suite may take, in milliseconds. */
const patienceMs = 180_000;

/** What runs in the host: a folder that is open, the extension's folder, and the suite's file. */
export interface HostTest {
  readonly workspace: string;
  readonly extension: string;
  readonly suite: string;
}

/** Runs a suite inside the extension host of a window of its own; what it logged. Throws with that where it fails. */
export async function runInHost(workbench: Workbench, executable: string, given: HostTest): Promise<string[]> {
  const address = (path: string) => `vscode-remote://${new URL(workbench.url).host}${path}`;
  const payload = JSON.stringify([
    ["extensionDevelopmentPath", address(given.extension)],
    ["extensionTestsPath", address(given.suite)],
  ]);
  const browser = await chromium.launch({ executablePath: executable, args: browserFlags });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(patienceMs);
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
    await page.goto(`${workbench.url}/?folder=${given.workspace}&payload=${encodeURIComponent(payload)}`);
    const code = await ended;
    if (code !== 0) throw new Error(`Inside the extension host:\n${said.join("\n")}`);
    return said;
  } finally {
    await browser.close();
  }
}
