import {
  explainAnswerSchema,
  explainQuestionSchema,
  forecastAnswerSchema,
  forecastQuestionSchema,
  goalAnswerSchema,
  goalQuestionSchema,
  optimumAnswerSchema,
  optimumQuestionSchema,
  seriesAnswerSchema,
  seriesQuestionSchema,
} from "../what-if.ts";
import { byId, route } from "./route.ts";

const tag = "What if";
const params = byId;

/** Questions to the trained model of a finished run, answered by a process that keeps it loaded. */
export const whatIfRoutes = {
  getWhatIf: route({
    method: "GET",
    path: "/runs/{id}/what-if",
    tag,
    params,
    summary: "Known covariates of one series over the forecast window, and what training has seen of them.",
    query: seriesQuestionSchema,
    response: seriesAnswerSchema,
  }),
  askWhatIf: route({
    method: "POST",
    path: "/runs/{id}/what-if",
    tag,
    params,
    summary: "Forecasts with changed known covariates, and what each change moved.",
    body: forecastQuestionSchema,
    response: forecastAnswerSchema,
  }),
  seekGoal: route({
    method: "POST",
    path: "/runs/{id}/what-if/goal",
    tag,
    params,
    summary: "The value of one covariate that brings the total to a goal.",
    body: goalQuestionSchema,
    response: goalAnswerSchema,
  }),
  seekOptimum: route({
    method: "POST",
    path: "/runs/{id}/what-if/optimum",
    tag,
    params,
    summary: "The values of a few covariates that make the total largest or smallest within a budget.",
    body: optimumQuestionSchema,
    response: optimumAnswerSchema,
  }),
  explainForecast: route({
    method: "POST",
    path: "/runs/{id}/explain",
    tag,
    params,
    summary: "Contributions to the forecasts of one series, or to one of their quantiles, computed now.",
    body: explainQuestionSchema,
    response: explainAnswerSchema,
  }),
};
