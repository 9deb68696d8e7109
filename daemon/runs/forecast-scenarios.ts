import type { Problem } from "../../protocol/errors.ts";
import type { Scenario } from "../../protocol/experiment/schema.ts";
import type { Panel } from "../data/panel.ts";
import { writeSnapshot } from "../data/snapshot.ts";
import type { Forecast } from "../models/forecast.ts";
import { keepLevels } from "../models/levels.ts";
import type { FitSurroundings } from "./fit-candidate.ts";
import { forecastWith } from "./forecast-with.ts";
import type { ModelManifest } from "./model-manifest.ts";
import { type ReportScenario, reportScenario, scenarioPanel } from "./scenarios.ts";

/** A trained model and what it forecasts without any change. */
export interface TrainedModel {
  readonly manifest: ModelManifest;
  readonly directory: string;
  readonly forecast: Forecast;
}

/** Forecasts every scenario with the trained model; snapshots of the changed panels are written into `work`. */
export async function forecastScenarios(
  scenarios: readonly Scenario[],
  { manifest, directory, forecast }: TrainedModel,
  panel: Panel,
  work: string,
  { pool, settings }: FitSurroundings,
  signal: AbortSignal,
): Promise<{ reports: ReportScenario[]; warnings: Problem[] }> {
  const reports: ReportScenario[] = [];
  const warnings: Problem[] = [];
  const base = keepLevels(forecast, settings.levels);
  for (const scenario of scenarios) {
    const changed = scenarioPanel(panel, scenario);
    const snapshot = await writeSnapshot(changed.panel, work);
    const after = keepLevels(await forecastWith(manifest, directory, snapshot, pool, signal), settings.levels);
    reports.push(reportScenario(scenario, base, after, changed.warnings));
    warnings.push(...changed.warnings);
  }
  return { reports, warnings };
}
