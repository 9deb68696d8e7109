import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pastOf } from "../../../daemon/forecasting/panel/panel.ts";
import { daily, dates, read } from "./sandbox.ts";

const day = (number: number): string => new Date(Date.UTC(2024, 0, 1 + number)).toISOString().slice(0, 10);

/** Weekday of a day since 2024-01-01, which was a Monday (0). */
const weekday = (number: number): number => number % 7;

const codes = (warnings: readonly { code: string }[]): string[] => warnings.map(({ code }) => code);

const numRuns = 40;

describe("days that never occur", () => {
  test("are not steps of a single series, whichever days are open", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 2 }),
        fc.integer({ min: 40, max: 120 }),
        async (closed, length) => {
          const open = Array.from({ length }, (_, number) => number).filter((n) => !closed.includes(weekday(n)));
          const csv = `date,y\n${open.map((n) => `${day(n)},${100 + n}`).join("\n")}\n`;
          const { panel } = await read(csv, { futureSteps: 14 });
          expect([...pastOf(panel, panel.target, 0)]).toEqual(open.map((n) => 100 + n));
          const window = dates(panel.time.subarray(open.length)).map(
            (text) => (Date.parse(text) - Date.UTC(2024, 0, 1)) / 86_400_000,
          );
          expect(window).toHaveLength(14);
          expect(window.some((n) => closed.includes(weekday(n)))).toBe(false);
        },
      ),
      { numRuns },
    );
  });

  test("are zero for one series of a panel if others sell on them", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 35, max: 90 }), async (closed, length) => {
        const numbers = Array.from({ length }, (_, number) => number);
        const lines = numbers.flatMap((n) => [
          `${day(n)},open,50`,
          ...(weekday(n) === closed && n !== length - 1
            ? []
            : weekday(n) === closed
              ? []
              : [`${day(n)},shut,${80 + weekday(n)}`]),
        ]);
        const { panel, warnings } = await read(`date,shop,y\n${lines.join("\n")}\n`, { series: ["shop"] });
        const shut = panel.keys.findIndex(([key]) => key === "shut");
        pastOf(panel, panel.target, shut).forEach((value, step) => {
          const n = Math.round((panel.time[panel.offsets[shut]! + step]! - Date.UTC(2024, 0, 1)) / 86_400_000);
          expect(value).toBe(weekday(n) === closed ? 0 : 80 + weekday(n));
        });
        expect(codes(warnings)).toContain("closed-steps");
        expect(warnings.find(({ code }) => code === "closed-steps")?.message).toContain("shut on ");
      }),
      { numRuns },
    );
  });

  test("of a series that sells rarely are not closed", async () => {
    // Tuesdays of every second week and Thursdays of every third: five weekdays never occur.
    const sells = (n: number) => (weekday(n) === 1 && n % 14 === 1) || (weekday(n) === 3 && n % 21 === 3);
    const sold = Array.from({ length: 90 }, (_, n) => n).filter(sells);
    const lines = [
      ...Array.from({ length: 90 }, (_, n) => `${day(n)},often,5`),
      ...sold.map((n) => `${day(n)},rarely,5`),
    ];
    const { warnings } = await read(`date,shop,y\n${lines.join("\n")}\n`, { series: ["shop"] });
    expect(codes(warnings)).not.toContain("closed-steps");
  });

  test("hours at night are zero", async () => {
    const hours = Array.from({ length: 24 * 10 }, (_, hour) => hour).filter((hour) => hour % 24 >= 8 && hour % 24 < 20);
    const text = (hour: number) => new Date(Date.UTC(2024, 0, 1, hour)).toISOString().slice(0, 19);
    const { panel, warnings } = await read(`date,y\n${hours.map((hour) => `${text(hour)},7`).join("\n")}\n`);
    pastOf(panel, panel.target, 0).forEach((value, step) => {
      expect(value).toBe((step + 8) % 24 >= 8 && (step + 8) % 24 < 20 ? 7 : 0);
    });
    expect(codes(warnings)).toContain("closed-steps");
  });
});

describe("flags with blanks", () => {
  const spellings = fc.constantFrom(["1", "1"], ["x", "x"], ["X", "X"], ["ja", "ja"], ["3", "3"]);
  test("are off where they are blank, in the past and in the window", async () => {
    await fc.assert(
      fc.asyncProperty(spellings, fc.array(fc.boolean(), { minLength: 40, maxLength: 60 }), async ([on], drawn) => {
        const flags = drawn.map((flag, n) => n % 3 === 0 && flag);
        flags[0] = true;
        flags[1] = false;
        const lines = flags.map((flag, n) => `${day(n)},${n < flags.length - 4 ? 100 : ""},${flag ? on : ""}`);
        const { panel, warnings } = await read(`date,y,promo\n${lines.join("\n")}\n`, {
          known: ["promo"],
          futureSteps: 4,
        });
        const [promo] = panel.known;
        const seen = Array.from(promo!.values, (code) => promo!.categories?.[code] ?? String(code));
        expect(seen).toEqual(flags.map((flag) => (flag ? on : promo!.categories === undefined ? "0" : "")));
        expect(codes(warnings)).toContain("blank-flag");
      }),
      { numRuns },
    );
  });

  test("a constant price with a few gaps is carried on, not set to zero", async () => {
    const lines = Array.from({ length: 40 }, (_, n) => `${day(n)},100,${n % 20 === 7 ? "" : "2.5"}`);
    const { panel } = await read(`date,y,price\n${lines.join("\n")}\n`, { known: ["price"], futureSteps: 0 });
    expect(new Set(panel.known[0]!.values)).toEqual(new Set([2.5]));
  });
});

