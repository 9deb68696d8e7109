import type { Totals } from "../../protocol/report.ts";

/** What a forecast adds up to, beside what was before, in one line. */
export function totalsLine({ forecast, recent, yearAgo, bias }: Totals): string {
  const beside = [
    ...(recent === null || recent === yearAgo ? [] : [`${amount(recent)} over as many steps before`]),
    ...(yearAgo === null ? [] : [`${amount(yearAgo)} a year before`]),
  ];
  const trust = bias === null ? "" : ` Backtest totals: ${bias < 0 ? "−" : "+"}${Math.abs(bias).toFixed(1)} %.`;
  return `Total forecast: ${amount(forecast)}${beside.length === 0 ? "" : ` (${beside.join(", ")})`}.${trust}`;
}

function amount(value: number): string {
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString("en")
    : value.toLocaleString("en", { maximumSignificantDigits: 4 });
}
