import { fallbackWinner } from "../../forecasting/ensemble/fallback-winner.ts";
import type { Contender, Winner } from "../../forecasting/ensemble/winner.ts";
import { fillMissingForecasts } from "../../forecasting/explain/fill-missing.ts";
import { publishForecast } from "../../forecasting/models/publish-forecast.ts";
import { seriesCount } from "../../forecasting/panel/panel.ts";
import { memberFailed } from "./budget-problems.ts";
import { fitInTime } from "./fit-in-time.ts";
import { type FinalForecast, fitWinner } from "./fit-winner.ts";
import { growthOf } from "./judged-share.ts";
import type { RunContext } from "./run-context.ts";
import { finalSeconds } from "./seconds-left.ts";

/**
 * Fits the winner on all data and forecasts the future. If it cannot be fitted, or not in time, another contender makes
 * the forecast. Reports everything that differs from what was chosen.
 */
export async function fitRun(
  context: RunContext,
  { winner, contenders }: { readonly winner: Winner; readonly contenders: readonly Contender[] },
): Promise<FinalForecast> {
  const { panel, settings, signal, log } = context;
  const { final, warnings } = await fitInTime(winner, contenders, {
    fit: (next, seconds) =>
      fitWinner(context, next, {
        seconds,
        signal,
        onProgress: (member, fraction, loss) => log.taskProgress(member, "final")(fraction, loss),
      }),
    left: () => finalSeconds(context),
    growth: growthOf(context),
    signal,
    lastResort: fallbackWinner("auto", settings.fit.levels, seriesCount(panel), 0),
  });
  for (const problem of warnings) log.warn(problem);
  for (const message of final.warnings) log.warn({ severity: "warning", code: "training", message });
  for (const { candidate, reason, late } of final.failures) log.warn(memberFailed(candidate.title, reason, late));
  const missing = fillMissingForecasts(panel, final.forecast);
  if (missing > 0) {
    log.warn({
      severity: "warning",
      code: "series-without-model",
      message: `${missing} series could not be forecast by the winner; their mean stands in.`,
    });
  }
  return { ...final, forecast: publishForecast(final.forecast, settings.fit.bounds, settings.fit.seed) };
}
