import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { Workbench } from "./workbench/server.ts";
import { Window } from "./workbench/window.ts";

/** In a workspace that is not trusted the text is checked, but no data file is opened and no daemon started. */
export async function checkRestricted(
  workbench: Workbench,
  chromium: string,
  workspace: string,
  shots: string,
): Promise<void> {
  workbench.set({ "security.workspace.trust.startupPrompt": "never" });
  await workbench.start({ trust: false });
  const window = await Window.open(chromium, `${workbench.url}/?folder=${workspace}`, shots);
  try {
    await window.openFile("retail.forecast.yaml");
    await window.lens("Run").waitFor();
    await window.line("windows:").click();
    await window.page.keyboard.press("Home");
    await window.page.keyboard.type("x");
    await window.page.locator(".squiggly-error").first().waitFor();
    // Time enough for a daemon or a reading process that should not be there.
    await window.page.waitForTimeout(4000);
    await window.shot("13-restricted");
    assert.equal(existsSync(workbench.almanacHome), false, "no daemon was started");
    const status = await window.page.locator(".statusbar-item[id$='almanac.status']").textContent();
    assert.match(status ?? "", /Almanac/);
  } finally {
    await window.close();
  }
}
