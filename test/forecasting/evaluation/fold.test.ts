import { describe, expect, test } from "vitest";
import { chooseWindows, foldAt } from "../../../daemon/forecasting/evaluation/fold.ts";
import { futureOf, pastOf } from "../../../daemon/forecasting/panel/panel.ts";
import { panelOf } from "../../fixtures/panel.ts";

const count = (from: number, length: number): number[] => Array.from({ length }, (_, index) => from + index);

const panel = panelOf(
  [
    { key: "long", past: count(0, 20), known: { price: count(100, 24) }, observed: { visitors: count(500, 20) } },
    { key: "short", past: count(50, 6), known: { price: count(200, 10) }, observed: { visitors: count(700, 6) } },
  ],
  4,
);
const plan = { horizon: 3, gap: 1, step: 3, season: 7 };

describe("rolling origins", () => {
  test("a fold holds the past of its origin and nothing of the target after it", () => {
    const fold = foldAt(panel, plan, 0);
    expect(Array.from(pastOf(fold.panel, fold.panel.target, 0))).toEqual(count(0, 16));
    expect(Array.from(futureOf(fold.panel, fold.panel.target, 0))).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(Array.from(futureOf(fold.panel, fold.panel.observed[0]!.values, 0)).every(Number.isNaN)).toBe(true);
  });

  test("known covariates reach over gap and horizon", () => {
    const fold = foldAt(panel, plan, 0);
    expect(Array.from(futureOf(fold.panel, fold.panel.known[0]!.values, 0))).toEqual([116, 117, 118, 119]);
  });

  test("the actual values start after the gap", () => {
    const fold = foldAt(panel, plan, 0);
    expect(Array.from(fold.actual.subarray(0, 3))).toEqual([17, 18, 19]);
  });

  test("each further origin lies one step earlier, and series too short for it are left out", () => {
    const fold = foldAt(panel, plan, 1);
    expect(Array.from(fold.series)).toEqual([0]);
    expect(Array.from(fold.actual)).toEqual([14, 15, 16]);
  });

  test("only origins that a series reaches are counted", () => {
    expect(chooseWindows(panel, plan, 10)).toEqual({ windows: 5, oneFit: false, oneGlobalFit: false });
    expect(chooseWindows(panelOf([{ past: [1, 2, 3] }], 4), plan, 3)).toEqual({
      windows: 0,
      oneFit: false,
      oneGlobalFit: false,
    });
  });

  test("one fit serves more origins where they lie close together beside the history", () => {
    const long = panelOf([{ past: count(0, 1000) }, { past: count(0, 300) }], 4);
    expect(chooseWindows(long, plan, undefined)).toEqual({ windows: 6, oneFit: true, oneGlobalFit: true });
    expect(chooseWindows(long, plan, 2)).toEqual({ windows: 2, oneFit: true, oneGlobalFit: true });
    expect(chooseWindows(long, plan, 50)).toEqual({ windows: 50, oneFit: false, oneGlobalFit: true });
    const short = panelOf([{ past: count(0, 1000) }, { past: count(0, 40) }], 4);
    expect(chooseWindows(short, plan, undefined)).toEqual({ windows: 3, oneFit: false, oneGlobalFit: true });
    const few = panelOf([{ past: count(0, 14) }, { past: count(0, 40) }, { past: count(0, 14) }], 4);
    expect(chooseWindows(few, plan, undefined).oneGlobalFit).toBe(false);
  });

  test("values after an origin change nothing before it", () => {
    const changed = panelOf(
      [
        {
          key: "long",
          past: [...count(0, 16), 9, 9, 9, 9],
          known: { price: count(100, 24) },
          observed: { visitors: [...count(500, 16), 1, 2, 3, 4] },
        },
        {
          key: "short",
          past: [...count(50, 2), 7, 7, 7, 7],
          known: { price: count(200, 10) },
          observed: { visitors: count(700, 6) },
        },
      ],
      4,
    );
    const [before, after] = [foldAt(panel, plan, 0).panel, foldAt(changed, plan, 0).panel];
    expect(after.target).toEqual(before.target);
    expect(after.observed).toEqual(before.observed);
  });
});
