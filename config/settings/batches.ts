import { type SettingGroup, int } from "../setting-types.ts";

/** Batches of requests. */
export const BATCH_SETTINGS = {
  batchTextAtOnce: int({
    env: "BATCH_CHAT_MAX_CONCURRENT",
    fallback: 5,
    min: 1,
    max: 50,
    about: "Chats of one batch that are under way at once.",
  }),
  batchTextMaxItems: int({
    env: "BATCH_CHAT_MAX_REQUESTS",
    fallback: 50,
    min: 1,
    max: 1000,
    about: "Chats in one batch.",
  }),
  batchVisionAtOnce: int({
    env: "BATCH_VLM_MAX_CONCURRENT",
    fallback: 3,
    min: 1,
    max: 20,
    about: "Vision chats of one batch that are under way at once.",
  }),
  batchVisionMaxItems: int({
    env: "BATCH_VLM_MAX_REQUESTS",
    fallback: 20,
    min: 1,
    max: 500,
    about: "Vision chats in one batch.",
  }),
} satisfies SettingGroup;
