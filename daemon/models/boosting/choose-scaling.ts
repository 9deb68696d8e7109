import type { Panel } from "../../data/panel.ts";
import { buildDataset, type DatasetRequest, pickRows } from "../../features/dataset.ts";
import type { ScalingSpec } from "../../features/scaling.ts";
import type { FitContext } from "../forecaster.ts";
import { type BoostOptions, boost } from "./boost.ts";
import type { BoostingOptions } from "./options.ts";

/** Size of the trial models: enough to tell a good centre from a bad one. */
const trial = { rows: 12_000, rounds: 50, learningRate: 0.15, leaves: 12, maxBins: 64 };
/** Held-out rows below which a trial says nothing. */
const fewestRows = 50;
/** A candidate replaces the best one so far when its error is below this share of that one's. */
const margin = 0.96;
/** Share of the time left that the trials may take together. */
const timeShare = 0.2;

/** Ways to centre that suit a panel and the options, the plain recent level first. */
export function scalingCandidates(panel: Panel, options: BoostingOptions, seasons: readonly number[]): ScalingSpec[] {
  const longest = Math.max(0, ...panel.history);
  const fitting = seasons.filter((length) => longest >= 3 * length);
  const season = fitting.at(-1) ?? 1;
  const main = Math.max(fitting[0] ?? 1, 4);
  const counts = ["poisson", "tweedie"].includes(options.objective);
  const unit = options.unit === "auto" ? (counts ? "size" : "change") : options.unit;
  const centre = options.centre === "auto" && counts ? "none" : options.centre;
  const level: ScalingSpec = { centre: "level", unit, window: main, season };
  const all: ScalingSpec[] = [
    level,
    ...(season > main ? [{ ...level, window: season }] : []),
    ...(season > 1 ? [{ ...level, centre: "season" } as const] : []),
    { ...level, centre: "none" },
  ];
  if (centre === "auto") return all;
  return [all.find((spec) => spec.centre === centre) ?? { ...level, centre }];
}

/**
 * The candidate whose small trial model errs least on later data. All candidates divide by the same scale, so that their
 * errors compare. Falls back to the first one where time or data do not suffice.
 */
export async function chooseScaling(
  panel: Panel,
  candidates: readonly ScalingSpec[],
  request: Omit<DatasetRequest, "scaling" | "limit">,
  settings: (width: number) => BoostOptions,
  context: FitContext,
): Promise<ScalingSpec> {
  const deadline = performance.now() + timeShare * (context.deadline - performance.now());
  let best = candidates[0]!;
  let smallest = Number.POSITIVE_INFINITY;
  for (const scaling of candidates.length > 1 ? candidates : []) {
    if (performance.now() > deadline) break;
    const { matrix, train, valid } = await buildDataset(panel, { ...request, scaling, limit: trial.rows });
    if (train.length < fewestRows || valid.length < fewestRows) break;
    const [learnt, later] = [pickRows(matrix, train), pickRows(matrix, valid)];
    const { loss } = await boost(
      { table: learnt, target: learnt.target },
      { table: later, target: later.target },
      { ...settings(matrix.columns.length), ...trial, patience: 15 },
      { signal: context.signal, deadline },
    );
    // The first one stays unless another is clearly better: trials are noisy.
    if (loss < margin * smallest) {
      smallest = loss;
      best = scaling;
    }
  }
  return best;
}
