import type { Panel } from "../panel/panel.ts";
import type { FittedForecaster } from "./forecaster.ts";

/** A fitted model that sees every panel it is asked about through `view`, which keeps series, steps and order. */
export function viewed(fitted: FittedForecaster, view: (panel: Panel) => Panel): FittedForecaster {
  const { attribute, interactions, open, close, notes, warnings, device, movedByKnown } = fitted;
  return {
    predict: (panel, context) => fitted.predict(view(panel), context),
    save: () => fitted.save(),
    ...(attribute && { attribute: (panel, request) => attribute.call(fitted, view(panel), request) }),
    ...(interactions && { interactions: (panel, request) => interactions.call(fitted, view(panel), request) }),
    ...(open && { open: async (context) => viewed(await open.call(fitted, context), view) }),
    ...(close && { close: () => close.call(fitted) }),
    ...(notes && { notes }),
    ...(warnings && { warnings }),
    ...(device && { device }),
    ...(movedByKnown && { movedByKnown }),
  };
}
