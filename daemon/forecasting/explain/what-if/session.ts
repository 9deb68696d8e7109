import type { Problem } from "../../../../protocol/errors.ts";
import type {
  ForecastAnswer,
  ForecastQuestion,
  ScenarioAnswer,
  SeriesAnswer,
  WhatIfChange,
} from "../../../../protocol/what-if.ts";
import { type Forecast, forecastPart, meanOf, quantileOf, totalOf } from "../../models/forecast.ts";
import { type Panel, rowsOf } from "../../panel/panel.ts";
import { changedPanels, type Scope } from "./changed-panel.ts";
import { changeGame } from "./game.ts";
import { covariateOf, type Seen, seenOf, supportWarnings } from "./support.ts";

/** The trained model behind a session. */
export interface WhatIfModel {
  /** Forecasts every series of a panel as the run would have, before rounding. */
  forecast(panel: Panel): Promise<Forecast>;
  /** A forecast as it is published: whole numbers where the target counts things. */
  published(forecast: Forecast): Forecast;
  readonly panel: Panel;
  readonly gap: number;
  /** Whether some member takes monotone constraints. */
  readonly constrainable: boolean;
  /** What holds of every answer, such as data that changed since the run. */
  readonly warnings: readonly Problem[];
}

/** The part of a question that says which series it is about. */
export interface Reach {
  readonly series: number;
  readonly everywhere: boolean;
  readonly where: Readonly<Record<string, string>>;
}

/** Rows of panel that are forecast at once: copies of long histories are made part by part. */
const mostRows = 1_500_000;

/** Answers what-if questions of one trained model, each from one or a few forecasts of many changed copies at once. */
export class WhatIfSession {
  readonly model: WhatIfModel;
  #base: { readonly key: string; readonly forecast: Promise<Forecast> } | undefined;

  constructor(model: WhatIfModel) {
    this.model = model;
  }

  /** The known covariates of a series over the forecast window. */
  series(series: number): SeriesAnswer {
    const { panel, gap, constrainable, warnings } = this.model;
    const covariates = panel.known.map((covariate) =>
      covariateOf(panel, covariate, seenOf(panel, covariate, [series]), series, gap),
    );
    return { covariates, constrainable, warnings: [...warnings] };
  }

  /** What training has seen of a known covariate in the series in scope. */
  seen(name: string, { series }: Scope): Seen | undefined {
    const covariate = this.model.panel.known.find((known) => known.name === name);
    return covariate && seenOf(this.model.panel, covariate, series);
  }

  /** Forecasts under each of the scenarios, with what each changed covariate moved. */
  async forecast({ scenarios, ...reach }: ForecastQuestion): Promise<ForecastAnswer> {
    const scope = this.scopeOf(reach);
    const games = scenarios.map(changeGame);
    const base = await this.base(scope);
    const parts = await this.forecasts(
      scope,
      games.flatMap(({ plans }) => plans),
    );
    let next = 0;
    const answers = games.map(({ plans, whole, moved }, index): ScenarioAnswer => {
      const own = parts.slice(next, next + plans.length);
      next += plans.length;
      return {
        ...this.answerOf(own[whole] ?? base, scope, reach, scenarios[index]!),
        moved: moved(totalOf(base), own.map(totalOf)),
      };
    });
    return { base: totalOf(base), ...(reach.everywhere ? { baseTotals: totalsOf(base) } : {}), scenarios: answers };
  }

  /** The series that a question is about. */
  scopeOf({ series, everywhere, where }: Reach): Scope {
    const { history } = this.model.panel;
    const all = [...history.keys()].filter((index) => history[index]! > 0);
    return { series: everywhere ? all : [series], where: everywhere ? where : {} };
  }

  /** The forecast of the series in scope without any change; the last one is kept. */
  async base(scope: Scope): Promise<Forecast> {
    const key = scope.series.join();
    if (this.#base?.key !== key) this.#base = { key, forecast: this.forecasts(scope, [[]]).then(([first]) => first!) };
    return await this.#base.forecast;
  }

  /** One forecast of the series in scope a plan. */
  async forecasts(scope: Scope, plans: readonly (readonly WhatIfChange[])[]): Promise<Forecast[]> {
    const { panel, gap } = this.model;
    const lengths = scope.series.map((index) => rowsOf(panel, index)).map(({ start, end }) => end - start);
    const rows = lengths.reduce((sum, length) => sum + length, 0);
    const each = Math.max(1, Math.floor(mostRows / rows));
    const forecasts: Forecast[] = [];
    for (let from = 0; from < plans.length; from += each) {
      const part = plans.slice(from, from + each);
      const changed = changedPanels(panel, scope, part, gap);
      const forecast = await this.model.forecast(changed.panel);
      const { length } = scope.series;
      forecasts.push(...part.map((_, plan) => forecastPart(forecast, plan * length, length)));
    }
    return forecasts;
  }

  /** What a forecast of the series in scope says of the asked one and of all, with doubts about the changes. */
  answerOf(forecast: Forecast, scope: Scope, reach: Reach, changes: readonly WhatIfChange[]): ScenarioAnswer {
    const { panel, gap } = this.model;
    const row = scope.series.indexOf(reach.series);
    const changed = changedPanels(panel, scope, [changes], gap);
    const shown = this.model.published(forecast);
    return {
      mean: [...meanOf(shown, row)],
      quantiles: shown.levels.map((_, level) => [...quantileOf(shown, row, level)]),
      total: totalOf(forecast),
      moved: [],
      ...(reach.everywhere ? { totals: totalsOf(forecast) } : {}),
      warnings: [...changed.warnings, ...supportWarnings(panel, scope.series, changed.panel)].map(withoutPlace),
    };
  }
}

function totalsOf(forecast: Forecast): number[] {
  return Array.from({ length: forecast.series }, (_, series) =>
    meanOf(forecast, series).reduce((sum, value) => sum + value, 0),
  );
}

function withoutPlace({ severity, code, message, fix }: Problem) {
  return { severity, code, message, fix };
}
