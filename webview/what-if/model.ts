import type {
  ForecastAnswer,
  ForecastQuestion,
  GoalAnswer,
  GoalQuestion,
  OptimumAnswer,
  OptimumQuestion,
  SeriesAnswer,
} from "../../protocol/what-if.ts";
import type { Host } from "../shared/host.ts";

/** The trained model behind the page. */
export interface Model {
  series(series: number): Promise<SeriesAnswer>;
  forecast(question: ForecastQuestion): Promise<ForecastAnswer>;
  goal(question: GoalQuestion): Promise<GoalAnswer>;
  optimum(question: OptimumQuestion): Promise<OptimumAnswer>;
}

/** The model asked through whoever hosts the page. */
export function hostModel(host: Host): Model {
  return {
    series: (series) => host.ask("what-if-series", { series }),
    forecast: (question) => host.ask("what-if-forecast", question),
    goal: (question) => host.ask("what-if-goal", question),
    optimum: (question) => host.ask("what-if-optimum", question),
  };
}
