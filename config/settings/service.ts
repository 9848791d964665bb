import { host } from "../name-types.ts";
import { type SettingGroup, bool, int, oneOf, text } from "../setting-types.ts";

/** Where the service listens, keeps its files, and how much it logs. */
export const SERVICE_SETTINGS = {
  apiHost: host({
    env: "API_HOST",
    fallback: "127.0.0.1",
    about:
      "Address to listen on. Any but a loopback address needs ALLOW_UNAUTHENTICATED=true, since everyone who reaches it can use the machine.",
  }),
  apiPort: int({
    env: "API_PORT",
    fallback: 8000,
    min: 0,
    max: 65_535,
    about: "Port to listen on; 0 takes a free one.",
  }),
  allowUnauthenticated: bool({
    env: "ALLOW_UNAUTHENTICATED",
    fallback: false,
    about: "Listen on a non-loopback address although no client has to identify itself.",
  }),
  home: text({
    env: "SHARED_OLLAMA_HOME",
    fallback: ".",
    range: "folder",
    about: "Folder that holds data/, logs/ and models/.",
  }),
  keepAwake: oneOf({
    env: "KEEP_AWAKE",
    fallback: "auto",
    values: ["auto", "off"],
    about:
      "auto: a Mac does not fall asleep while requests, loads or downloads are under way (`caffeinate -i`); elsewhere nothing is done.",
  }),
  logLevel: oneOf({
    env: "API_LOG_LEVEL",
    fallback: "info",
    values: ["debug", "info", "warn", "error"],
    about: "Least severe event written to logs/service.log.",
  }),
} satisfies SettingGroup;
