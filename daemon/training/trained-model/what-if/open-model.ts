import { resolve } from "node:path";
import { DataError, type Problem } from "../../../../protocol/errors.ts";
import type { ExplainAnswer, ExplainQuestion } from "../../../../protocol/what-if.ts";
import { seekGoal } from "../../../forecasting/explain/what-if/goal.ts";
import { seekOptimum } from "../../../forecasting/explain/what-if/optimum.ts";
import { WhatIfSession } from "../../../forecasting/explain/what-if/session.ts";
import { keepLevels } from "../../../forecasting/models/levels.ts";
import { type Panel, seriesCount } from "../../../forecasting/panel/panel.ts";
import { selectSeries } from "../../../forecasting/panel/panel-at.ts";
import { loadPanel } from "../../data/load.ts";
import { parseFrequency } from "../../data/parse-frequency.ts";
import { timeText } from "../../data/time-text.ts";
import { dataRequest } from "../../experiment/data-request.ts";
import { TrainedModel } from "../trained-model.ts";
import type { WhatIfInput, WhatIfNames, WhatIfOutput } from "./messages.ts";

/** The model of a run with the data of its experiment in memory, for one question after the other. */
export class OpenModel {
  readonly #model: TrainedModel;
  readonly #panel: Panel;
  readonly #session: WhatIfSession;

  private constructor(model: TrainedModel, panel: Panel, warnings: readonly Problem[]) {
    this.#model = model;
    this.#panel = panel;
    const { experiment, settings } = model.manifest;
    this.#session = new WhatIfSession({
      panel,
      gap: settings.gap,
      constrainable: model.models.includes("boosting"),
      warnings,
      forecast: async (changed) => keepLevels(await model.unrounded(changed), experiment.forecast.quantiles),
      published: (forecast) => model.published(forecast),
    });
  }

  /** Opens a run's folder with the experiment's own data as they are now. Rejects with a DataError where there is none. */
  static async open(directory: string): Promise<OpenModel> {
    const model = await TrainedModel.load(resolve(directory), { sameHistory: true });
    const { experiment, directory: folder, settings, fingerprint } = model.manifest;
    // Asked as the run asked, so that the fingerprints of the same data are the same.
    const declared = experiment.data.frequency === undefined ? undefined : parseFrequency(experiment.data.frequency);
    const request = dataRequest(experiment, folder, declared, settings.gap + settings.horizon);
    const data = await loadPanel(request);
    const changed: Problem = {
      severity: "warning",
      code: "data-changed",
      message: "The data have changed since this run: answers start from the data as they are now.",
      fix: "Run the experiment again, and ask the new run.",
    };
    return new OpenModel(model, data.panel, data.fingerprint === fingerprint ? [] : [changed]);
  }

  /** Answers one question. Rejects with a DataError where it names a series that is not there. */
  async answer(input: WhatIfInput): Promise<WhatIfOutput> {
    const { kind, ...question } = input;
    if ("series" in question && question.series >= seriesCount(this.#panel)) throw noSeries(seriesCount(this.#panel));
    if ("series" in question && input.kind !== "series" && this.#panel.history[question.series] === 0)
      throw noHistory();
    switch (input.kind) {
      case "names":
        return this.#names();
      case "series":
        return this.#session.series(input.series);
      case "forecast":
        return await this.#session.forecast(withoutKind(input));
      case "goal":
        return await seekGoal(this.#session, withoutKind(input));
      case "optimum":
        return await seekOptimum(this.#session, withoutKind(input));
      case "explain":
        return await this.#explain(input);
    }
  }

  close(): Promise<void> {
    return this.#model.close();
  }

  async #explain({ series, level, lags, samples }: ExplainQuestion): Promise<ExplainAnswer> {
    const { horizon } = this.#model.manifest.settings;
    const one = selectSeries(this.#panel, Int32Array.of(series));
    const forecast = await this.#model.forecast(one);
    const attribution = await this.#model.explain(one, forecast, { series: [0], samples, level, lags });
    if (attribution === undefined) {
      throw new DataError("No member of this model can explain itself.", { code: "not-explainable" });
    }
    const { factors, exact, baseline, contributions, standardError } = attribution;
    const rowsOf = (values: Float64Array) =>
      Array.from({ length: horizon }, (_, step) => [
        ...values.subarray(step * factors.length, (step + 1) * factors.length),
      ]);
    return {
      factors: [...factors],
      exact,
      baseline: [...baseline],
      contributions: rowsOf(contributions),
      ...(standardError === undefined ? {} : { standardError: rowsOf(standardError) }),
    };
  }

  #names(): WhatIfNames {
    const { name, settings } = this.#model.manifest;
    const { keyColumns, keys, known, offsets, history, time, frequency, zone } = this.#panel;
    const first = (series: number) => offsets[series]! + history[series]! + settings.gap;
    const times = keys.map((_, series) =>
      Array.from({ length: settings.horizon }, (_, step) => timeText(time[first(series) + step]!, frequency, zone)),
    );
    return { name, keyColumns, keys, covariates: known.map((covariate) => covariate.name), times };
  }
}

function withoutKind<Input extends { readonly kind: string }>(input: Input): Omit<Input, "kind"> {
  const { kind: _, ...question } = input;
  return question;
}

function noHistory(): DataError {
  return new DataError(
    "This series has no history: its forecast is borrowed from the others, and no factor moves it.",
    {
      code: "no-history",
      fix: "Ask about a series that has a target value.",
    },
  );
}

function noSeries(count: number): DataError {
  return new DataError(`There is no such series: this model has ${count}.`, {
    code: "no-such-series",
    fix: `Ask for a series from 0 to ${count - 1}.`,
  });
}
