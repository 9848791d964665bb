import { isLoopback } from "../../../../config/load.ts";
import { maskedValue } from "../../../../config/secrets.ts";
import { findingsOf, type Finding } from "../finding.ts";
import type { Facts } from "../facts.ts";

const { ok, warning } = findingsOf("proxies");

const OF_HTTP = ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"];
const ALL = [...OF_HTTP, "https_proxy", "HTTPS_PROXY"];

/** Clients that believe the environment would send what is for this machine to a proxy. */
export function checkProxies({ env }: Pick<Facts, "env">): Finding[] {
  const set = ALL.filter((name) => (env[name] ?? "").trim() !== "");
  if (set.length === 0) return [ok("None is set.")];
  const wrong = set.filter((name) => !isUrl(env[name] ?? ""));
  const findings = wrong.map((name) =>
    warning(
      `${name}=${maskedValue(name, env[name] ?? "")} is no address.`,
      `Set it to a URL such as http://proxy.example:3128, or unset it.`,
    ),
  );
  const http = OF_HTTP.find((name) => set.includes(name));
  const spared = sparedHosts(env);
  if (http !== undefined && !(spared.has("127.0.0.1") && spared.has("localhost"))) {
    findings.push(
      warning(
        `${http} is set: curl, Python and others send what is for 127.0.0.1 to the proxy.`,
        "Set NO_PROXY=localhost,127.0.0.1,::1 for the clients.",
      ),
    );
  }
  if (findings.length > 0) return findings;
  return [ok(`${set.join(", ")} set; this machine is spared.`)];
}

/** Addresses of this machine that NO_PROXY spares. */
function sparedHosts(env: Facts["env"]): Set<string> {
  const items = `${env["NO_PROXY"] ?? ""},${env["no_proxy"] ?? ""}`
    .split(",")
    .map((item) => item.trim().toLowerCase());
  if (items.includes("*")) return new Set(["127.0.0.1", "localhost"]);
  const hosts = items.map((item) => item.replace(/:\d+$/, "").replace(/^\*?\./, ""));
  const ranges = items.some((item) => /^127\.0\.0\.0\/\d+$/.test(item)) ? ["127.0.0.1"] : [];
  return new Set([...hosts.filter((host) => host !== "" && isLoopback(host)), ...ranges]);
}

function isUrl(text: string): boolean {
  // Most take an address without its scheme, too.
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return URL.canParse(url);
}
