import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Workbench } from "./workbench/server.ts";
import type { Window } from "./workbench/window.ts";

interface Stage {
  readonly window: Window;
  readonly workbench: Workbench;
  readonly workspace: string;
}

/** From opening the example to finding everything again after a restart, as a user would. */
export async function walk(stage: Stage): Promise<void> {
  for (const step of [open, squiggleAndFix, completion, run, preview, themes, explain, compare, restart, daemonDies]) {
    const began = performance.now();
    await step(stage);
    console.log(`✓ ${step.name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  }
}

async function open({ window }: Stage): Promise<void> {
  await window.openFile("retail.forecast.yaml");
  await window.lens("Run").waitFor();
  await window.page.locator(".statusbar-item[id$='almanac.status']").waitFor();
}

async function squiggleAndFix({ window, workspace }: Stage): Promise<void> {
  await window.page.locator(".squiggly-error").first().waitFor();
  await window.shot("01-squiggle");
  await window.line("target:").click();
  await window.page.keyboard.press("End");
  await window.quickFix("Replace by units");
  await window.shot("02-quick-fix");
  await window.page.keyboard.press("Enter");
  await window.page.locator(".squiggly-error").first().waitFor({ state: "detached" });
  await window.page.keyboard.press("Control+S");
  const saved = () => readFileSync(join(workspace, "retail.forecast.yaml"), "utf8");
  for (let tries = 0; tries < 60 && !saved().includes("target: units"); tries++) await window.page.waitForTimeout(250);
  assert.match(saved(), /target: units/);
}

async function completion({ window }: Stage): Promise<void> {
  await window.line("observed:").click();
  await window.page.keyboard.press("End");
  await window.page.keyboard.press("ArrowLeft");
  await window.page.keyboard.type(", ");
  await window.page.keyboard.press("Control+Space");
  await window.page.locator(".suggest-widget.visible .monaco-list-row").first().waitFor();
  await window.page.waitForTimeout(800);
  await window.shot("03-completion");
  await window.page.keyboard.press("Escape");
  await window.page.keyboard.press("Control+Z");
  await window.page.keyboard.press("Control+Z");
  await window.page.keyboard.press("Control+S");
  await window.preview("next");
  await window.line("target:").locator("span > span", { hasText: "units" }).last().hover();
  await window.page.locator(".monaco-hover:visible", { hasText: "rows" }).first().waitFor();
  await window.shot("04-hover");
}

async function run({ window }: Stage): Promise<void> {
  await window.lens("Run").click();
  await window.lens("Live").click();
  const live = await window.webview();
  await live.locator(".state.scored").first().waitFor();
  await window.page.waitForTimeout(1500);
  await window.shot("05-live");
  await window.tab("Report: retail").waitFor({ timeout: 240_000 });
  await window.closeTab("Training: retail");
  const report = await window.webview();
  await report.locator("h1").first().waitFor();
  await window.page.waitForTimeout(3000);
  await window.shot("06-report");
}

async function preview({ window }: Stage): Promise<void> {
  await window.closeTab("Report: retail");
  await window.preview("than seasonal naive");
  await window.line("experiment:").click();
  await (await window.preview("next")).hover();
  await window.page.locator(".monaco-hover:visible", { hasText: "Forecast by" }).first().waitFor();
  await window.page.waitForTimeout(800);
  await window.shot("07-preview");
  await window.page.keyboard.press("Escape");
}

async function explain({ window }: Stage): Promise<void> {
  for (const [command, tab, shot] of [
    ["Almanac: Explain Forecast", "Explain: retail", "14-explain"],
    ["Almanac: What If", "What If: retail", "15-what-if"],
  ] as const) {
    await window.line("experiment:").click();
    await window.command(command);
    await window.tab(tab).waitFor();
    const page = await window.webview();
    await page.locator("h1").first().waitFor();
    await window.page.waitForTimeout(6000);
    // The what-if page opens the trained model first.
    await page.locator(".waiting").waitFor({ state: "detached", timeout: 120_000 });
    await window.shot(shot);
    await window.closeTab(tab);
  }
}

async function compare({ window }: Stage): Promise<void> {
  await window.lens("Run seasonal-naive alone").click();
  await window.tab("Report: retail").waitFor({ timeout: 120_000 });
  await window.closeTab("Report: retail");
  await window.lens("Compare").click();
  await window.page.locator(".quick-input-list .monaco-list-row").nth(1).waitFor();
  await window.page.locator(".quick-input-widget .monaco-button", { hasText: "OK" }).click();
  const page = await window.webview();
  await page.locator("h1").first().waitFor();
  await window.page.waitForTimeout(2500);
  await window.shot("08-compare");
  await window.closeTab("Compare: retail");
}

async function restart({ window }: Stage): Promise<void> {
  await window.lens("Report").click();
  const before = await window.webview();
  await before.locator("h1").first().waitFor();
  // The editor in the browser writes its state down every few seconds.
  await window.page.waitForTimeout(8000);
  await window.reload();
  await window.tab("Report: retail").waitFor();
  const after = await window.webview();
  await after.locator("h1").first().waitFor();
  await window.lens("Report").waitFor();
  await window.page.waitForTimeout(2500);
  await window.shot("12-restarted");
}

async function daemonDies({ window, workbench }: Stage): Promise<void> {
  const before = workbench.daemonPid;
  assert.ok(before !== undefined);
  process.kill(before, "SIGKILL");
  for (let tries = 0; tries < 120 && (workbench.daemonPid ?? before) === before; tries++)
    await window.page.waitForTimeout(250);
  assert.notEqual(workbench.daemonPid ?? before, before, "another daemon was started");
  await window.lens("Report").waitFor();
}

async function themes({ window, workbench }: Stage): Promise<void> {
  await window.command("View: Show Almanac");
  await window.lens("Report").click();
  await (await window.webview()).locator("h1").first().waitFor();
  await window.page.waitForTimeout(6000);
  for (const [name, file] of [
    ["Light 2026", "09-light"],
    ["Default High Contrast", "10-high-contrast"],
    ["Dark 2026", "11-dark"],
  ] as const) {
    workbench.set({ "workbench.colorTheme": name });
    await window.reload();
    await window.lens("Report").waitFor();
    await (await window.webview()).locator("h1").first().waitFor();
    await window.page.waitForTimeout(2500);
    await window.shot(file);
  }
  await window.closeTab("Report: retail");
}
