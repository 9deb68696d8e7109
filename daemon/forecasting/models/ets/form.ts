export type ErrorKind = "A" | "M";
export type TrendKind = "N" | "A" | "M";
export type SeasonKind = "N" | "A" | "M";

/** A form of exponential smoothing in the taxonomy of Hyndman et al. (2008), such as ETS(M,Ad,M). */
export interface EtsForm {
  readonly error: ErrorKind;
  readonly trend: TrendKind;
  readonly damped: boolean;
  readonly season: SeasonKind;
}

/** Name as the literature writes it, such as `ETS(M,Ad,M)`. */
export function formName({ error, trend, damped, season }: EtsForm): string {
  return `ETS(${error},${trend}${damped ? "d" : ""},${season})`;
}

/** Smoothing parameters and free initial states; the variance of the errors is not counted. */
export function parameterCount({ trend, damped, season }: EtsForm, period: number): number {
  return 2 + (trend === "N" ? 0 : 2) + (damped ? 1 : 0) + (season === "N" ? 0 : period);
}

export interface FormChoice {
  readonly positive: boolean;
  readonly period: number;
  readonly multiplicativeTrend: boolean;
  readonly damped: boolean | undefined;
  readonly trend: boolean | undefined;
}

/**
 * Forms that are stable and fit the data: multiplicative parts only for positive data, and none of the combinations whose
 * forecast variance is infinite or ill-conditioned (A,·,M · A,M,· · M,M,A), as in R's `ets(restrict = TRUE)`.
 */
export function candidateForms(choice: FormChoice): EtsForm[] {
  const forms: EtsForm[] = [];
  const seasons: readonly SeasonKind[] = choice.period > 1 ? ["N", "A", "M"] : ["N"];
  for (const error of ["A", "M"] as const) {
    for (const trend of ["N", "A", "M"] as const) {
      for (const season of seasons) {
        for (const damped of trend === "N" ? [false] : [false, true]) {
          const form = { error, trend, damped, season };
          if (isCandidate(form, choice)) forms.push(form);
        }
      }
    }
  }
  return forms;
}

function isCandidate(form: EtsForm, choice: FormChoice): boolean {
  const { error, trend, season, damped } = form;
  if (choice.trend !== undefined && choice.trend !== (trend !== "N")) return false;
  if (choice.damped !== undefined && trend !== "N" && choice.damped !== damped) return false;
  if (trend === "M" && !choice.multiplicativeTrend) return false;
  if (error === "A") return trend !== "M" && season !== "M";
  return choice.positive && !(trend === "M" && season === "A");
}
