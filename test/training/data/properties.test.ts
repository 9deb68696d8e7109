import fc from "fast-check";
import { expect, test } from "vitest";
import { addSteps, type Frequency } from "../../../daemon/forecasting/panel/frequency.ts";
import type { Panel } from "../../../daemon/forecasting/panel/panel.ts";
import type { DataRequest } from "../../../daemon/training/data/request.ts";
import { offsetAt } from "../../../daemon/training/data/time-zone.ts";
import { DataError } from "../../../protocol/errors.ts";
import { read } from "./sandbox.ts";

/**
 * Whatever way data are written, the panel is the one of the same data written plainly, or there is an error that names the trouble: never
 * another panel in silence.
 */

const dayMs = 86_400_000;

/**
 * Cases that a property is tried on: few and always the same, so that a pass means the same everywhere. PROPERTY_RUNS=60 tries more of them,
 * others each time.
 */
const wanted = process.env.PROPERTY_RUNS;
const runs = Number(wanted ?? 10);
if (wanted === undefined) fc.configureGlobal({ seed: 1 });

const start = Date.UTC(2023, 0, 2);

const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Rows of one series: times and values; a dropped one is a gap. */
interface Plain {
  readonly times: readonly number[];
  readonly values: readonly number[];
}

function csv(header: string, rows: readonly (readonly string[])[], delimiter: string): string {
  const quoted = (field: string) => (field.includes(delimiter) ? `"${field}"` : field);
  const lines = rows.map((row) => row.map(quoted).join(delimiter));
  return `${[header.replaceAll(",", delimiter), ...lines].join("\n")}\n`;
}

async function plainPanel({ times, values }: Plain, request: Partial<DataRequest> = {}): Promise<Panel> {
  const rows = times.map((time, i) => [iso(time), String(values[i])]);
  return (await read(csv("date,y", rows, ","), request)).panel;
}

/** Warnings that tell of a reading that was chosen of two. */
const guesses = ["number-format", "date-format"];

/** Compares with the plain panel; an error must be one of `allowed`, another panel must come with a warning. Returns whether the panel is the same. */
async function sameOrNamed(
  text: string,
  plain: Plain,
  allowed: readonly string[],
  request: Partial<DataRequest> = {},
): Promise<boolean> {
  const found = await read(text, request).catch((error: unknown) => error);
  if (found instanceof Error) {
    if (!(found instanceof DataError)) throw found;
    expect(allowed, `${found.message}\n${text.slice(0, 300)}`).toContain(found.code);
    return false;
  }
  // SAFETY: what is no error is a panel.
  const { panel, warnings } = found as Awaited<ReturnType<typeof read>>;
  const expected = await plainPanel(plain);
  const guess = warnings.some(({ code, severity }) => severity === "warning" && guesses.includes(code));
  if (guess && [...panel.target, ...panel.time].join() !== [...expected.target, ...expected.time].join()) return false;
  expect([...panel.time].map(iso), text.slice(0, 300)).toEqual([...expected.time].map(iso));
  expect([...panel.target]).toEqual([...expected.target]);
  return true;
}

/** Whole numbers or numbers with a fixed number of decimals. */
const series = fc.record({
  decimals: fc.integer({ min: 0, max: 3 }),
  size: fc.constantFrom(5, 900, 3000, 2_000_000),
  seed: fc.integer({ min: 1, max: 100_000 }),
  length: fc.integer({ min: 12, max: 50 }),
});

function valuesOf({
  decimals,
  size,
  seed,
  length,
}: {
  decimals: number;
  size: number;
  seed: number;
  length: number;
}): number[] {
  return Array.from({ length }, (_, i) => {
    const share = (((i + 1) * 7919 * seed) % 10_007) / 10_007;
    return Number((size * (0.3 + share)).toFixed(decimals));
  });
}

function written(value: number, decimals: number, decimal: string, thousands: string): string {
  const [whole, fraction] = value.toFixed(decimals).split(".") as [string, string | undefined];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thousands);
  return fraction === undefined ? grouped : `${grouped}${decimal}${fraction}`;
}

const locale = fc.constantFrom<readonly [string, string]>(
  ...([
    [".", ","],
    [",", "."],
    [".", ""],
    [",", ""],
    [",", " "],
    [".", "'"],
  ] as const),
);

