import type { Breakdown } from "../charts/waterfall.ts";
import { capital, formatNumber, formatPercent, joinWords } from "../shared/format.ts";

/** One forecast in words: made from its contributions alone. */
export function explainInWords(breakdown: Breakdown, when: string, target: string): string {
  const prediction = breakdown.baseline + breakdown.contributions.reduce((sum, value) => sum + value, 0);
  const ranked = breakdown.factors
    .map((factor, index) => ({ factor, value: breakdown.contributions[index] ?? 0 }))
    .filter(({ value }) => value !== 0)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const opening = `For ${when} the forecast of ${target} is ${formatNumber(prediction)}, `;
  if (ranked.length === 0)
    return `${opening}the same as the baseline of ${formatNumber(breakdown.baseline)}: no factor moves it.`;
  const difference = prediction - breakdown.baseline;
  const against = `${formatNumber(Math.abs(difference), 3)} ${difference >= 0 ? "above" : "below"} the baseline of ${formatNumber(breakdown.baseline)}.`;
  const up = ranked.filter(({ value }) => value > 0);
  const down = ranked.filter(({ value }) => value < 0);
  return [
    opening + against,
    side(up, "raise it most", "raises it most"),
    side(down, "lower it most", "lowers it most"),
    leader(ranked),
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

function side(ranked: readonly { factor: string; value: number }[], many: string, one: string): string {
  if (ranked.length === 0) return "";
  const top = ranked.slice(0, 3);
  const list = top.map(
    ({ factor, value }) => `${factor} (${value > 0 ? "+" : "−"}${formatNumber(Math.abs(value), 3)})`,
  );
  const words = joinWords(list);
  return `${capital(words)} ${top.length === 1 ? one : many}.`;
}

function leader(ranked: readonly { factor: string; value: number }[]): string {
  const total = ranked.reduce((sum, { value }) => sum + Math.abs(value), 0);
  const share = Math.abs(ranked[0]!.value) / total;
  return share < 0.4 || ranked.length < 3
    ? ""
    : `${formatPercent(share, 0)} of all movement is ${ranked[0]!.factor} alone.`;
}
