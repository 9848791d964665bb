import { createHash } from "node:crypto";
import { ServiceError } from "../errors/service-error.ts";
import type { Exchange } from "../http/exchange.ts";
import { flat } from "../runtime/text-limits.ts";
import { KEY_NAME, type KeyNames } from "./key-names.ts";

/** At most 64 characters, like every name that identifies a tenant. */
export const PROJECT_NAME = /^[A-Za-z0-9._\-/@:]{1,64}$/;

/** The parts of a request that may say whose it is. */
export type NamedRequest = Pick<Exchange, "header" | "target">;

interface TenantNamesOptions {
  /** TENANT_HEADERS: further headers that name a tenant, in lower case, the first one first. */
  headers?: readonly string[];
  /** Names for keys; without it keys name nobody. */
  keys?: Pick<KeyNames, "of"> | undefined;
}

/**
 * Who a request is from. The first of these that names somebody counts:
 *
 * 1. the header X-Project-Name,
 * 2. the headers of TENANT_HEADERS,
 * 3. the URL, `/project/NAME/…`,
 * 4. the API key, where keys name tenants,
 * 5. the client's address, in brackets, which no other name has.
 */
export class TenantNames {
  readonly #headers: readonly string[];
  readonly #keys: Pick<KeyNames, "of"> | undefined;

  constructor({ headers = [], keys }: TenantNamesOptions = {}) {
    this.#headers = headers;
    this.#keys = keys;
  }

  /**
   * The project that a request names; undefined for one that counts by its address.
   * @throws ServiceError `invalid_project_name` for a name that is not one, in the URL also where a
   * header names another.
   */
  projectOf(request: NamedRequest): string | undefined {
    const inUrl = request.target.project;
    if (inUrl !== undefined && !(this.#isProject(inUrl) && isPlainInUrl(inUrl))) {
      throw notAName("A project in the URL", "; a slash in it is written %2F");
    }
    return (
      this.#namedByHeader(request) ?? this.#sentAlong(request) ?? inUrl ?? this.#keys?.of(request)
    );
  }

  #namedByHeader(request: NamedRequest): string | undefined {
    const name = request.header("x-project-name");
    if (name === undefined || name === "") return undefined;
    if (this.#isProject(name)) return name;
    throw notAName("X-Project-Name", KEY_NAME.test(name) ? "; this one is a key's" : "");
  }

  #sentAlong(request: NamedRequest): string | undefined {
    for (const header of this.#headers) {
      const value = request.header(header);
      if (value === undefined || value === "") continue;
      const text = decoded(value);
      return this.#isProject(text) ? text : nameFor(text);
    }
    return undefined;
  }

  #isProject(name: string): boolean {
    return PROJECT_NAME.test(name) && !(this.#keys && KEY_NAME.test(name));
  }
}

/** The tenant of a client that names no project. No project has brackets in its name. */
export function tenantOfAddress(address: string): string {
  return `[${address}]`;
}

function notAName(what: string, more: string): ServiceError {
  return new ServiceError(
    "invalid_project_name",
    `${what} takes 1 to 64 letters, digits and . _ - / @ :${more}`,
  );
}

/** Proxies and clients drop empty parts of a path, and resolve dots: they would make another name. */
function isPlainInUrl(name: string): boolean {
  return name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** Open WebUI writes what is not ASCII as a URL does. */
function decoded(value: string): string {
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** So much of a text is recognised by people; the rest is for the hash. */
const READABLE_CHARS = 40;
const HASH_DIGITS = 16;

/**
 * A project's name for a text that is none, such as a person's full name: always the same for the
 * same text. Its hash keeps those apart that differ only in what a name cannot have.
 */
function nameFor(text: string): string {
  const readable = text.slice(0, READABLE_CHARS).replaceAll(/[^A-Za-z0-9._\-/@:]/g, "_");
  const hash = createHash("sha256").update(text).digest("hex").slice(0, HASH_DIGITS);
  return flat(`${readable}:${hash}`);
}
