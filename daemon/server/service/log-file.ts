import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { type Logger, pino } from "pino";

const MAXIMUM_BYTES = 5 * 2 ** 20;
const KEPT = 3;

/** A log file that starts anew at five mebibytes; the three before it are kept as `.1` to `.3`. */
class RotatingFile {
  readonly #path: string;
  /** Undefined before the first line, after a rotation, and where the file could not be opened. */
  #file: number | undefined;
  #size = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Writes at once, so that a process that is killed next loses no line. */
  write(line: string): void {
    try {
      this.#file ??= this.#open();
      this.#size += writeSync(this.#file, line);
      if (this.#size > MAXIMUM_BYTES) this.#rotate(this.#file);
    } catch {
      // A log that cannot be written (a full disk) must not stop what it is about. The next line tries again.
    }
  }

  #open(): number {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    const file = openSync(this.#path, "a", 0o600);
    this.#size = fstatSync(file).size;
    return file;
  }

  #rotate(file: number): void {
    // First of all: the system gives the number of a closed file to the next one that is opened.
    this.#file = undefined;
    closeSync(file);
    for (let number = KEPT - 1; number >= 0; number--) {
      const from = number === 0 ? this.#path : `${this.#path}.${number}`;
      try {
        renameSync(from, `${this.#path}.${number + 1}`);
      } catch {
        // Not there yet.
      }
    }
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

/**
 * Blanks bearer tokens, webhook secrets, and passwords inside addresses, wherever in a line they stand. The time grows with
 * the length of the line and no faster, whatever a caller puts into it.
 */
export function scrub(line: string): string {
  return line
    .replace(/(Bearer\s+)[\w.~+/-]{8,}/gi, "$1[redacted]")
    .replace(/whsec_[\w-]+/g, "[redacted]")
    .replace(/[^\s"]+/g, withoutPassword)
    .replace(/([?&]code=)[\w-]+/g, "$1[redacted]");
}

/** A word in which every `scheme://user:password@` has its password blanked. */
function withoutPassword(word: string): string {
  // Only up to the last `@`: a search for one that is not there would go to the end from every `scheme://user:`.
  const end = word.lastIndexOf("@") + 1;
  return word.slice(0, end).replace(/(\w{1,20}:\/\/[^:/@]+:)[^@]+@/g, "$1[redacted]@") + word.slice(end);
}
