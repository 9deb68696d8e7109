import { monthNames } from "../../../protocol/experiment/formats.ts";
import type { Experiment } from "../../../protocol/experiment/schema.ts";
import type { Frequency } from "../../forecasting/panel/frequency.ts";
import type { DataRequest } from "../data/request.ts";

/** What an experiment asks of its data. `frequency` is the declared one, `futureSteps` gap and horizon. */
export function dataRequest(
  experiment: Experiment,
  directory: string,
  frequency: Frequency | undefined,
  futureSteps: number,
): DataRequest {
  const { data, covariates } = experiment;
  const { calendar } = covariates;
  return {
    directory,
    sources: typeof data.source === "string" ? [data.source] : data.source,
    query: data.query,
    ...(data.format === undefined ? {} : { format: data.format }),
    ...(data.timezone === undefined ? {} : { timezone: data.timezone }),
    ...(data.calendar === undefined ? {} : { fiscalStart: monthNames.indexOf(data.calendar.fiscal) }),
    time: data.time,
    series: data.series,
    target: data.target,
    frequency,
    aggregate: data.aggregate,
    missing: data.missing,
    ended: data.ended,
    known: covariates.known,
    observed: covariates.observed,
    static: covariates.static,
    futureSource: data.future,
    futureSteps,
    ...(calendar === undefined
      ? {}
      : {
          calendar: {
            country: calendar.country.toUpperCase(),
            region: calendar.region,
          },
        }),
  };
}
