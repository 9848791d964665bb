import { ServiceError } from "../../errors/service-error.ts";
import { WrongUse } from "../cli-error.ts";

/** What some work of the service's gives; what it refuses is a wrong use. @throws WrongUse */
export function inPlainWords<T>(work: () => T): T {
  try {
    return work();
  } catch (err) {
    throw err instanceof ServiceError ? new WrongUse(err.message) : err;
  }
}
