import type { Worker } from "node:worker_threads";
import { type Kernel, kernelNames } from "./kernel.ts";

const wordsPerThread = 16;
const requested = 1;
const done = 2;
const quit = 3;

/** Bytes of shared memory the mailboxes of `threads` threads take. */
export function mailboxBytes(threads: number): number {
  return threads * wordsPerThread * 4;
}

/** Checks of a mailbox before a thread goes to sleep: about as long as waking it takes. */
const spins = 2000;

type Arguments = readonly [number, number, number, number, number];

/**
 * Runs kernel calls on other threads. Mailboxes lie in the shared memory (state, function, five arguments, result), so that a
 * call costs microseconds and needs no message.
 */
export class KernelThreads {
  readonly #workers: Worker[];
  readonly #boxes: Int32Array[];

  /** Starts `count` threads beside the calling one, with mailboxes from address `mailboxes`. */
  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, mailboxes: number, count: number) {
    this.#boxes = Array.from(
      { length: count },
      (_, index) => new Int32Array(memory.buffer, mailboxes + index * wordsPerThread * 4, wordsPerThread),
    );
    // Asked for here, so that the module loads in a browser too, where trees grow on one thread.
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    this.#workers = this.#boxes.map((box) => {
      const workerData = { module, memory, mailbox: box.byteOffset, spins, names: [...kernelNames] };
      // The source travels as text: it needs no file of its own, wherever the code is bundled to.
      const worker = new Worker(`(${serve.toString()})(require("node:worker_threads").workerData)`, {
        eval: true,
        workerData,
      });
      worker.unref();
      return worker;
    });
  }

  /** Threads beside the calling one. */
  get count(): number {
    return this.#workers.length;
  }

  /** Starts a call on thread `thread`. */
  start(thread: number, name: keyof Kernel, values: Arguments): void {
    const box = this.#boxes[thread]!;
    box[1] = kernelNames.indexOf(name);
    box.set(values, 2);
    Atomics.store(box, 0, requested);
    Atomics.notify(box, 0);
  }

  /** Waits for the call on thread `thread` and returns its result. */
  finish(thread: number): number {
    const box = this.#boxes[thread]!;
    for (let i = 0; i < spins && Atomics.load(box, 0) !== done; i++);
    while (Atomics.load(box, 0) !== done) Atomics.wait(box, 0, requested, 1000);
    return box[7]!;
  }

  /** Ends the threads. */
  close(): void {
    for (const box of this.#boxes) {
      Atomics.store(box, 0, quit);
      Atomics.notify(box, 0);
    }
  }
}

/** Body of a thread; refers to nothing outside itself because it is passed on as source text. */
function serve(shared: {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  mailbox: number;
  spins: number;
  names: readonly string[];
}): void {
  const exported = new WebAssembly.Instance(shared.module, { env: { memory: shared.memory } }).exports;
  // SAFETY: the names are those of the kernel's functions, each from five integers to one.
  const functions = shared.names.map((name) => exported[name] as (...values: number[]) => number);
  const box = new Int32Array(shared.memory.buffer, shared.mailbox, 16);
  for (;;) {
    let state = Atomics.load(box, 0);
    for (let i = 0; i < shared.spins && state !== 1 && state !== 3; i++) state = Atomics.load(box, 0);
    while (state !== 1 && state !== 3) {
      Atomics.wait(box, 0, state);
      state = Atomics.load(box, 0);
    }
    if (state === 3) return;
    box[7] = functions[box[1]!]!(box[2]!, box[3]!, box[4]!, box[5]!, box[6]!);
    // A quit that arrived meanwhile stays.
    if (Atomics.compareExchange(box, 0, 1, 2) === 3) return;
    Atomics.notify(box, 0);
  }
}
