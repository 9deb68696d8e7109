/** States of a run that may still go on. */
export const openStates = ["queued", "running", "paused"] as const;

/** States of a run that has ended. */
export const endedStates = ["finished", "failed", "cancelled"] as const;

export const runStates = [...openStates, ...endedStates] as const;

export type RunState = (typeof runStates)[number];

/** Whether a run in this state has ended; false for a word that names no state. */
export function hasEnded(state: string): boolean {
  return endedStates.some((ended) => ended === state);
}

/** States of a task. `stopped`: the run or its candidate was paused, cancelled or interrupted. */
export const taskStates = ["running", "finished", "failed", "stopped"] as const;

export type TaskState = (typeof taskStates)[number];
