import type { AppContext } from "../../middleware/env.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import type { Pulls } from "../../src/models/changes/pulls.ts";
import { answerJson } from "../answer-json.ts";
import { readJson } from "../read-json.ts";
import { errorResponses } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import {
  BODY_CODES,
  CHANGE_CODES,
  progressContent,
  PullModelRequest,
  Success,
} from "./contract/model-changes.ts";
import { nameInBody, nameInPath, OwnNameInPath } from "./named-model.ts";
import { progressAnswer } from "./progress-answer.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { Guards } from "./services.ts";

/** What the routes of pulls work with. */
export interface PullServices {
  guards: Pick<Guards, "mayManage" | "rate">;
  pulls: Pick<Pulls, "cancel" | "watch" | "whole">;
  /** Tells the log of a failure that could only be shown inside a stream. */
  onStreamError: (err: unknown, requestId: string) => void;
}

const pullRoute: ServiceRoute = {
  method: "post",
  path: "/api/v1/models/pull",
  operationId: "pullModel",
  tags: ["Models"],
  summary: "Fetch a model; requests for the same one share its download",
  headers: ["rateLimit"],
  request: {
    body: { required: true, content: { "application/json": { schema: PullModelRequest } } },
  },
  responses: {
    200: {
      description:
        "Where the download stands, a line each; with `stream: false` only that it has ended. " +
        "It goes on when its clients leave",
      content: progressContent,
    },
    ...errorResponses([...CHANGE_CODES, ...BODY_CODES, "insufficient_storage"]),
  },
};

const cancelRoute: ServiceRoute = {
  method: "delete",
  path: "/api/v1/models/pull/{name}",
  operationId: "cancelPull",
  tags: ["Models"],
  summary: "Cancel a model's download, for all who wait for it",
  headers: ["rateLimit"],
  request: { params: OwnNameInPath },
  responses: {
    200: { description: "Cancelled", content: { "application/json": { schema: Success } } },
    ...errorResponses([
      "forbidden",
      "invalid_request",
      "not_found",
      "rate_limit_exceeded",
      "shutting_down",
    ]),
  },
};

/** POST /api/v1/models/pull, DELETE /api/v1/models/pull/{name} */
export function pullRoutes(router: ServiceRouter, services: PullServices): void {
  const { rate, mayManage } = services.guards;
  mount(router, pullRoute, [mayManage, rate("models/pull", 10)], (c) => pull(c, services));
  mount(router, cancelRoute, [mayManage, rate("models/pull/cancel", 10)], (c) =>
    cancel(c, services),
  );
}

async function pull(c: AppContext, { pulls, onStreamError }: PullServices): Promise<Response> {
  c.get("record").operation = "pull";
  const input = await readJson(c, PullModelRequest);
  const request = { model: nameInBody(c, input), insecure: input.insecure ?? false };
  const { signal } = c.get("exchange");
  if (input.stream ?? true) {
    return progressAnswer(c, await pulls.watch(request, signal), onStreamError);
  }
  await pulls.whole(request, signal);
  return answerJson(c, { status: "success" });
}

function cancel(c: AppContext, { pulls }: PullServices): Response {
  c.get("record").operation = "cancel_pull";
  const model = nameInPath(c);
  if (pulls.cancel(model)) return answerJson(c, { status: "success" });
  throw new ServiceError("not_found", `No pull of '${model}' is under way`);
}
