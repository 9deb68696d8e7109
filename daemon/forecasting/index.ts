/**
 * Forecasting without the daemon: series in; forecasts, backtests and explanations out. Experimental: names may change
 * between minor versions.
 */
import { forecasters } from "./models/registry.ts";

export { type BacktestResult, backtest } from "./library/backtest.ts";
export { type PanelSettings, panelOf, type Series, type Values } from "./library/series.ts";
export type { TrainingSettings } from "./library/settings.ts";
export {
  type Explanation,
  type ModelSettings,
  type SeriesForecast,
  TrainedModel,
  train,
} from "./library/trained-model.ts";
export type { SavedForecaster } from "./models/forecaster.ts";
export type { Frequency, FrequencyUnit } from "./panel/frequency.ts";
export type { Panel } from "./panel/panel.ts";

/** Names of all models, the fast ones first. */
export const models: readonly string[] = forecasters.map(({ name }) => name);
