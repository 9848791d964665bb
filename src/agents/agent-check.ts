import { ServiceError } from "../errors/service-error.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import type { ModelAliases } from "../models/model-aliases.ts";
import { assertModelName } from "../models/model-name.ts";
import type { AgentDefinition } from "./agent.ts";

/** The MCP servers that the operator names. */
export interface KnownServers {
  knows(server: string): boolean;
}

interface AgentCheckOptions {
  aliases: Pick<ModelAliases, "modelFor">;
  catalog: Pick<ModelCatalog, "assertAllowed">;
  servers: KnownServers;
}

/** Decides which definitions are taken. */
export class AgentCheck {
  readonly #options: AgentCheckOptions;

  constructor(options: AgentCheckOptions) {
    this.#options = options;
  }

  /**
   * @throws ServiceError `invalid_request` for what is no model's name, or an MCP server that is not
   * in config/mcp.yaml; `model_not_allowed`.
   */
  async assert({ model, mcp }: AgentDefinition): Promise<void> {
    const { aliases, catalog, servers } = this.#options;
    assertModelName(model);
    catalog.assertAllowed(await aliases.modelFor(model));
    const unknown = mcp.find((server) => !servers.knows(server));
    if (unknown === undefined) return;
    const message = `mcp: there is no MCP server '${unknown}' in config/mcp.yaml; the operator adds it there`;
    throw new ServiceError("invalid_request", message, { param: "mcp" });
  }
}
