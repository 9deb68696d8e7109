import type { ScalingSpec } from "../../features/scaling.ts";
import { longestPast } from "../../features/series-view.ts";
import type { Panel } from "../../panel/panel.ts";
import type { BoostingOptions } from "./options.ts";

/**
 * How targets are scaled: differences from the recent level in units of the usual seasonal change, unless the options say
 * otherwise; losses of counts need plain ratios. A small trial of every centre on held-out data was no better guide than
 * always taking the level.
 */
export function scalingOf(panel: Panel, options: BoostingOptions, seasons: readonly number[]): ScalingSpec {
  const longest = longestPast(panel);
  const fitting = seasons.filter((length) => longest >= 3 * length);
  const counts = options.objective === "poisson" || options.objective === "tweedie";
  return {
    centre: counts ? "none" : options.centre,
    unit: counts ? "size" : options.unit,
    window: Math.max(fitting[0] ?? 1, 4),
    season: fitting.at(-1) ?? 1,
  };
}