test("numbers of any locale, delimiter and unit", async () => {
  let read = 0;
  const unit = fc.constantFrom("", "", "", "$#", "# €", "# kg");
  await fc.assert(
    fc.asyncProperty(
      series,
      locale,
      fc.constantFrom(",", ";", "\t", "|"),
      unit,
      async (shape, marks, delimiter, dress) => {
        const values = valuesOf(shape);
        const times = values.map((_, i) => start + i * dayMs);
        const number = (i: number) => written(values[i]!, shape.decimals, marks[0], marks[1]);
        const rows = times.map((time, i) => [iso(time), (dress || "#").replace("#", number(i))]);
        if (await sameOrNamed(csv("date,y", rows, delimiter), { times, values }, ["ambiguous-number"])) read++;
      },
    ),
    { numRuns: runs * 3 },
  );
  expect(read).toBeGreaterThan(runs);
});

test("with the decimal mark named, every locale is read", async () => {
  await fc.assert(
    fc.asyncProperty(series, locale, fc.constantFrom(";", "\t"), async (shape, [decimal, thousands], delimiter) => {
      const values = valuesOf(shape);
      const times = values.map((_, i) => start + i * dayMs);
      const rows = times.map((time, i) => [iso(time), written(values[i]!, shape.decimals, decimal, thousands)]);
      const format = { decimal: decimal as "." | "," };
      expect(await sameOrNamed(csv("date,y", rows, delimiter), { times, values }, [], { format })).toBe(true);
    }),
    { numRuns: runs },
  );
});

const zones = fc.constantFrom(
  ...["Europe/Berlin", "America/New_York", "Europe/London", "Australia/Sydney", "America/Los_Angeles"],
  ...["Asia/Kolkata", "America/Sao_Paulo", "Africa/Lagos", "Pacific/Auckland", "Asia/Tokyo"],
);

/** The instant at which a day begins in a zone. */
function midnight(zone: string, day: number): number {
  const guess = day - offsetAt(zone, day);
  return day - offsetAt(zone, guess);
}

test("local days and months written as UTC instants", async () => {
  let read = 0;
  const steps = fc.constantFrom<Frequency>(
    { unit: "day", multiple: 1 },
    { unit: "week", multiple: 1 },
    { unit: "month", multiple: 1 },
  );
  const suffix = fc.constantFrom("Z", ".000Z", "+00:00");
  await fc.assert(
    fc.asyncProperty(
      zones,
      steps,
      suffix,
      fc.integer({ min: 0, max: 400 }),
      fc.boolean(),
      async (zone, step, end, shift, named) => {
        const first = step.unit === "month" ? Date.UTC(2020, shift % 12, 1) : start + shift * dayMs;
        const length = step.unit === "day" ? 400 : 60;
        const times = Array.from({ length }, (_, i) => addSteps(first, step, i));
        const values = times.map((_, i) => i % 17);
        const rows = times.map((time, i) => {
          return [new Date(midnight(zone, time)).toISOString().slice(0, 19) + end, String(values[i])];
        });
        const request = named ? { timezone: zone } : {};
        const text = csv("date,y", rows, ",");
        const found = await readOrWarned(text, request);
        const expected = await plainPanel({ times, values });
        const right = [...found.panel.time].map(iso).join() === [...expected.time].map(iso).join();
        if (named) expect(right, text.slice(0, 100)).toBe(true);
        // A zone without summer time cannot be told from its clock alone: then days are of UTC, and that is said.
        else if (!right) expect(found.codes).toContain("days-of-utc");
        if (right) read++;
      },
    ),
    { numRuns: runs },
  );
  expect(read).toBeGreaterThan(runs / 2);
});

async function readOrWarned(text: string, request: Partial<DataRequest>): Promise<{ panel: Panel; codes: string[] }> {
  const { panel, warnings } = await read(text, request);
  return { panel, codes: warnings.map(({ code }) => code) };
}

const two = (value: number): string => String(value).padStart(2, "0");

const dateForms: Readonly<Record<string, (date: Date) => string>> = {
  "DD/MM/YYYY": (d) => `${two(d.getUTCDate())}/${two(d.getUTCMonth() + 1)}/${d.getUTCFullYear()}`,
  "MM/DD/YYYY": (d) => `${two(d.getUTCMonth() + 1)}/${two(d.getUTCDate())}/${d.getUTCFullYear()}`,
  "D-M-YYYY": (d) => `${d.getUTCDate()}-${d.getUTCMonth() + 1}-${d.getUTCFullYear()}`,
  "DD.MM.YYYY": (d) => `${two(d.getUTCDate())}.${two(d.getUTCMonth() + 1)}.${d.getUTCFullYear()}`,
  YYYYMMDD: (d) => `${d.getUTCFullYear()}${two(d.getUTCMonth() + 1)}${two(d.getUTCDate())}`,
};

