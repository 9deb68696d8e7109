import type { Status } from "../editor/status.ts";
import type { Host } from "../host.ts";
import { duration } from "./words.ts";

/** What the status bar says: the running job, else how the daemon is. */
export function statusOf({ daemon, runs }: Pick<Host, "daemon" | "runs">): Status {
  const running = runs.all.filter(({ state }) => state === "running" || state === "queued");
  const job = running[0];
  if (daemon.state === "ready" && job !== undefined) {
    const percent = job.progress === undefined ? "" : ` ${Math.round(100 * job.progress)} %`;
    const left = job.remainingSeconds === undefined ? "" : `\n\nAbout ${duration(job.remainingSeconds)} left`;
    const more = running.length > 1 ? ` +${running.length - 1}` : "";
    return {
      text: `$(sync~spin) ${job.experiment}${percent}${more}`,
      tooltip: `**${job.experiment}** is ${job.state}.${left}`,
      command: "almanac.live",
    };
  }
  switch (daemon.state) {
    case "ready":
      return {
        text: "$(graph-line) Almanac",
        tooltip: "The training daemon is ready.",
        command: "almanac.experiments.focus",
      };
    case "starting":
      return {
        text: "$(loading~spin) Almanac",
        tooltip: "The training daemon is starting.",
        command: "almanac.showLog",
      };
    case "failed":
      return {
        text: "$(warning) Almanac",
        tooltip: `${daemon.reason ?? "The training daemon could not be started."}`,
        command: "almanac.doctor",
        failed: true,
      };
    case "stopped":
      return {
        text: "$(circle-outline) Almanac",
        tooltip: "The training daemon is not running.",
        command: "almanac.restartDaemon",
      };
  }
}
