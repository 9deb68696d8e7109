import { type ChildProcess, fork } from "node:child_process";
import { type DataFacts, type FactsRequest, factsReplySchema } from "../../../protocol/facts.ts";

/** How long an idle reading process is kept, in milliseconds. */
const idleMs = 60_000;

/**
 * Asks the program that reads data files, which runs in a process of its own: native code that crashes there leaves the
 * language server alone. The process is started at the first question and ended when nobody has asked for a minute.
 */
export class FactsReader {
  readonly #program: string;
  readonly #node: string;
  #child: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  readonly #waiting = new Map<number, { tell: (facts: DataFacts) => void; resolve: (facts: DataFacts) => void }>();
  #nextId = 1;

  constructor(program: string, node: string) {
    this.#program = program;
    this.#node = node;
  }

  /** Facts about the data; where they cannot be read, facts that say why. `tell` hears what is known before the rest. */
  ask(request: Omit<FactsRequest, "id">, tell: (facts: DataFacts) => void = () => {}): Promise<DataFacts> {
    clearTimeout(this.#idle);
    const id = this.#nextId++;
    this.#child ??= this.#start();
    const child = this.#child;
    return new Promise((resolve) => {
      this.#waiting.set(id, { tell, resolve });
      child.send({ ...request, id });
    });
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#child?.kill();
    this.#child = undefined;
  }

  #start(): ChildProcess {
    const child = fork(this.#program, [], {
      execPath: this.#node,
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let complaint = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2000);
    });
    child.on("message", (message) => this.#receive(message));
    child.on("error", () => {});
    child.on("exit", () => this.#bury(child, complaint));
    return child;
  }

  #receive(message: unknown): void {
    const reply = factsReplySchema.safeParse(message);
    if (!reply.success) return;
    const { id, facts, last } = reply.data;
    this.#waiting.get(id)?.[last ? "resolve" : "tell"](facts);
    if (last) this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#idle = setTimeout(() => this.close(), idleMs);
  }

  #bury(child: ChildProcess, complaint: string): void {
    if (this.#child === child) this.#child = undefined;
    const reason = complaint.split("\n").find((line) => line.trim() !== "") ?? "it ended without a word";
    const trouble = { message: `The program that reads data files failed: ${reason}.`, fix: "See Almanac: Doctor." };
    for (const { resolve } of this.#waiting.values()) resolve({ rows: 0, columns: [], trouble });
    this.#waiting.clear();
  }
}
