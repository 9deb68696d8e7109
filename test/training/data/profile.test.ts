import { describe, expect, test } from "vitest";
import type { Panel } from "../../../daemon/forecasting/panel/panel.ts";
import { profilePanel } from "../../../daemon/training/data/profile.ts";
import { intermittencyOf, seasonStrengths, withoutTrend } from "../../../daemon/training/data/profile-series.ts";
import { simulateRetail } from "../../../examples/retail/demand.ts";
import { compactTable } from "../../../examples/retail/simulate.ts";
import { dataProfileSchema } from "../../../protocol/profile.ts";
import { read } from "./sandbox.ts";

/** One daily series with the given columns. */
function panelOf(
  target: number[],
  known: Record<string, number[]> = {},
  observed: Record<string, number[]> = {},
): Panel {
  const columns = (values: Record<string, number[]>) =>
    Object.entries(values).map(([name, list]) => ({ name, values: Float64Array.from(list) }));
  return {
    frequency: { unit: "day", multiple: 1 },
    keyColumns: [],
    keys: [[]],
    offsets: Int32Array.of(0, target.length),
    history: Int32Array.of(target.length),
    futureSteps: 0,
    time: Float64Array.from(target, (_, i) => Date.UTC(2024, 0, 1 + i)),
    target: Float64Array.from(target),
    known: columns(known),
    observed: columns(observed),
    static: [],
  };
}

describe("demand classes at the limits of Syntetos, Boylan and Croston", () => {
  test.for([
    ["smooth", [5, 6, 5, 6, 5, 6]],
    ["erratic", [1, 20, 1, 1, 30, 1]],
    ["intermittent", [0, 5, 0, 0, 6, 0, 5, 0]],
    ["lumpy", [0, 1, 0, 0, 30, 0, 1, 0]],
    // Demand in 3 of 4 steps: interval 1.33, just above the limit.
    ["intermittent", [5, 5, 5, 0]],
    ["smooth", [-3, 2, 0, 0, 0, 0]],
  ] as const)("%s: %o", ([expected, values]) => {
    expect(intermittencyOf(Float64Array.from(values))).toBe(expected);
  });
});

test("a straight line is all trend, and nothing is left of it", () => {
  const { residuals, trend } = withoutTrend(Float64Array.from({ length: 50 }, (_, t) => 3 + 2 * t));
  expect(trend).toBeCloseTo(1, 12);
  expect(Math.max(...residuals.map(Math.abs))).toBeLessThan(1e-9);
  expect(seasonStrengths(residuals, [7])).toEqual([{ season: 7, strength: 0 }]);
});

describe("the profile of a panel", () => {
  const noise = (t: number) => Math.sin(t * 12.9898) * 3;
  const days = Array.from({ length: 210 }, (_, t) => t);

  test("finds a weekly season and no other", () => {
    const profile = profilePanel(panelOf(days.map((t) => 100 + 20 * Number(t % 7 === 0) + noise(t))));
    expect(profile.seasons.map((entry) => entry.season)).toEqual([7]);
    expect(profile.seasons[0]!.strength).toBeGreaterThan(0.7);
    const flat = profilePanel(panelOf(days.map((t) => 100 + noise(t * t))));
    expect(flat.seasons[0]!.strength).toBeLessThan(0.3);
  });

  test("finds by how many steps an observed covariate runs ahead", () => {
    const driver = days.map((t) => noise(t * t + 1));
    const target = days.map((t) => 10 + 2 * (driver[t - 3] ?? 0) + 0.1 * noise(t));
    const [ahead] = profilePanel(panelOf(target, {}, { driver })).covariates;
    expect(ahead).toMatchObject({ name: "driver", role: "observed", lag: 3, leak: false });
    expect(ahead!.correlation).toBeGreaterThan(0.95);
    const [known] = profilePanel(panelOf(target, { driver })).covariates;
    expect(known!.lag).toBe(0);
  });

  test("suspects covariates made from the target, and names copies and constants", () => {
    const target = days.map((t) => 10 + noise(t));
    const known = {
      made: target.map((y) => 5 - 2 * y),
      copy: target,
      one: days.map(() => 1),
      other: days.map((t) => noise(t * t)),
      again: days.map((t) => noise(t * t)),
    };
    const found = Object.fromEntries(
      profilePanel(panelOf(target, known)).covariates.map((entry) => [entry.name, entry]),
    );
    expect(found.made).toMatchObject({ leak: true, constant: false });
    expect(found.made!.correlation).toBeCloseTo(-1, 9);
    expect(found.copy).toMatchObject({ leak: true, duplicateOf: "target" });
    expect(found.one).toMatchObject({ constant: true, correlation: null, leak: false });
    expect(found.other!.duplicateOf).toBeUndefined();
    expect(found.again!.duplicateOf).toBe("other");
  });

  test("counts outliers, zeros and missing values", () => {
    const target: number[] = days.map((t) => 10 + noise(t));
    target[40] = 500;
    target[41] = Number.NaN;
    target[42] = 0;
    const profile = profilePanel(panelOf(target));
    expect(profile).toMatchObject({ outliers: 1, rows: 210, missing: 1 / 210, zeros: 1 / 210 });
  });

  test("of the retail example agrees with how it was made, and with its schema", async () => {
    const table = compactTable(simulateRetail({ days: 365 }));
    const { panel } = await read(table, {
      series: ["store", "product"],
      target: "units",
      futureSteps: 28,
      known: ["price", "promotion", "rain"],
      observed: ["footfall"],
      static: ["category", "area"],
    });
    const profile = dataProfileSchema.parse(profilePanel(panel));
    expect(profile).toMatchObject({
      series: 20,
      rows: 20 * 365,
      frequency: "day",
      lengths: { minimum: 365, median: 365, maximum: 365 },
    });
    expect(profile.intermittency.smooth).toBe(20);
    const of = (name: string) => profile.covariates.find((entry) => entry.name === name)!;
    expect(of("price").correlation).toBeLessThan(0);
    expect(of("promotion").correlation).toBeGreaterThan(0);
    expect(of("category")).toMatchObject({ role: "static", kind: "text" });
    expect(of("category").correlation).toBeGreaterThan(0.5);
  });
});
