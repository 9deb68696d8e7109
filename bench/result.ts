import os from "node:os";

/** One measured comparison; `ratio` above 1 means that Almanac is ahead of the row's peer in the same run. */
export type BenchRow = { readonly ratio: number } & Readonly<Record<string, string | number>>;

/** What a bench prints, and writes as JSON with `--json`. */
export interface BenchResult {
  readonly name: string;
  readonly machine: string;
  readonly rows: readonly BenchRow[];
  /** Peers that could not be measured, and how to install them. */
  readonly skipped: readonly { readonly peer: string; readonly install: string }[];
}

/** This machine in words: processor, cores, memory, Node. */
export function machineName(): string {
  const cores = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${cores[0]?.model.trim() ?? os.arch()}, ${cores.length} cores, ${memory} GiB, Node ${process.versions.node}`;
}