test("dates in any form, of any stretch, with gaps", async () => {
  const form = fc.constantFrom(...Object.keys(dateForms));
  const named = fc.boolean();
  const shape = fc.record({
    from: fc.integer({ min: 0, max: 700 }),
    length: fc.integer({ min: 5, max: 40 }),
    gap: fc.integer({ min: 3, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(form, named, shape, async (pattern, declared, { from, length, gap }) => {
      const kept = Array.from({ length }, (_, i) => i).filter((i) => i < 3 || i % gap !== 0);
      const times = kept.map((i) => start + (from + i) * dayMs);
      const values = kept.map((i) => i % 11);
      const rows = times.map((time, i) => [dateForms[pattern]!(new Date(time)), String(values[i])]);
      const request = declared ? { format: { date: pattern } } : {};
      const allowed = declared ? [] : ["ambiguous-date"];
      await sameOrNamed(csv("date,y", rows, ","), { times, values }, allowed, request);
    }),
    { numRuns: runs * 2 },
  );
});

const id = fc.oneof(
  ...[fc.constantFrom("007", "7", "00123", "1999", "Y", "N", "2023-11", "true", "1e3", "1,5", "NaN-1", "0x10")],
  fc.stringMatching(/^[0-9]{16,19}$/),
  fc.stringMatching(/^0[0-9]{2,6}$/),
  fc.stringMatching(/^[A-Z]{1,3}-?[0-9]{1,3}$/),
);

test("ids stay the texts they are, with a query or without", async () => {
  const queries = fc.constantFrom(
    undefined,
    "SELECT * FROM source",
    "SELECT date, store, y FROM source WHERE y >= 0",
    "SELECT date, s.store AS store, sum(y) AS y FROM source s GROUP BY ALL",
    "WITH a AS (SELECT date AS d, store AS shop, y FROM source) SELECT d AS date, shop AS store, y FROM a",
  );
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(id, { minLength: 1, maxLength: 5 }), queries, async (ids, query) => {
      const rows = ids.flatMap((key) => [0, 1, 2].map((day) => [iso(start + day * dayMs), key, String(day)]));
      const { panel } = await read(csv("date,store,y", rows, ","), {
        series: ["store"],
        ...(query === undefined ? {} : { query }),
      });
      expect(panel.keys.map(([key]) => key).sort()).toEqual([...ids].sort());
    }),
    { numRuns: runs * 2 },
  );
});

test("titles, comments and sep= above the header", async () => {
  const above = fc.array(
    fc.constantFrom("Report of sales", "", "# exported 2024-07-20", "Printed by: somebody", "# unit: pieces"),
    { maxLength: 5 },
  );
  await fc.assert(
    fc.asyncProperty(above, fc.constantFrom(",", ";", "\t"), fc.boolean(), async (lines, delimiter, separator) => {
      const times = Array.from({ length: 20 }, (_, i) => start + i * dayMs);
      const values = times.map((_, i) => 10 + (i % 7));
      const table = csv(
        "date,y",
        times.map((time, i) => [iso(time), String(values[i])]),
        delimiter,
      );
      const head = [...(separator && delimiter !== "\t" ? [`sep=${delimiter}`] : []), ...lines];
      const text = head.length === 0 ? table : `${head.join("\n")}\n${table}`;
      expect(await sameOrNamed(text, { times, values }, [])).toBe(true);
    }),
    { numRuns: runs },
  );
});

test("other calendars go on in the window", async () => {
  const frequencies = fc.constantFrom<Frequency>(
    ...[
      [4, 4, 5],
      [4, 5, 4],
    ].map((weeks): Frequency => ({ unit: "month", multiple: 1, rule: { kind: "weeks", weeks, anchor: 18_259 } })),
    { unit: "business day", multiple: 1, rule: { kind: "weekdays", days: [0, 1, 2, 3, 6] } },
    ...[1, -1].map((nth): Frequency => ({ unit: "month", multiple: 1, rule: { kind: "month day", nth } })),
    ...[1, 3, -1].map((nth): Frequency => {
      return { unit: "month", multiple: 1, rule: { kind: "month day", nth, weekday: nth + 1 } };
    }),
  );
  await fc.assert(
    fc.asyncProperty(frequencies, fc.integer({ min: 0, max: 30 }), async (frequency, shift) => {
      const first = addSteps(Date.UTC(2020, 0, 1), frequency, shift);
      const times = Array.from({ length: 40 }, (_, i) => addSteps(first, frequency, i));
      const rows = times.slice(0, 36).map((time, i) => [iso(time), String(i)]);
      const { panel } = await read(csv("date,y", rows, ","), { futureSteps: 4 });
      expect([...panel.time].map(iso)).toEqual(times.map(iso));
    }),
    { numRuns: runs },
  );
});
