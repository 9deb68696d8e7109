import type { Backend } from "./backend.ts";

/** ONNX Runtime's own CPU kernels. */
export const cpu: Backend = {
  device: "cpu",
  title: "CPU",
  providers: ["cpu"],
  target: { contrib: true, lookup: "scatter", sign: true, elements: true, keepsResidents: false },
};
