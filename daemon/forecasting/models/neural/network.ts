import type { Parameters, Tensor } from "../../../engine/index.ts";
import type { InputFactors } from "./inputs.ts";

/** Sizes a network is built for. */
export interface NetworkShape {
  readonly lookback: number;
  readonly horizon: number;
  /** Steps between the origin and the first forecast step. */
  readonly gap: number;
  /** Steps of the shortest season; 1 where there is none. */
  readonly period: number;
  /** Inputs a row: known in advance, observed; and a series. */
  readonly known: number;
  readonly observed: number;
  readonly static: number;
  /** Values a step: the mean and one a quantile level. */
  readonly outputs: number;
  readonly factors: InputFactors;
  /** Whether some history is missing, so that the network has to be told which. */
  readonly gaps: boolean;
}

/** What a network sees of a batch of windows. Values are normalised; batch comes first. */
export interface NetworkInputs {
  /** [batch, lookback]; zero where unknown. */
  readonly past: Tensor;
  /** [batch, lookback], 1 where known; undefined when nothing is missing. */
  readonly mask: Tensor | undefined;
  /** [batch, lookback, known + observed]; undefined when there are none. */
  readonly pastInputs: Tensor | undefined;
  /** [batch, horizon, known]; undefined when there are none. */
  readonly futureInputs: Tensor | undefined;
  /** [batch, static]; undefined when there are none. */
  readonly static: Tensor | undefined;
}

/** Dropout in training, nothing in the exported model; `site` names the place, so that masks differ from place to place. */
export type Drop = (x: Tensor, site: string) => Tensor;

/** Builds a network: inputs → [batch, horizon, outputs]. */
export type Network<Options, Made = Tensor> = (
  parameters: Parameters,
  inputs: NetworkInputs,
  shape: NetworkShape,
  options: Options,
  drop: Drop,
) => Made;

/** Builds a network that weighs its variables: beside the forecast it gives the weights, [batch, variables]. */
export type SelectingNetwork<Options> = Network<Options, { readonly forecast: Tensor; readonly selection: Tensor }>;
