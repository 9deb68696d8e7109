import { type Covariate, type Panel, rowsOf, seriesCount } from "../panel/panel.ts";
import { OrderedMeans } from "./encoding.ts";
import type { FeaturePlan } from "./plan.ts";
import { scalerOf } from "./scaling.ts";
import { viewOf } from "./series-view.ts";

/** Under this name a column's encodings hold the mean of all texts, for one that was never seen. */
export const anyText = "\u0000any";

/** Deviations beyond so many scales count as so many: a wild value must not rule its text. */
const widest = 10;

/** Texts of the past of a column, NaN codes left out. */
export function textsSeen(panel: Panel, { values, categories = [] }: Covariate): Set<string> {
  const seen = new Set<string>();
  for (let series = 0; series < seriesCount(panel); series++) {
    const { start, pastEnd } = rowsOf(panel, series);
    for (let row = start; row < pastEnd; row++) {
      const text = categories[values[row]!];
      if (text !== undefined) seen.add(text);
    }
  }
  return seen;
}

/**
 * Scaled target one step ahead by the text of a row: of the very step for a known column (`target`), of the step before for an
 * observed one (`origin`). A mean at a moment holds only targets up to it, so that a row whose origin it is sees nothing later.
 */
export function rowTextMeans(
  panel: Panel,
  covariate: Covariate,
  at: "target" | "origin",
  { scaling, fallbackScale }: Pick<FeaturePlan, "scaling" | "fallbackScale">,
): OrderedMeans {
  const means = new OrderedMeans();
  const { values, categories = [] } = covariate;
  for (let series = 0; series < seriesCount(panel); series++) {
    const view = viewOf(panel, series);
    const scaler = scalerOf(view, scaling, fallbackScale);
    const { start } = rowsOf(panel, series);
    // Before its first value other than zero a series has no scale.
    const first = view.target.findIndex((value) => value !== 0 && !Number.isNaN(value));
    for (let target = Math.max(first, 0) + 1; first >= 0 && target < view.past; target++) {
      const text = categories[values[start + (at === "target" ? target : target - 1)]!];
      const scaled = (view.target[target]! - scaler.centre(target - 1, target)) / scaler.scale(target - 1);
      if (text === undefined || Number.isNaN(scaled)) continue;
      means.add(text, view.time[target]!, Math.max(-widest, Math.min(widest, scaled)));
    }
  }
  return means.finish();
}

/** Final means of every text, and that of all of them. */
export function finalMeans(means: OrderedMeans): Record<string, number> {
  const all = means.at(anyText, Number.POSITIVE_INFINITY);
  return { ...means.final(), ...(Number.isNaN(all) ? {} : { [anyText]: all }) };
}
