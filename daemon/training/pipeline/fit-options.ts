/** What the caller asks of a fit beside its numbers: the time it may take, and how it reports and stops. */
export interface FitOptions {
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number, loss?: number) => void;
  /** If models are judged on a part of the series: how many there are in all, and the seconds for the fit on them. */
  readonly whole?: { readonly series: number; readonly seconds: number } | undefined;
}
