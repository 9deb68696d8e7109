import { describe, expect, test } from "vitest";
import { answering } from "../../extension/language-link.ts";
import { withMonotone } from "../../extension/panels/monotone.ts";
import { pageHtml } from "../../extension/panels/page.ts";
import { withScenario } from "../../extension/panels/scenario.ts";
import { statusOf } from "../../extension/views/status.ts";
import { ago, duration } from "../../extension/views/words.ts";
import { parseExperiment } from "../../protocol/experiment/parse.ts";

describe("a scenario is written into the file", () => {
  const head = "data: {source: a.csv, time: d, target: y}\ncovariates: {known: [price]}\nforecast: {horizon: 3}\n";
  const entry = '{"name":"dearer","set":{"price":"* 1.1"}}';
  const names = (text: string) =>
    parseExperiment(withScenario(text, entry), "a").experiment!.scenarios.map(({ name }) => name);

  test("where there is none, in a list, in brackets, behind a comment", () => {
    expect(names(head)).toEqual(["dearer"]);
    expect(names(`${head}scenarios:\n  - {name: a, set: {price: 1}}\n`)).toEqual(["dearer", "a"]);
    expect(names(`${head}scenarios:\n- {name: a, set: {price: 1}}\n`)).toEqual(["dearer", "a"]);
    expect(names(`${head}scenarios: # what if\n    - name: a\n      set: {price: 1}\n`)).toEqual(["dearer", "a"]);
    expect(names(`${head}scenarios: [{name: a, set: {price: 1}}]\n`)).toEqual(["dearer", "a"]);
    expect(names(`${head}scenarios: []\n`)).toEqual(["dearer"]);
  });
});

describe("a page", () => {
  const html = pageHtml({
    nonce: "n0nce",
    cspSource: "https://pages",
    asset: (name) => `https://pages/${name}`,
    title: "<b>sales</b>",
    page: "report",
    state: { page: "report", runs: ["r"] },
    documents: { document: { name: "</script><script>alert(1)</script>" } },
    chunks: [{ from: 0, items: ["</script>"] }],
  });

  test("lets no data end a script element and no title become markup", () => {
    expect(html).not.toContain("</script><script>alert");
    expect(html).not.toContain("<b>sales");
    expect(html).toContain("\\u003c/script>");
  });

  test("runs its own scripts only", () => {
    const policy = /content="([^"]*)"/.exec(html)![1]!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'nonce-n0nce'");
    expect(policy).not.toContain("unsafe");
    for (const [script] of html.matchAll(/<script(?![^>]*application\/json)(?![^>]*text\/plain)[^>]*>/g)) {
      expect(script).toContain('nonce="n0nce"');
    }
  });
});

describe("the status bar", () => {
  type Known = Parameters<typeof statusOf>[0];
  // SAFETY: the status reads these fields alone.
  const status = (state: string, all: unknown[] = []) =>
    statusOf({ daemon: { state }, runs: { all } } as unknown as Known);

  test("shows the running job before the daemon's health", () => {
    const job = { experiment: "retail", state: "running", progress: 0.42, remainingSeconds: 75 };
    expect(status("ready", [job]).text).toBe("$(sync~spin) retail 42 %");
    expect(status("ready", [job]).tooltip).toContain("About 75 s left");
    expect(status("ready", [job, { ...job, state: "queued" }]).text).toContain("+1");
    expect(status("ready").text).toContain("Almanac");
  });

  test("leads to the doctor where the daemon failed", () => {
    expect(status("failed")).toMatchObject({ command: "almanac.doctor", failed: true });
  });
});

test("times in words", () => {
  const now = Date.parse("2026-01-10T12:00:00Z");
  expect(
    ["2026-01-10T11:59:30Z", "2026-01-10T11:55:00Z", "2026-01-10T09:00:00Z", "2026-01-09T11:00:00Z"].map((at) =>
      ago(at, now),
    ),
  ).toEqual(["just now", "5 minutes ago", "3 hours ago", "yesterday"]);
  expect([45, 120, 7200].map(duration)).toEqual(["45 s", "2 min", "2 h"]);
});

describe("the run whose answer stands beside the text", () => {
  const run = (id: string, state: "running" | "finished" | "failed", models?: string[]) => ({
    id,
    state,
    options: models === undefined ? {} : { models },
  });

  test("is the newest with the models of the file, unless one is under way or there is no other", () => {
    const whole = run("whole", "finished");
    const alone = run("alone", "finished", ["naive"]);
    expect(answering([alone, whole])?.id).toBe("whole");
    expect(answering([run("failed", "failed"), alone])?.id).toBe("alone");
    expect(answering([run("now", "running", ["naive"]), whole])?.id).toBe("now");
    expect(answering([])).toBeUndefined();
  });
});

describe("a monotone constraint is written into the file", () => {
  const head = "data: {source: a.csv, time: t, target: y}\nforecast: {horizon: 2}\n";
  const monotone = (text: string) =>
    parseExperiment(withMonotone(text, "price", -1), "a").experiment!.covariates.monotone;

  test("into a block, a flow map, and beside other constraints", () => {
    expect(monotone(`${head}covariates:\n  known: [price]\n`)).toEqual({ price: "falling" });
    expect(monotone(`${head}covariates: # factors\n    known: [price]\n`)).toEqual({ price: "falling" });
    expect(monotone(`${head}covariates: {known: [price]}\n`)).toEqual({ price: "falling" });
    const both = `${head}covariates:\n  known: [price, rain]\n  monotone: {rain: rising, price: rising}\n`;
    expect(monotone(both)).toEqual({ rain: "rising", price: "falling" });
  });
});
