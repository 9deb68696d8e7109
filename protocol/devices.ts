/** Devices that networks train on. The first one works on every machine. */
export const devices = ["cpu", "webgpu", "cuda"] as const;

export type Device = (typeof devices)[number];

/** What an experiment or a command may ask for: one device, or `auto`, which takes the fastest that works. */
export const deviceChoices = ["auto", ...devices] as const;

export type DeviceChoice = (typeof deviceChoices)[number];
