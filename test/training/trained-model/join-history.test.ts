import fc from "fast-check";
import { expect, test } from "vitest";
import { type Panel, pastOf } from "../../../daemon/forecasting/panel/panel.ts";
import { panelTail } from "../../../daemon/forecasting/panel/panel-tail.ts";
import { joinHistory, storedHistory } from "../../../daemon/training/trained-model/join-history.ts";
import { daily, read } from "../data/sandbox.ts";

const day = (number: number): string => new Date(Date.UTC(2024, 0, 1 + number)).toISOString().slice(0, 10);

/** Days `from` to before `to` of two shops, with a price and a kind of day, and a window of two days. */
async function shops(from: number, to: number, change = 0): Promise<Panel> {
  const lines = Array.from({ length: to + 2 - from }, (_, index) => from + index).flatMap((n) =>
    ["007", "7"].map((shop) => {
      const y = n < to ? 100 + 10 * (n % 7) + (shop === "7" ? 500 : 0) + change : "";
      return `${day(n)},${shop},${y},${2 + (n % 3)},${["plain", "market", "fair"][n % 3]}`;
    }),
  );
  const csv = `date,shop,y,price,kind\n${lines.join("\n")}\n`;
  return (await read(csv, { series: ["shop"], known: ["price"], observed: ["kind"] })).panel;
}

test("fresh rows behind what is remembered are the whole history, wherever they begin", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 20, max: 60 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      async (length, back, ahead) => {
        const stored = storedHistory(panelTail(await shops(0, length), 1_500));
        const fresh = await shops(length - back, length + ahead);
        const { panel, warnings } = joinHistory(stored, fresh, 7);
        const whole = await shops(0, length + ahead);
        expect([...panel.time]).toEqual([...whole.time]);
        expect([...panel.target]).toEqual([...whole.target]);
        expect([...panel.known[0]!.values]).toEqual([...whole.known[0]!.values]);
        const texts = ({ observed, ...rest }: Panel) =>
          rest.keys.flatMap((_, series) =>
            Array.from(pastOf(rest as Panel, observed[0]!.values, series), (code) => observed[0]!.categories![code]),
          );
        expect(texts(panel)).toEqual(texts(whole));
        expect(warnings.map(({ code }) => code)).toEqual(["history-joined"]);
        expect(warnings[0]!.message).toContain(`of ${2 * back} values that both have, 0 differ`);
      },
    ),
    { numRuns: 30 },
  );
});

test("of rows that both have, the fresh one holds, and those that differ are counted", async () => {
  const { panel, warnings } = joinHistory(
    storedHistory(panelTail(await shops(0, 30), 1_500)),
    await shops(20, 40, 1),
    7,
  );
  expect(pastOf(panel, panel.target, 0)[19]).toBe(100 + 10 * (19 % 7));
  expect(pastOf(panel, panel.target, 0)[20]).toBe(101 + 10 * (20 % 7));
  expect(warnings[0]!.message).toContain("of 20 values that both have, 20 differ");
});

test("a gap between the two repeats the last season, and that is said", async () => {
  const { panel, warnings } = joinHistory(storedHistory(panelTail(await shops(0, 30), 1_500)), await shops(40, 41), 7);
  const past = pastOf(panel, panel.target, 0);
  expect([...past]).toEqual(Array.from({ length: 41 }, (_, n) => 100 + 10 * (n % 7)));
  expect(warnings.map(({ code }) => code)).toEqual(["history-joined", "history-gap"]);
  expect(warnings[1]!.message).toMatch(/^20 steps/);
});

test("a longer fresh history, or that of another series, stays as it is", async () => {
  const fresh = await shops(0, 40);
  expect(joinHistory(storedHistory(panelTail(fresh, 10)), fresh, 7)).toEqual({ panel: fresh, warnings: [] });
  const { panel: other } = await read(daily([1, 2, 3]));
  expect(joinHistory(storedHistory(panelTail(fresh, 10)), other, 7).panel).toBe(other);
});

test("a model remembers the newest rows of each series, without a window", async () => {
  const tail = panelTail(await shops(0, 30), 5);
  expect([...tail.history]).toEqual([5, 5]);
  expect([...tail.target.subarray(0, 5)]).toEqual([25, 26, 27, 28, 29].map((n) => 100 + 10 * (n % 7)));
  expect(tail.futureSteps).toBe(0);
});
