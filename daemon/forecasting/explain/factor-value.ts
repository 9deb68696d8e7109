import type { Attribution } from "../models/forecaster.ts";
import type { Panel } from "../panel/panel.ts";

/** The value a factor has at a forecast step: that of a numeric known or static covariate, NaN otherwise. */
export function factorValue(panel: Panel, attribution: Attribution, factor: string, row: number, step: number): number {
  const series = attribution.series[row]!;
  const known = panel.known.find(({ name }) => name === factor);
  if (known !== undefined) {
    if (known.categories !== undefined) return Number.NaN;
    const gap = panel.futureSteps - attribution.horizon;
    return known.values[panel.offsets[series]! + panel.history[series]! + gap + step]!;
  }
  const fixed = panel.static.find(({ name }) => name === factor);
  return fixed === undefined || fixed.categories !== undefined ? Number.NaN : fixed.values[series]!;
}
