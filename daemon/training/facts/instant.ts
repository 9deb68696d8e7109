import type { PanelFacts } from "../../../protocol/facts.ts";
import { meanOf, quantileOf } from "../../forecasting/models/forecast.ts";
import { seasonalNaive } from "../../forecasting/models/seasonal-naive.ts";
import { naturalSeasons } from "../../forecasting/panel/frequency.ts";
import { type Panel, pastOf, seriesCount } from "../../forecasting/panel/panel.ts";

/** Past values that are shown beside the forecast. */
const shownPast = 240;
const levels = [0.1, 0.5, 0.9];

/** A seasonal naive forecast of the first series, for the editor to show before any run; undefined without horizon. */
export async function instantForecast(panel: Panel, steps: number): Promise<PanelFacts["instant"]> {
  if (steps === 0 || seriesCount(panel) === 0) return undefined;
  const first = firstSeries(panel, steps);
  const common = {
    horizon: steps,
    gap: 0,
    levels,
    bounds: {},
    signal: new AbortController().signal,
    device: "cpu" as const,
    threads: 1,
  };
  const fitted = await seasonalNaive.fit(first, seasonalNaive.options.parse({}), {
    ...common,
    seasons: naturalSeasons(panel.frequency).filter((season) => first.history[0]! >= 2 * season),
    seed: 7,
    deadline: Number.POSITIVE_INFINITY,
    onProgress: () => {},
  });
  const forecast = await fitted.predict(first, common);
  return {
    series: [...panel.keys[0]!],
    model: seasonalNaive.name,
    history: [...pastOf(panel, panel.target, 0).subarray(-shownPast)].map((value) =>
      Number.isNaN(value) ? null : value,
    ),
    mean: [...meanOf(forecast, 0)],
    low: [...quantileOf(forecast, 0, 0)],
    high: [...quantileOf(forecast, 0, levels.length - 1)],
    level: 0.8,
  };
}

function firstSeries(panel: Panel, steps: number): Panel {
  const end = panel.offsets[1]!;
  return {
    frequency: panel.frequency,
    keyColumns: panel.keyColumns,
    keys: panel.keys.slice(0, 1),
    offsets: panel.offsets.slice(0, 2),
    history: panel.history.slice(0, 1),
    futureSteps: steps,
    time: panel.time.subarray(0, end),
    target: panel.target.subarray(0, end),
    known: [],
    observed: [],
    static: [],
  };
}
