import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";

/** Share of the machine's memory that the heaps of processes of one kind may take together. */
const memoryShare = 0.6;

/** No process works with less, in MiB. */
const leastMiB = 512;

/** Heap limit, in MiB, of each of `processes` processes that share this machine's memory, or what its container may use. */
export function shareOfMachine(processes: number): number {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return shareOf(memoryShare * bytes, processes);
}

/** Heap limit, in MiB, of each of `processes` processes that together may take as much as the heap of this process. */
export function shareOfOwnHeap(processes: number): number {
  return shareOf(getHeapStatistics().heap_size_limit, processes);
}

function shareOf(bytes: number, processes: number): number {
  return Math.max(leastMiB, Math.floor(bytes / 2 ** 20 / processes));
}
