import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runPageParts } from "../../daemon/training/outputs/report-page.ts";
import { startTestDaemon } from "../server/test-daemon.ts";
import { hasChromium, launch, openPage, whenChromium } from "./chromium.ts";

describe.skipIf(!hasChromium)(`the live page in a plain browser, ${whenChromium}`, () => {
  let browser: Browser;
  let server: Server;
  const posted: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    server = createServer((request, response) => {
      if (request.method === "POST") {
        posted.push(request.url!);
        response.writeHead(200).end("{}");
      } else if (request.url === "/api/v1/runs/r1/events") {
        response.writeHead(200, { "content-type": "text/event-stream" });
        const started = { type: "run-started", experiment: "demand", metric: "mase", budgetSeconds: 60, workers: 2 };
        const scored = {
          type: "candidate-scored",
          candidate: "naive",
          model: "naive",
          score: 0.9,
          windows: 1,
          seconds: 1,
        };
        [started, scored].forEach((event, sequence) => {
          const stored = { sequence, run: "r1", time: new Date(sequence * 1000).toISOString(), event };
          response.write(`id: ${sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(stored)}\n\n`);
        });
      } else {
        const document = { run: { id: "r1", experiment: "demand", state: "queued" } };
        const parts = runPageParts({ page: "live", title: "demand", document, api: "/api/v1/runs/r1" });
        response.writeHead(200, { "content-type": "text/html" }).end([...parts].join(""));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  test("it follows the run's events, and steers candidates and run through the API", async () => {
    const page = await openPage(browser);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) complaints.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/runs/r1/live`);
    await expect.poll(() => page.locator("tbody tr").textContent()).toContain("0.900");
    await page.getByRole("button", { name: "Pause naive" }).click();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await expect.poll(() => posted).toEqual(["/api/v1/runs/r1/candidates/naive/pause", "/api/v1/runs/r1/cancel"]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a daemon serves it to whoever logs in by a link, and takes its wishes", async () => {
    const daemon = await startTestDaemon();
    const { id } = await daemon.run("forever");
    const page = await openPage(browser);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) complaints.push(message.text());
    });
    await page.goto((await daemon.client.createLoginLink()).url);
    await page.getByRole("link", { name: "forever" }).click();
    await expect.poll(() => page.locator("tbody tr").first().textContent()).toContain("naive");
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await expect.poll(() => page.locator("h1").textContent()).toBe("Paused");
    expect((await daemon.client.getRun({ params: { id } })).state).toBe("paused");
    expect(complaints).toEqual([]);
    await page.close();
    await daemon.close();
  });
});
