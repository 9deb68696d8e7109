import type { Logger } from "pino";

/** Says what happened, for the log. */
export type Report = (message: string, details: Record<string, unknown>) => void;

/** Writes to the daemon's log; the logger is loaded with the first message, after the daemon answers. */
export function reporter(path: string): Report {
  let logger: Promise<Logger> | undefined;
  return (message, details) => {
    logger ??= import("./log-file.ts").then(({ openLog }) => openLog(path));
    logger.then((log) => log.info(details, message)).catch(() => undefined);
  };
}
