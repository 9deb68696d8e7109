import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seekGoal } from "../../daemon/forecasting/explain/what-if/goal.ts";
import { WhatIfSession } from "../../daemon/forecasting/explain/what-if/session.ts";
import { type PageName, pageHtml } from "../../extension/panels/page.ts";
import type { HostMessage, LiveEvent, PageMessage } from "../../protocol/pages.ts";
import type { ReportDocument } from "../../protocol/report.ts";
import { priceModel } from "../fixtures/price-model.ts";
import { reportDocument } from "../fixtures/report-document.ts";
import { complaintsOf, hasChromium, launch, openPage, scrollThrough, violations, whenChromium } from "./chromium.ts";

const folder = mkdtempSync(join(tmpdir(), "almanac-pages-"));

afterAll(() => rmSync(folder, { recursive: true }));

const report = reportDocument({ series: 6, points: 200, explanations: true });

describe.skipIf(!hasChromium)(`pages as the editor hosts them, ${whenChromium}`, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(() => browser?.close());

  /** Opens a page in the editor's own frame; the host's side of the conversation is `answer`. */
  async function open(
    name: PageName,
    document: unknown,
    options: {
      details?: ReportDocument["details"];
      dark?: boolean;
      answer?: (message: PageMessage) => HostMessage[] | Promise<HostMessage[]>;
    } = {},
  ) {
    const html = pageHtml({
      nonce: "test-nonce",
      cspSource: "file:",
      asset: (file) => `file://${resolve("dist/webview", file)}`,
      title: name,
      page: name,
      state: { page: name },
      documents: { document },
      chunks: options.details === undefined ? [] : [{ from: 0, items: options.details }],
    });
    const file = join(folder, `${name}.html`);
    writeFileSync(file, html);
    const page = await openPage(browser, {
      viewport: { width: 1280, height: 900 },
      colorScheme: options.dark ? "dark" : "light",
    });
    const complaints = complaintsOf(page);
    const heard: PageMessage[] = [];
    await page.exposeFunction("tell", (message: PageMessage) => {
      heard.push(message);
      return options.answer?.(message) ?? [];
    });
    // As in the editor: the interface is handed out once, answers come as window messages.
    await page.addInitScript(`
      let taken = false;
      globalThis.acquireVsCodeApi = () => {
        if (taken) throw new Error("An instance of the VS Code API has already been acquired");
        taken = true;
        return {
          getState: () => JSON.parse(sessionStorage.getItem("state") ?? "null") ?? undefined,
          setState: (state) => sessionStorage.setItem("state", JSON.stringify(state)),
          postMessage: (message) => void tell(message).then((answers) => answers.forEach((answer) => postMessage(answer, "*"))),
        };
      };`);
    await page.goto(`file://${file}`);
    return { page, complaints, heard };
  }

  const send = (page: Page, message: HostMessage) => page.evaluate(`postMessage(${JSON.stringify(message)}, "*")`);

  const { details, ...summary } = report;

  test("the report is whole, saves through the host, and has no theme switch of its own", async () => {
    const { page, complaints, heard } = await open("report", summary, { details });
    await page.locator("#forecast .main-svg").first().waitFor();
    await page.locator("#forecast").getByRole("button", { name: "CSV" }).click();
    await expect.poll(() => heard.map(({ type }) => type)).toEqual(["save"]);
    const [saved] = heard as Extract<PageMessage, { type: "save" }>[];
    expect(Buffer.from(saved!.base64, "base64").toString("utf8")).toContain("Time,Mean,q0.05");
    expect(await page.locator(".theme").isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("the explain page shows the drivers of the chosen series", async () => {
    const { page, complaints } = await open("explain", summary, { details, dark: true });
    await scrollThrough(page);
    expect(await page.locator(".main-svg").count()).toBeGreaterThan(10);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("the chosen series is found again when the page comes back", async () => {
    const { page } = await open("report", summary, { details });
    await page.getByRole("option", { name: "product D" }).click();
    const heading = page.locator("#forecast section.chart h3");
    await expect.poll(() => heading.textContent()).toContain("product D");
    await page.reload();
    await expect.poll(() => heading.textContent()).toContain("product D");
    await page.close();
  });

  test("a run without explanations says how to get them", async () => {
    const { explanations: _, ...plain } = summary;
    const { page } = await open("explain", plain, { details });
    expect(await page.locator("#page").textContent()).toContain("explain: true");
    expect(await page.locator(".picker").count()).toBe(0);
    await page.close();
  });

  test("compare tells what was changed and who is better where", async () => {
    const other: typeof summary = {
      ...summary,
      experiment: {
        ...summary.experiment,
        settings: { ...summary.experiment.settings, search: { models: ["auto-ets"] } },
      },
      leaderboard: summary.leaderboard.map((row) => (row.model === "ensemble" ? { ...row, score: 0.65 } : row)),
    };
    const { page, complaints } = await open("compare", [{ summary }, { summary: other }]);
    expect(await page.locator("h1").textContent()).toContain(
      "store-demand #2 has the smaller MASE: 0.650 against 0.713",
    );
    expect(await page.locator("code", { hasText: "search.models" }).count()).toBe(1);
    await scrollThrough(page);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("live follows the events and passes the buttons on", async () => {
    const run = { id: "r1", experiment: "store-demand", state: "running" };
    const { page, complaints, heard } = await open("live", { run, events: events.slice(0, 4) });
    expect(await page.locator("tbody tr").count()).toBe(3);
    for (const event of events.slice(4)) await send(page, { type: "event", event });
    await expect.poll(() => page.locator("h1").textContent()).toBe("Searching models");
    await expect.poll(() => page.locator("tbody tr.winner").textContent()).toContain("AutoETS");
    // Its windows are all scored: there is nothing to pause.
    expect(await page.getByRole("button", { name: "Pause AutoETS" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Pause GRU" }).count()).toBe(1);
    await page.getByRole("button", { name: "Cancel AutoETS" }).click();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    const candidate = { type: "candidate", candidate: "auto-ets", action: "cancel" };
    await expect.poll(() => heard).toEqual([{ type: "listening" }, candidate, { type: "cancel" }]);
    await scrollThrough(page);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("what-if without its model says why, and does not blame the experiment", async () => {
    const answer = (message: PageMessage): HostMessage[] =>
      "id" in message
        ? [{ type: "failure", id: message.id, message: "The model is gone: run the experiment again." }]
        : [];
    const { page } = await open("what-if", summary, { details, answer });
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("The model is gone");
    expect(await page.locator("#page").textContent()).not.toContain("declares no known covariates");
    await page.close();
  });

  test("in a narrow column nothing is wider than the page, and the list of series stands above the charts", async () => {
    const long = reportDocument({ series: 6, points: 200, explanations: true, longNames: true });
    const { details: chunks, ...narrow } = long;
    const factor = "regional promotional expenditure per household (thousands of euros, lagged by one week)";
    const rename = (name: string) => (name === "price" ? factor : name);
    const explanations = {
      ...narrow.explanations!,
      factors: narrow.explanations!.factors.map(rename),
      global: narrow.explanations!.global.map((each) => ({ ...each, factor: rename(each.factor) })),
    };
    const { page } = await open("explain", { ...narrow, explanations }, { details: chunks });
    await page.setViewportSize({ width: 500, height: 900 });
    await scrollThrough(page);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(500);
    const [list, first] = await Promise.all([
      page.locator(".picker").boundingBox(),
      page.locator("section.chart").first().boundingBox(),
    ]);
    expect(list!.y).toBeLessThan(first!.y);
    await page.close();
  });

  test("what-if asks the model for each change, warns beyond the known range, reaches a goal and saves a scenario", async () => {
    const price = { name: "price", values: new Array<number>(28).fill(10), minimum: 8, maximum: 12 };
    const region = { name: "region", values: new Array<string>(28).fill("north"), categories: ["north", "south"] };
    // A host whose model knows one rule: each step sells 20 − price.
    const session = new WhatIfSession(priceModel(price.values, undefined, { levels: report.experiment.levels }));
    const answer = async (message: PageMessage): Promise<HostMessage[]> => {
      switch (message.type) {
        case "what-if-series":
          return [{ ...message, answer: { covariates: [price, region], constrainable: true, warnings: [] } }];
        case "what-if-forecast":
          return [{ ...message, answer: await session.forecast({ ...message.question, series: 0 }) }];
        case "what-if-goal":
          return [{ ...message, answer: await seekGoal(session, { ...message.question, series: 0 }) }];
        default:
          return [];
      }
    };
    const { page, complaints, heard } = await open("what-if", summary, { details, answer });
    const changed = page.locator(".tile", { hasText: "Changed" }).locator(".figure");
    await page.getByRole("slider", { name: "Change of price" }).fill("1.1");
    await expect.poll(() => changed.textContent()).toBe("252");
    expect(await page.locator(".outside:visible").count()).toBe(0);
    await page.getByRole("slider", { name: "Change of price" }).fill("1.5");
    await expect
      .poll(() => page.locator(".outside:visible").textContent())
      .toContain("28 steps lie outside of 8 to 12");
    await page.getByRole("button", { name: "Save to YAML" }).click();
    await expect
      .poll(() => heard.find(({ type }) => type === "save-scenario"))
      .toMatchObject({ set: { price: "* 1.5" } });
    await page.getByRole("button", { name: "Keep beside" }).click();
    const row = page.locator("tr", { hasText: "price +50" });
    await expect.poll(() => row.textContent()).toContain("140");
    await row.getByRole("button", { name: "Edit" }).click();
    await expect.poll(() => changed.textContent()).toBe("140");
    await page.getByRole("button", { name: "Write into the experiment" }).click();
    await expect.poll(() => heard.at(-1)).toEqual({ type: "save-monotone", covariate: "price", direction: -1 });
    await page.getByLabel("Total to reach").fill("308");
    await page.getByRole("button", { name: "Find" }).click();
    await expect
      .poll(() => page.locator(".goal [role=status]").first().textContent())
      .toContain("price at 9 gives 308.");
    await page.locator(".values input").first().fill("8");
    await page.locator(".values input").first().blur();
    await expect.poll(() => changed.textContent()).toBe("309");
    await scrollThrough(page);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

/** A search of three candidates; the second reports losses. */
const events: LiveEvent[] = [
  { type: "run-started" as const, experiment: "store-demand", metric: "mase", budgetSeconds: 300, workers: 2 },
  { type: "data-loaded" as const, series: 6, rows: 1200, frequency: "day", seconds: 0.4 },
  {
    type: "search-planned" as const,
    windows: 3,
    candidates: [
      { candidate: "auto-ets", model: "auto-ets", title: "AutoETS", family: "statistical" },
      { candidate: "gru", model: "gru", title: "GRU", family: "neural" },
    ],
    skipped: [{ candidate: "croston", model: "croston", reason: "No series is intermittent." }],
  },
  { type: "candidate-started" as const, candidate: "auto-ets", model: "auto-ets" },
  { type: "progress" as const, fraction: 0.2, stage: "search" as const, elapsedSeconds: 30, remainingSeconds: 120 },
  { type: "candidate-scored" as const, candidate: "auto-ets", model: "auto-ets", score: 0.74, windows: 3, seconds: 12 },
  ...[0.1, 0.2, 0.3].map((fraction) => ({
    type: "task-progress" as const,
    candidate: "gru",
    model: "gru",
    task: 0,
    fraction,
    loss: 1 - fraction,
  })),
].map((event, sequence) => ({
  sequence,
  time: new Date(Date.UTC(2026, 10, 23, 9, 0, sequence * 5)).toISOString(),
  event,
}));
