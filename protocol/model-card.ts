/** What the editor and the docs know about a model without loading it: the declared part of a forecaster as JSON. */
export interface ModelCard {
  /** Name in the experiment file. */
  readonly name: string;
  readonly title: string;
  /** One line. */
  readonly summary: string;
  readonly family: string;
  readonly paper: { readonly citation: string; readonly url?: string };
  /** JSON Schema (draft-07) of the hyperparameters, defaults included. */
  readonly options: unknown;
}
