import * as engine from "../../engine/index.ts";
import type { Network, NetworkInputs, NetworkShape } from "./network.ts";
import type { TrainedNetwork } from "./training.ts";

/** Input names of an exported network, with their sizes after the batch. */
export function exportedInputs(shape: NetworkShape): { name: keyof NetworkInputs; sizes: number[] }[] {
  const { lookback, horizon, known, observed } = shape;
  return [
    { name: "past" as const, sizes: [lookback] },
    ...(shape.gaps ? [{ name: "mask" as const, sizes: [lookback] }] : []),
    ...(known + observed > 0 ? [{ name: "pastInputs" as const, sizes: [lookback, known + observed] }] : []),
    ...(known > 0 ? [{ name: "futureInputs" as const, sizes: [horizon, known] }] : []),
    ...(shape.static > 0 ? [{ name: "static" as const, sizes: [shape.static] }] : []),
  ];
}

/**
 * A trained network as a plain ONNX file with a dynamic batch. Inputs are normalised windows as `exportedInputs` lists them; the
 * output `forecast` [batch, horizon, 1 + levels] holds the normalised mean and quantiles; further outputs are as the network names them.
 */
export function exportNetwork<Options>(
  network: Network<Options, Readonly<Record<string, engine.Tensor>>>,
  options: Options,
  shape: NetworkShape,
  { parameters, weights }: TrainedNetwork,
): Uint8Array {
  const given = Object.fromEntries(
    exportedInputs(shape).map(({ name, sizes }) => [name, engine.input(name, ["batch", ...sizes])]),
  );
  // SAFETY: exportedInputs names the keys of NetworkInputs; absent ones are undefined, as the type says.
  const inputs = {
    mask: undefined,
    pastInputs: undefined,
    futureInputs: undefined,
    static: undefined,
    ...given,
  } as unknown as NetworkInputs;
  const outputs = network(parameters, inputs, shape, options, (x) => x);
  return engine.exportModel({ outputs, weights });
}
