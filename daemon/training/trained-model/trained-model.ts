import { join } from "node:path";
import { weightAt } from "../../forecasting/ensemble/tilt.ts";
import { combineMembers } from "../../forecasting/ensemble/winner.ts";
import { combineAttributions, reconcile, type WeightedAttribution } from "../../forecasting/explain/attribution.ts";
import { fillMissingForecasts } from "../../forecasting/explain/fill-missing.ts";
import { applyBounds } from "../../forecasting/models/bounds.ts";
import { emptyForecast, type Forecast, forecastPart, placeForecast } from "../../forecasting/models/forecast.ts";
import type {
  Attribution,
  AttributionDetail,
  FittedForecaster,
  PredictContext,
} from "../../forecasting/models/forecaster.ts";
import { publishForecast } from "../../forecasting/models/publish-forecast.ts";
import { forecasterNamed } from "../../forecasting/models/registry.ts";
import { type Panel, seriesCount } from "../../forecasting/panel/panel.ts";
import { selectSeries } from "../../forecasting/panel/panel-at.ts";
import { loadModel } from "../workers/saved-model.ts";
import { type ModelManifest, readManifest } from "./model-manifest.ts";
import { TiltsByKey } from "./saved-tilts.ts";

type Bounds = PredictContext["bounds"];
type ManifestMember = ModelManifest["members"][number];

interface LoadedMember {
  readonly declared: ManifestMember;
  readonly fitted: FittedForecaster;
  /** Its forecasts do not depend on known covariates. */
  readonly still: boolean;
}

/** The model of a run held in memory: its members ready to forecast, and how the run combined and calibrated them. */
export class TrainedModel {
  readonly manifest: ModelManifest;
  readonly #members: readonly LoadedMember[];
  readonly #tilts: TiltsByKey;
  /** Forecasts of members that known covariates do not move, by member and series, where they may be kept. */
  readonly #kept: Map<string, Forecast> | undefined;

  private constructor(manifest: ModelManifest, members: readonly LoadedMember[], keep: boolean) {
    this.manifest = manifest;
    this.#members = members;
    this.#tilts = new TiltsByKey(manifest.tilts);
    this.#kept = keep ? new Map() : undefined;
  }

  /**
   * Loads the model of a run's folder, or of its `model` folder. With `sameHistory` every panel that it is asked about has the
   * same history, so that members which no known covariate moves are asked once a series.
   */
  static async load(directory: string, { sameHistory = false } = {}): Promise<TrainedModel> {
    const { manifest, directory: folder } = await readManifest(directory);
    const { device, threads } = manifest.settings;
    const members = await Promise.all(
      manifest.members.map(async (declared): Promise<LoadedMember> => {
        const fitted = await loadModel(join(folder, declared.folder));
        return {
          declared,
          fitted: (await fitted.open?.({ device, threads })) ?? fitted,
          still: !forecasterNamed(declared.model).capabilities.known && fitted.movedByKnown !== true,
        };
      }),
    );
    return new TrainedModel(manifest, members, sameHistory);
  }

  /** Names of the member models. */
  get models(): readonly string[] {
    return this.#members.map(({ declared }) => declared.model);
  }

  /** Forecasts every series of a panel: members combined, calibrated and bounded as in the run. */
  async forecast(panel: Panel, signal?: AbortSignal): Promise<Forecast> {
    return this.published(await this.#combined(panel, this.manifest.settings.bounds, signal));
  }

  /** The forecast without any rounding to whole numbers, so that small effects can be seen. */
  async unrounded(panel: Panel, signal?: AbortSignal): Promise<Forecast> {
    const { bounds } = this.manifest.settings;
    return applyBounds(await this.#combined(panel, bounds, signal), bounds);
  }

  /** A forecast within the bounds that the experiment sets, in whole numbers where it counts things. */
  published(forecast: Forecast): Forecast {
    const { bounds, seed } = this.manifest.settings;
    return publishForecast(forecast, bounds, seed);
  }

  /** Contributions to the forecasts of some series, adding up to them; undefined where no member can explain itself. */
  async explain(
    panel: Panel,
    forecast: Forecast,
    request: { readonly series: readonly number[]; readonly samples: number } & AttributionDetail,
    signal = new AbortController().signal,
  ): Promise<Attribution | undefined> {
    const { settings } = this.manifest;
    const tilts = this.#tilts.for(panel.keys);
    const speaking: WeightedAttribution[] = [];
    for (const [index, { fitted, declared }] of this.#members.entries()) {
      const ask = { ...settings, ...request, signal };
      const attribution = await fitted.attribute?.(panel, ask);
      if (attribution)
        speaking.push({ attribution, weight: weightAt({ weight: declared.weight, tilt: tilts[index] }) });
    }
    if (speaking.length === 0) return undefined;
    return reconcile(combineAttributions(speaking, this.manifest.middle), forecast, settings.bounds, request.level);
  }

  /** Lets go of what members hold open. */
  async close(): Promise<void> {
    await Promise.all(this.#members.map(({ fitted }) => fitted.close?.()));
  }

  async #combined(panel: Panel, bounds: Bounds, signal = new AbortController().signal): Promise<Forecast> {
    const context = { ...this.manifest.settings, bounds, signal };
    const tilts = this.#tilts.for(panel.keys);
    const parts = await Promise.all(
      this.#members.map(async (member, index) => {
        const { weight, point } = member.declared;
        const forecast = applyBounds(await this.#memberForecast(member, panel, context), bounds);
        return { member: { weight, point, tilt: tilts[index] }, forecast };
      }),
    );
    const combined = combineMembers(parts, this.manifest);
    fillMissingForecasts(panel, combined);
    return combined;
  }

  async #memberForecast(
    { fitted, declared, still }: LoadedMember,
    panel: Panel,
    context: PredictContext,
  ): Promise<Forecast> {
    const kept = this.#kept;
    if (!still || kept === undefined) return await fitted.predict(panel, context);
    const names = panel.keys.map((key) => JSON.stringify([declared.folder, key]));
    const fresh = names.flatMap((name, row) => (kept.has(name) || names.indexOf(name) !== row ? [] : [row]));
    if (fresh.length > 0) {
      const found = await fitted.predict(selectSeries(panel, Int32Array.from(fresh)), context);
      for (const [index, row] of fresh.entries()) kept.set(names[row]!, forecastPart(found, index, 1));
    }
    const { horizon, levels } = context;
    const forecast = emptyForecast(seriesCount(panel), horizon, levels);
    names.forEach((name, row) => {
      placeForecast(kept.get(name)!, forecast, row);
    });
    return forecast;
  }
}
