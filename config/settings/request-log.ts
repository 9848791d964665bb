import { type SettingGroup, bool } from "../setting-types.ts";

/** The records of requests. */
export const REQUEST_LOG_SETTINGS = {
  requestLogEnabled: bool({
    env: "REQUEST_LOG_ENABLED",
    fallback: true,
    about:
      "Keep a record of each request in data/requests.db, for 30 days, without texts of prompts and answers. Switched off again, the file stays as it is.",
  }),
} satisfies SettingGroup;
