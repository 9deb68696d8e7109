import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calendarDay, firstOfMonth } from "../../../daemon/forecasting/panel/calendar-day.ts";
import {
  addSteps,
  type Frequency,
  frequencyName,
  frequencyUnits,
  type StepRule,
} from "../../../daemon/forecasting/panel/frequency.ts";
import { floorToStep, inferFrequency, stepsBetween } from "../../../daemon/training/data/infer-frequency.ts";
import { parseFrequency, stepsIn } from "../../../daemon/training/data/parse-frequency.ts";
import { plainRequest, read } from "../../training/data/sandbox.ts";

describe("reading a frequency", () => {
  test.for([
    ["day", { unit: "day", multiple: 1 }],
    ["15 minutes", { unit: "minute", multiple: 15 }],
    ["business day", { unit: "business day", multiple: 1 }],
    ["2 Business  Days", { unit: "business day", multiple: 2 }],
    ["quarterly", { unit: "quarter", multiple: 1 }],
    ["30min", { unit: "minute", multiple: 30 }],
    ["4 weeks", { unit: "week", multiple: 4 }],
  ] as const)("%s", ([text, expected]) => {
    expect(parseFrequency(text)).toEqual(expected);
  });

  test.for(["", "fortnight", "0 days", "-1 day", "1.5 hours", "day day", "constructor"])("%o is none", (text) => {
    expect(parseFrequency(text)).toBeUndefined();
  });

  test("every name that is written can be read", () => {
    for (const unit of frequencyUnits) {
      for (const multiple of [1, 3])
        expect(parseFrequency(frequencyName({ unit, multiple }))).toEqual({ unit, multiple });
    }
  });
});

describe("durations in steps", () => {
  test.for([
    ["4 weeks", "day", 28],
    ["1 day", "15 minutes", 96],
    ["2 years", "month", 24],
    ["1 year", "quarter", 4],
    ["2 weeks", "business day", 10],
    ["1 month", "day", undefined],
    ["1 day", "week", undefined],
  ] as const)("%s of %s", ([span, step, expected]) => {
    expect(stepsIn(parseFrequency(span)!, parseFrequency(step)!)).toBe(expected);
  });
});

const frequencies: fc.Arbitrary<Frequency> = fc.record({
  unit: fc.constantFrom(...frequencyUnits),
  multiple: fc.integer({ min: 1, max: 6 }),
});
const dayMs = 86_400_000;
/** A working day at the first to 28th of a month, so that every unit can start there. */
const starts = fc
  .tuple(fc.integer({ min: 1970, max: 2050 }), fc.integer({ min: 0, max: 11 }), fc.integer({ min: 1, max: 26 }))
  .map(([year, month, day]) => Date.UTC(year, month, day))
  .map((time) => time + [0, 0, 0, 0, 0, 2, 1][(new Date(time).getUTCDay() + 6) % 7]! * dayMs);

describe("steps", () => {
  test("counting back what was added", () => {
    fc.assert(
      fc.property(starts, frequencies, fc.integer({ min: -500, max: 500 }), (start, frequency, count) => {
        expect(stepsBetween(start, addSteps(start, frequency, count), frequency)).toBe(count);
      }),
    );
  });

  test("a moment within a step lies between its beginning and the next", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2e12 }), frequencies, (time, frequency) => {
        const floor = floorToStep(time, frequency);
        expect(floor).toBeLessThanOrEqual(time);
        expect(floorToStep(floor, frequency)).toBe(floor);
        if (frequency.unit !== "business day") expect(addSteps(floor, frequency, 1)).toBeGreaterThan(time);
      }),
    );
  });

  test("month ends count as whole months", () => {
    const frequency: Frequency = { unit: "month", multiple: 1, endOfMonth: true };
    expect(stepsBetween(Date.UTC(2024, 0, 31), Date.UTC(2024, 1, 29), frequency)).toBe(1);
    expect(stepsBetween(Date.UTC(2024, 1, 29), Date.UTC(2024, 2, 31), frequency)).toBe(1);
    expect(stepsBetween(Date.UTC(2024, 1, 29), Date.UTC(2024, 2, 29), frequency)).toBeUndefined();
  });
});

test("the step is found again in regular series with gaps", () => {
  const inferable = frequencies.filter(({ unit, multiple }) => unit !== "business day" || multiple === 1);
  fc.assert(
    fc.property(starts, inferable, fc.integer({ min: 0, max: 1000 }), (start, frequency, seed) => {
      // One step in ten is missing, never two neighbours of the first.
      const kept = Array.from({ length: 60 }, (_, i) => i).filter((i) => i < 12 || (i * 7 + seed) % 10 !== 0);
      const found = inferFrequency([Float64Array.from(kept, (i) => addSteps(start, frequency, i))]);
      expect("frequency" in found && stepName(found.frequency)).toBe(stepName(frequency));
    }),
  );
});

