import { expect, test } from "vitest";
import { supportWarnings } from "../../../daemon/forecasting/explain/what-if/support.ts";
import { panelOf } from "../../../daemon/forecasting/index.ts";

/** Two series with the given past prices and target, and a price to forecast at. */
function panelWith(pasts: readonly (readonly number[])[], planned: number) {
  const series = pasts.map((past, index) => ({
    name: `s${index}`,
    start: "2024-01-01",
    values: past.map(() => 1),
    known: { price: [...past, planned] },
  }));
  return panelOf(series, { frequency: "day", horizon: 1 });
}

const warningsFor = (pasts: readonly (readonly number[])[], series: readonly number[], price: number): string[] =>
  supportWarnings(
    panelWith(pasts, 5),
    series,
    panelWith(
      series.map((index) => pasts[index] ?? []),
      price,
    ),
  ).map(({ message }) => message);

test("a value that only other series had is named with the series' own range", () => {
  const pasts = [
    [4, 5, 6],
    [1, 2, 3],
  ];
  expect(warningsFor(pasts, [1], 6)).toEqual(["`price` goes to 6; the series only had 1 to 3."]);
  expect(warningsFor(pasts, [0], 6)).toEqual([]);
  expect(warningsFor(pasts, [1], 9)).toEqual(["`price` goes to 9, past the range 1 to 6 seen in training."]);
});

test("a series without history has no range of its own", () => {
  expect(warningsFor([[4, 5, 6], []], [1], 6)).toEqual(["`price` goes to 6; the series has no history."]);
});
