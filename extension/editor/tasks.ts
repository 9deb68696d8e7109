import {
  type Disposable,
  ShellExecution,
  Task,
  TaskGroup,
  TaskScope,
  tasks,
  type WorkspaceFolder,
  workspace,
} from "vscode";

/** A command line that the editor's task list offers. */
export interface Job {
  readonly name: string;
  readonly definition: { readonly task: string; readonly file: string; readonly arguments?: readonly string[] };
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly build: boolean;
}

/** Offers jobs as tasks of type `almanac`; their output goes through the problem matcher. */
export function provideTasks(
  list: () => Promise<readonly Job[]>,
  complete: (definition: Job["definition"]) => Job,
): Disposable {
  return tasks.registerTaskProvider("almanac", {
    provideTasks: async () => (await list()).map((job) => taskOf(job, workspace.workspaceFolders?.[0])),
    // SAFETY: the manifest's taskDefinitions require these keys.
    resolveTask: (task) => taskOf(complete(task.definition as unknown as Job["definition"]), undefined, task),
  });
}

function taskOf(job: Job, folder: WorkspaceFolder | undefined, like?: Task): Task {
  const execution = new ShellExecution(job.command, [...job.arguments], { env: { ...job.environment } });
  const definition = like?.definition ?? { type: "almanac", ...job.definition };
  const task = new Task(
    definition,
    like?.scope ?? folder ?? TaskScope.Workspace,
    job.name,
    "almanac",
    execution,
    "$almanac",
  );
  if (job.build) task.group = TaskGroup.Build;
  return task;
}
