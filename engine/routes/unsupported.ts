import { INSTALL_OLLAMA, unsupported } from "../errors.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Route } from "../http/router.ts";
import { errorBody } from "../openai/errors.ts";

/** Routes of Ollama that the engine does not support, with advice. */
const UNSUPPORTED: readonly {
  methods: string[];
  path: string;
  feature: string;
  advice?: string;
}[] = [
  { methods: ["POST"], path: "/api/push", feature: "pushing models" },
  { methods: ["POST"], path: "/api/me", feature: "an ollama.com account" },
  { methods: ["POST"], path: "/api/signout", feature: "an ollama.com account" },
  { methods: ["DELETE"], path: "/api/user/keys/:key", feature: "an ollama.com account" },
  {
    methods: ["POST"],
    path: "/v1/responses",
    feature: "the responses API",
    advice: `use /v1/chat/completions, or ${INSTALL_OLLAMA}`,
  },
];

/** Routes that refuse with advice, so that a client learns more than "not found". */
export function unsupportedRoutes(): Route[] {
  return UNSUPPORTED.map(({ methods, path, feature, advice = INSTALL_OLLAMA }) => ({
    methods,
    path,
    handler: (exchange: Exchange) => {
      const { status, message } = unsupported(feature, advice);
      const openai = path.startsWith("/v1/");
      exchange.json(
        status,
        openai ? errorBody(message, "invalid_request_error") : { error: message },
      );
    },
  }));
}
