import type { RunExplanation } from "../../forecasting/explain/run-explanation.ts";
import { seriesCount } from "../../forecasting/panel/panel.ts";
import { explanationsCut, permutationCut } from "./budget-problems.ts";
import { explainForecast, mostExplained } from "./explain-forecast.ts";
import type { FinalForecast } from "./fit-winner.ts";
import { permutationImportance } from "./permutation.ts";
import type { RunContext } from "./run-context.ts";
import { secondsBefore } from "./seconds-left.ts";

/** Seconds that the explanations of a few series have even if the budget is used up. */
const leastExplanationSeconds = 0.5;

/** Samples of each explanation if the experiment names no number. */
const usualSamples = 128;

/**
 * Explains the published forecast as far as the time suffices, and measures permutation importance if the experiment
 * asks for it. Undefined if the experiment asks for no explanation, or if there is none.
 */
export async function explainRun(context: RunContext, final: FinalForecast): Promise<RunExplanation | undefined> {
  const { explain } = context.file.experiment;
  if (explain === false) return undefined;
  context.log.progress("explain", 0.9);
  const { samples, permutation: repeats } = explain === true ? { samples: usualSamples, permutation: 0 } : explain;
  const explanation = await explainInTime(context, final, samples);
  if (explanation === undefined || repeats === 0) return explanation;
  const { metric } = context.settings;
  const seconds = secondsBefore(context, "scenarios", "output");
  const permutation = await permutationImportance(context, final.winner, { metric, repeats, seconds });
  if (permutation === undefined) context.log.warn(permutationCut(context.log.budgetSeconds, repeats));
  return { ...explanation, permutation: permutation ?? [] };
}

async function explainInTime(
  context: RunContext,
  final: FinalForecast,
  samples: number,
): Promise<RunExplanation | undefined> {
  const { log, time, panel } = context;
  const found = await explainForecast(context, final, {
    samples,
    seconds: secondsBefore(context, "permutation", "scenarios", "output"),
    first: Math.max(leastExplanationSeconds, time.explanations),
  });
  const explanation = found === "late" ? undefined : found;
  const explained = explanation?.attribution.series.length ?? 0;
  const wanted = Math.min(seriesCount(panel), mostExplained);
  if (found !== undefined && explained < wanted) log.warn(explanationsCut(log.budgetSeconds, explained, wanted));
  for (const { candidate } of explanation?.silent ?? []) {
    log.warn({
      severity: "information",
      code: "member-not-explained",
      message: `${candidate.title} cannot explain itself: its share of the forecast is spread over the other members' factors.`,
    });
  }
  return explanation;
}
