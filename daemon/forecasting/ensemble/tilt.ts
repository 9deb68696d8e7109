/** How the weight of an ensemble's member differs by part of the horizon and by series: factors, of which only the ratios between members matter. */
export interface Tilt {
  /** First step after each part of the horizon, ascending, with the factor of the part; one part where the steps do not differ. */
  readonly parts: readonly { readonly end: number; readonly factor: number }[];
  /** Factors by index of the series; those beyond its end have the factor 1. Empty where series do not differ. */
  readonly series: Float64Array;
}

/** A weight, and how it differs within the forecast. */
export interface TiltedWeight {
  readonly weight: number;
  readonly tilt?: Tilt | undefined;
}

/** The weight as a function of the series' index and the step. */
export function weightAt({ weight, tilt }: TiltedWeight): (series: number, step: number) => number {
  if (tilt === undefined) return () => weight;
  const { parts, series: factors } = tilt;
  const steps = new Float64Array(parts.at(-1)?.end ?? 0);
  for (const { end, factor } of parts.toReversed()) steps.fill(factor, 0, end);
  return (series, step) => weight * steps[step]! * (factors[series] ?? 1);
}

/** What a tilt depends on, in words; undefined where it changes nothing. */
export function tiltedBy(tilts: readonly Tilt[]): "series" | "step" | "series and step" | undefined {
  const bySeries = tilts.some(({ series }) => series.some((factor) => factor !== series[0]));
  const byStep = tilts.some(({ parts }) => parts.some(({ factor }) => factor !== parts[0]!.factor));
  if (bySeries) return byStep ? "series and step" : "series";
  return byStep ? "step" : undefined;
}
