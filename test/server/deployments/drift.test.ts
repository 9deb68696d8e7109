import { describe, expect, test } from "vitest";
import { driftIn } from "../../../daemon/server/deployments/drift.ts";
import { seenCovariates } from "../../../daemon/server/deployments/seen-covariates.ts";
import { panelOf } from "../../fixtures/panel.ts";

describe("covariates of a prediction", () => {
  test("are the known ones of the forecast window after the gap, and the observed ones as last seen", () => {
    const panel = panelOf(
      [{ key: "north", past: [1, 2], known: { price: [5, 5, 6, 7, Number.NaN] }, observed: { visits: [30, 40] } }],
      3,
    );
    expect(seenCovariates(panel, 1)).toEqual([
      { name: "price", series: ["north"], time: Date.UTC(2024, 0, 4), value: 7 },
      { name: "visits", series: ["north"], time: Date.UTC(2024, 0, 2), value: 40 },
    ]);
  });
});

describe("drift", () => {
  const wave = (count: number, level: number) =>
    Array.from({ length: count }, (_, i) => level + ((i * 37) % 100) / 100);

  test("is what newer values have and older ones had not", () => {
    expect(driftIn([...wave(300, 5), ...wave(100, 5)], 100).drifted).toBe(false);
    expect(driftIn([...wave(300, 5), ...wave(100, 6)], 100)).toMatchObject({
      reference: 300,
      current: 100,
      drifted: true,
    });
  });

  test("is not said of a handful of values", () => {
    expect(driftIn([...wave(5, 1), ...wave(100, 9)], 100)).toMatchObject({ psi: null, drifted: false });
  });
});