describe("series that end before the others", () => {
  const csv = (last: number): string => {
    const lines = Array.from({ length: 60 }, (_, n) => [
      `${day(n)},open,5`,
      ...(n <= last ? [`${day(n)},closed,5`] : []),
    ]);
    return `date,shop,y\n${lines.flat().join("\n")}\n`;
  };

  test("are named with their last date, and forecast from their own end on", async () => {
    const { panel, warnings } = await read(csv(30), { series: ["shop"], futureSteps: 7 });
    expect(panel.keys).toHaveLength(2);
    expect(warnings).toMatchObject([{ code: "series-ended", severity: "warning" }]);
    expect(warnings[0]!.message).toContain(
      "1 of 2 series end long before the others, which reach 2024-02-29: closed (2024-01-31)",
    );
  });

  test("are left out or refused if that is asked for", async () => {
    const { panel } = await read(csv(30), { series: ["shop"], ended: "skip" });
    expect(panel.keys).toEqual([["open"]]);
    await expect(read(csv(30), { series: ["shop"], ended: "error" })).rejects.toMatchObject({ code: "series-ended" });
  });

  test.each([
    [51, ["series-ended"]],
    [52, []],
    [55, []],
  ])("whose last row is that of day %i of 60, before a window of 7 days: %j", async (last, said) => {
    const { warnings } = await read(csv(last), { series: ["shop"], futureSteps: 7 });
    expect(codes(warnings)).toEqual(said);
  });

  test("reach the common end with zeros if no row means zero", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1 }), { minLength: 2, maxLength: 4 }),
        async (sold) => {
          const rows = sold.flatMap((days, shop) => days.map((n) => ({ n, text: `${day(n)},s${shop},3` })));
          const lastDay = Math.max(...rows.map(({ n }) => n));
          const request: Parameters<typeof read>[1] = {
            series: ["shop"],
            missing: { target: "zero", covariates: "forward" },
            frequency: { unit: "day", multiple: 1 },
          };
          const { panel } = await read(`date,shop,y\n${rows.map(({ text }) => text).join("\n")}\n`, request);
          panel.keys.forEach(([key], series) => {
            const days = sold[Number(key!.slice(1))]!;
            const past = pastOf(panel, panel.target, series);
            expect(
              dates(panel.time.subarray(panel.offsets[series]!, panel.offsets[series]! + past.length)).at(-1),
            ).toBe(day(lastDay));
            expect(past.reduce((sum, value) => sum + value, 0)).toBe(3 * days.length);
          });
        },
      ),
      { numRuns },
    );
  });
});

test("a series with a longer step than the others is named", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 6, max: 12 }), async (step, count) => {
      const lines = Array.from({ length: step * count }, (_, n) => [
        `${day(n)},daily,10`,
        ...(n % step === 0 ? [`${day(n)},slow,70`] : []),
      ]);
      await expect(read(`date,shop,y\n${lines.flat().join("\n")}\n`, { series: ["shop"] })).rejects.toMatchObject({
        code: "unlike-steps",
        message: expect.stringContaining(`the series slow has a value at one step in ${step},`),
      });
    }),
    { numRuns },
  );
});

test("series that sell rarely are not refused because one of them sold at even distances", async () => {
  const sold = (seed: number) => Array.from({ length: 90 }, (_, n) => n).filter((n) => (n * seed + (n % 7)) % 11 < 3);
  const lines = [3, 5, 8].flatMap((seed) => sold(seed).map((n) => `${day(n)},s${seed},2`));
  const even = [10, 24, 38, 52, 66].map((n) => `${day(n)},even,2`);
  const { panel } = await read(`date,shop,y\n${[...lines, ...even].join("\n")}\n`, { series: ["shop"] });
  expect(panel.keys).toHaveLength(4);
});

test("the first step is left out if the data begin in the middle of it", async () => {
  // 2024-01-07 was a Sunday.
  const lines = Array.from({ length: 60 }, (_, n) => `${day(n + 6)},10`);
  const week = { frequency: { unit: "week", multiple: 1 }, aggregate: "sum" } as const;
  const { panel, warnings } = await read(`date,y\n${lines.join("\n")}\n`, week);
  expect(dates(panel.time)[0]).toBe("2024-01-08");
  expect(panel.target[0]).toBe(70);
  expect(warnings.map(({ message }) => message).join(" ")).toContain("The first week is not complete");
  const whole = await read(`date,y\n${lines.slice(1).join("\n")}\n`, week);
  expect(dates(whole.panel.time)[0]).toBe("2024-01-08");
  expect(whole.warnings.map(({ message }) => message).join(" ")).not.toContain("The first week");
});

test("a filled share above 5 % is a warning, a smaller one a notice", async () => {
  const gaps = (every: number) => daily(Array.from({ length: 100 }, (_, n) => (n % every === 3 && n < 95 ? "" : 5)));
  expect((await read(gaps(10))).warnings).toMatchObject([{ code: "gaps-filled", severity: "warning" }]);
  expect((await read(gaps(50))).warnings).toMatchObject([{ code: "gaps-filled", severity: "information" }]);
});
