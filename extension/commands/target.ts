import { z } from "zod";
import type { RunView } from "../daemon-client/runs.ts";
import { pickOne } from "../editor/dialogs.ts";
import { activeExperiment, findExperiments, shortPath, toPath } from "../editor/files.ts";
import type { Host } from "../host.ts";
import { ago } from "../views/words.ts";

/** Commands are given a URI (code lens, explorer), a line of a tree, or nothing (palette, keyboard). */
const nodeSchema = z.object({
  subject: z.object({
    path: z.string().optional(),
    run: z.string().optional(),
    name: z.string().optional(),
    id: z.string().optional(),
  }),
});
const uriSchema = z.object({ fsPath: z.string() });

/** What the line of a tree stands for, where the command was called from one. */
export function subjectOf(given: unknown): z.output<typeof nodeSchema>["subject"] | undefined {
  return nodeSchema.safeParse(given).data?.subject;
}

/** The experiment file that a command is meant for; asks where that is open. */
export async function experimentOf(given: unknown): Promise<string | undefined> {
  if (typeof given === "string") return toPath(given);
  const path = subjectOf(given)?.path ?? uriSchema.safeParse(given).data?.fsPath ?? activeExperiment();
  if (path !== undefined) return path;
  const found = await findExperiments();
  if (found.length <= 1) return found[0];
  return pickOne(
    "Which experiment?",
    found.map((value) => ({ label: shortPath(value), value })),
  );
}

/** The run that a command is meant for: named, of the tree's line, or of the experiment; asks where several fit. */
export async function runOf(
  host: Host,
  given: unknown,
  id: unknown,
  fits: (run: RunView) => boolean,
): Promise<RunView | undefined> {
  const named = typeof id === "string" ? id : subjectOf(given)?.run;
  if (named !== undefined) return host.runs.get(named);
  const path = typeof given === "string" ? toPath(given) : (subjectOf(given)?.path ?? activeExperiment());
  const candidates = (path === undefined ? host.runs.all : host.runs.of(path)).filter(fits);
  if (path !== undefined || candidates.length <= 1) return candidates[0];
  return pickOne(
    "Which run?",
    candidates.map((value) => ({
      label: value.experiment,
      description: ago(value.createdAt),
      detail: shortPath(value.path),
      value,
    })),
  );
}
