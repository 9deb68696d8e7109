import type { Backend } from "./backend.ts";

/** NVIDIA GPUs through CUDA, on Linux, once `almanac gpu install` has fetched the libraries. */
export const cuda: Backend = {
  device: "cuda",
  title: "NVIDIA GPU through CUDA",
  providers: ["cuda", "cpu"],
  target: { contrib: true, lookup: "indicator", sign: true, elements: false, keepsResidents: true },
};
