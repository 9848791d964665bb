import { type SettingGroup, optionalInt, seconds } from "../setting-types.ts";

/** The threads that compress images and read large bodies. */
export const WORKER_THREAD_SETTINGS = {
  workerThreads: optionalInt({
    env: "WORKER_THREADS",
    min: 1,
    max: 32,
    about:
      "Threads for image compression and large bodies (default: the processor's cores less one, from 1 to 3).",
  }),
  taskDeadlineMs: seconds({
    env: "TASK_DEADLINE",
    fallback: 30,
    min: 1,
    max: 600,
    about: "How long one task may run on such a thread, such as the compression of an image.",
  }),
} satisfies SettingGroup;
