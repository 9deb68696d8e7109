/** Statistic beyond which stationarity around a level is rejected at 5 %. */
const critical = 0.463;

/**
 * Statistic of the test by Kwiatkowski, Phillips, Schmidt & Shin (1992) for stationarity around a level, its long-run variance by
 * Bartlett weights over ⌊3 √n / 13⌋ lags as R's `forecast::ndiffs` takes it. 0 for a constant series.
 */
export function kpssStatistic(values: Float64Array): number {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const errors = values.map((value) => value - mean);
  let partial = 0;
  let numerator = 0;
  for (const error of errors) {
    partial += error;
    numerator += partial * partial;
  }
  const lags = Math.trunc((3 * Math.sqrt(count)) / 13);
  let variance = 0;
  for (let lag = 0; lag <= lags; lag++) {
    let covariance = 0;
    for (let t = lag; t < count; t++) covariance += errors[t]! * errors[t - lag]!;
    variance += (lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * covariance;
  }
  return variance > 0 ? numerator / (count * variance) : 0;
}

/** Whether the test rejects stationarity at 5 %, so that the series should be differenced. */
export function needsDifference(values: Float64Array): boolean {
  return values.length > 1 && kpssStatistic(values) > critical;
}
