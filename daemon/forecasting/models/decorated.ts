import type { Panel } from "../panel/panel.ts";
import type { FittedForecaster, Forecaster, SavedForecaster } from "./forecaster.ts";

type Predict = FittedForecaster["predict"];
type Attribute = NonNullable<FittedForecaster["attribute"]>;
type Interactions = NonNullable<FittedForecaster["interactions"]>;

/** What lies around a fitted model: each function answers a question with the help of the same function of the model. */
export interface Layer {
  predict(inner: Predict, ...asked: Parameters<Predict>): ReturnType<Predict>;
  attribute(inner: Attribute, ...asked: Parameters<Attribute>): ReturnType<Attribute>;
  interactions(inner: Interactions, ...asked: Parameters<Interactions>): ReturnType<Interactions>;
  /** Adds to a saved model what `loaded` of the decorator needs. */
  readonly save?: (saved: SavedForecaster) => SavedForecaster;
  /** Added to the notes of the model. */
  readonly notes?: readonly string[];
  /** Known covariates move the forecasts, whatever the model uses. */
  readonly movedByKnown?: true;
}

/** A behaviour that any kind of model can be given. Where there is no layer, the model stays as it is. */
export interface Decorator {
  /** What a model is fitted on in place of a panel, and what is then put around it. */
  fitted(panel: Panel): { readonly seen: Panel; readonly layer: Layer | undefined };
  /** The model inside a saved one, and what is put around it. */
  loaded(saved: SavedForecaster): { readonly inner: SavedForecaster; readonly layer: Layer | undefined };
}

/** A kind of model with a decorator's behaviour added. */
export function decorated<Options>(forecaster: Forecaster<Options>, decorator: Decorator): Forecaster<Options> {
  return {
    ...forecaster,
    fit: async (panel, options, context) => {
      const { seen, layer } = decorator.fitted(panel);
      return within(await forecaster.fit(seen, options, context), layer);
    },
    load: async (saved) => {
      const { inner, layer } = decorator.loaded(saved);
      return within(await forecaster.load(inner), layer);
    },
  };
}

function within(fitted: FittedForecaster, layer: Layer | undefined): FittedForecaster {
  if (layer === undefined) return fitted;
  const { attribute, interactions, open, close, notes, warnings, device, movedByKnown } = fitted;
  return {
    predict: (...asked) => layer.predict((panel, context) => fitted.predict(panel, context), ...asked),
    save: () => layer.save?.(fitted.save()) ?? fitted.save(),
    ...(attribute && { attribute: (...asked) => layer.attribute(attribute.bind(fitted), ...asked) }),
    ...(interactions && { interactions: (...asked) => layer.interactions(interactions.bind(fitted), ...asked) }),
    ...(open && { open: async (context) => within(await open.call(fitted, context), layer) }),
    ...(close && { close: () => close.call(fitted) }),
    ...((notes ?? layer.notes) && { notes: [...(notes ?? []), ...(layer.notes ?? [])] }),
    ...(warnings && { warnings }),
    ...(device && { device }),
    ...((movedByKnown ?? layer.movedByKnown) && { movedByKnown: true }),
  };
}

/** The layer through which a model sees `view` of every panel; the view keeps series, steps and order. */
export function viewing(view: (panel: Panel) => Panel): Layer {
  return {
    predict: (inner, panel, context) => inner(view(panel), context),
    attribute: (inner, panel, request) => inner(view(panel), request),
    interactions: (inner, panel, request) => inner(view(panel), request),
  };
}
