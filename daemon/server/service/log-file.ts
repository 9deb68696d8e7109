import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { type Logger, pino } from "pino";

const MAXIMUM_BYTES = 5 * 2 ** 20;
const KEPT = 3;

/** A log file that starts anew at five mebibytes; the three before it are kept as `.1` to `.3`. */
class RotatingFile {
  readonly #path: string;
  #file: number;
  #size: number;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#file = openSync(path, "a", 0o600);
    this.#size = fstatSync(this.#file).size;
  }

  write(line: string): void {
    try {
      this.#size += writeSync(this.#file, line);
      if (this.#size > MAXIMUM_BYTES) this.#rotate();
    } catch {
      // A log that cannot be written (a full disk) must not stop what it is about.
    }
  }

  #rotate(): void {
    closeSync(this.#file);
    for (let number = KEPT - 1; number >= 0; number--) {
      const from = number === 0 ? this.#path : `${this.#path}.${number}`;
      try {
        renameSync(from, `${this.#path}.${number + 1}`);
      } catch {
        // Not there yet.
      }
    }
    this.#file = openSync(this.#path, "a", 0o600);
    this.#size = 0;
  }
}

const secret = ["token", "secret", "password", "authorization", "cookie"];

/** The daemon's log: JSON lines, with secrets blanked by name and by shape. */
export function openLog(path: string): Logger {
  return pino(
    {
      redact: { paths: secret.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[redacted]" },
      hooks: { streamWrite: scrub },
    },
    new RotatingFile(path),
  );
}

/** Blanks bearer tokens, webhook secrets, and passwords inside addresses, wherever in a line they stand. */
export function scrub(line: string): string {
  return line
    .replace(/(Bearer\s+)[\w.~+/-]{8,}/gi, "$1[redacted]")
    .replace(/whsec_[\w-]+/g, "[redacted]")
    .replace(/(\w+:\/\/[^\s:/@"]+:)[^\s@"]+@/g, "$1[redacted]@")
    .replace(/([?&]code=)[\w-]+/g, "$1[redacted]");
}