test("dates anywhere within their week or month are weekly and monthly data", () => {
  const monthly = Array.from({ length: 24 }, (_, i) => Date.UTC(2021, i, 20 + ((i * 5) % 4)));
  const reports = Array.from({ length: 30 }, (_, i) => Date.UTC(2022, 0, 3 + 7 * i + ((i * 5) % 4)));
  for (const [times, unit] of [
    [monthly, "month"],
    [reports, "week"],
  ] as const) {
    expect(inferFrequency([Float64Array.from(times)])).toEqual({ frequency: { unit, multiple: 1 }, within: true });
  }
});

test("the forecast of monthly data dated by working days has a row a month", async () => {
  const rows = ["2024-01-31,1", "2024-02-29,2", "2024-03-29,3", "2024-04-30,4", "2024-05-31,5", "2024-06-28,6"];
  const more = ["2024-07-31,7", "2024-08-30,8", "2024-09-30,9", "2024-10-31,10"];
  const { panel } = await read(`date,y\n${[...rows, ...more].join("\n")}\n`, plainRequest);
  expect(panel.frequency).toEqual({ unit: "month", multiple: 1, rule: { kind: "month day", nth: -1 } });
  expect(Array.from(panel.target.subarray(0, 10))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(new Date(panel.time[10]!).toISOString()).toBe("2024-11-29T00:00:00.000Z");
});

test.for<[string, StepRule]>([
  ["4-4-5 weeks", { kind: "weeks", weeks: [4, 4, 5], anchor: 18_259 }],
  ["4-5-4 weeks", { kind: "weeks", weeks: [4, 5, 4], anchor: 18_259 }],
  ["Sunday to Thursday", { kind: "weekdays", days: [0, 1, 2, 3, 6] }],
  ["last business day", { kind: "month day", nth: -1 }],
  ["first business day", { kind: "month day", nth: 1 }],
  ["third Friday", { kind: "month day", nth: 3, weekday: 4 }],
  ["last Friday", { kind: "month day", nth: -1, weekday: 4 }],
])("%s is found again, and goes on in the future", ([, rule]) => {
  const unit = rule.kind === "weekdays" ? "business day" : "month";
  const frequency: Frequency = { unit, multiple: 1, rule };
  const start = addSteps(Date.UTC(2020, 0, 20), frequency, 0);
  const times = Array.from({ length: 60 }, (_, i) => addSteps(start, frequency, i));
  const found = inferFrequency([Float64Array.from(times.slice(0, 40))]);
  if (!("frequency" in found)) throw new Error("no frequency");
  expect([found.frequency.unit, found.within]).toEqual([unit, undefined]);
  times.forEach((time, i) => {
    expect(addSteps(times[0]!, found.frequency, i)).toBe(time);
    expect(stepsBetween(times[0]!, time, found.frequency)).toBe(i);
  });
});

/** Seven days are a week, twelve months a year: the coarser name is the one found. */
function stepName({ unit, multiple }: Frequency): string {
  const [name, count] = { quarter: ["month", 3], year: ["month", 12], minute: ["second", 60], hour: ["second", 3600] }[
    unit as string
  ] ?? [unit, 1];
  return `${multiple * (count as number)} ${name}`;
}

test("every day from 1890 to 2110 has its month and day of the month", () => {
  for (let day = Date.UTC(1890, 0, 1) / dayMs; day < Date.UTC(2110, 0, 1) / dayMs; day++) {
    const date = new Date(day * dayMs);
    const { month, dayOfMonth } = calendarDay(day);
    if (month === date.getUTCFullYear() * 12 + date.getUTCMonth() && dayOfMonth === date.getUTCDate()) continue;
    throw new Error(`${date.toISOString()} is told as day ${dayOfMonth} of month ${month}.`);
  }
});

test("months and days of the calendar are those of Date, leap years and centuries included", () => {
  fc.assert(
    fc.property(fc.integer({ min: -800_000, max: 800_000 }), (day) => {
      const date = new Date(day * dayMs);
      const { month, dayOfMonth } = calendarDay(day);
      expect([month, dayOfMonth]).toEqual([date.getUTCFullYear() * 12 + date.getUTCMonth(), date.getUTCDate()]);
      expect(firstOfMonth(month)).toBe(day - dayOfMonth + 1);
    }),
  );
});
