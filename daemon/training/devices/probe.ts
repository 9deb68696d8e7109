/** The probe: tries a device in a process of its own, which a broken driver may end. */
import type { Device } from "../../engine/backends/backend.ts";
import { importRuntime } from "../../engine/backends/runtime-package.ts";
import { dense } from "../../engine/layers.ts";
import { squaredError } from "../../engine/losses.ts";
import { perStep } from "../../engine/ops/source.ts";
import { Parameters } from "../../engine/parameters.ts";
import { constantRate } from "../../engine/schedule.ts";
import { Trainer } from "../../engine/trainer.ts";
import { compileTraining } from "../../engine/training.ts";
import { answerQuestions } from "../workers/processes/answering.ts";
import { type ProbeResult, probeContract } from "./probe-contract.ts";

const [batch, width, steps] = [256, 128, 20];

/** Trains a small perceptron on `device`; a broken driver may end the whole process, so run it in one of its own. */
async function probe(device: Device): Promise<ProbeResult> {
  try {
    const parameters = new Parameters(1);
    const loss = squaredError(
      dense(parameters, "layer", perStep("x", [batch, width]), width),
      perStep("y", [batch, width]),
    );
    const trainer = await Trainer.open(compileTraining({ parameters, loss }, device), {
      device,
      threads: 1,
      resident: {},
      schedule: constantRate(1e-3),
      seed: 1,
      start: parameters.initial(),
    });
    const ones = new Float32Array(steps * batch * width).fill(1);
    await trainer.run(steps, { x: ones, y: ones });
    const since = performance.now();
    const losses = await trainer.run(steps, { x: ones, y: ones });
    const millisecondsPerStep = (performance.now() - since) / steps;
    await trainer.close();
    if (!losses.every(Number.isFinite)) return { works: false, reason: "it computes wrong numbers" };
    return { works: true, millisecondsPerStep, runtime: (await importRuntime()).env.versions.node ?? "unknown" };
  } catch (error) {
    return { works: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

answerQuestions(probeContract, { probe });
