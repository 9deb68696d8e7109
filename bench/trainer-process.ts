import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { z } from "zod";

/** What is measured: how many threads, for how long, and in which of the program's ways. */
export interface Measurement {
  readonly threads: number;
  /** About how long to train; 0 only prepares, compiling included. */
  readonly seconds: number;
  readonly mode?: string;
}

const answerSchema = z.object({ microseconds: z.number() });
const helloSchema = z.object({ version: z.string(), parameters: z.int().optional() });

/**
 * A program that trains one model and stays: it is asked for measurements by lines of JSON, so that several programs take turns on
 * the same machine without starting anew.
 */
export class TrainerProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #complaint = "";

  private constructor(command: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#child = spawn(command[0]!, command.slice(1), { env: environment, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.on("error", (error) => {
      this.#complaint += error.message;
    });
    this.#child.stdin!.on("error", () => {});
    this.#child.stderr!.on("data", (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString()).slice(-2000);
    });
    const lines: Interface = createInterface({ input: this.#child.stdout! });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** Starts a program. Rejects with its words when it ends early. */
  static async start(
    command: readonly string[],
    environment = process.env,
  ): Promise<{ trainer: TrainerProcess; hello: z.infer<typeof helloSchema> }> {
    const trainer = new TrainerProcess(command, environment);
    return { trainer, hello: helloSchema.parse(await trainer.#answer()) };
  }

  /** Microseconds a training step took. Rejects with the program's words when it fails. */
  async measure(measurement: Measurement): Promise<number> {
    this.#child.stdin!.write(`${JSON.stringify(measurement)}\n`);
    return answerSchema.parse(await this.#answer()).microseconds;
  }

  close(): void {
    this.#child.kill();
  }

  async #answer(): Promise<unknown> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(this.#complaint.trim().split("\n").slice(-2).join(" ") || "The program ended early.");
      if (value.startsWith("{")) return JSON.parse(value);
    }
  }
}
