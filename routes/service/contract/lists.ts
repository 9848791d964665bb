import { z } from "@hono/zod-openapi";
import { isObject } from "../../../src/runtime/is-object.ts";
import { excessIn, MAX_LEVELS } from "../../../src/runtime/nesting.ts";
import { LIST_LIMITS, type ListLimit } from "./list-limits.ts";

/** What the schemas of this file know beside what zod's own do. */
interface Limited {
  limit: ListLimit;
}

interface LimitedList extends z.core.$ZodArrayDef, Limited {}

/** zod's list, but counted before its entries are checked, and left at the first wrong one. */
const BoundedList = z.core.$constructor<z.ZodArray, LimitedList>("BoundedList", (inst, def) => {
  z.ZodArray.init(inst, def);
  inst._zod.parse = (payload, ctx) => {
    const input: unknown = payload.value;
    if (!Array.isArray(input)) {
      payload.issues.push({ code: "invalid_type", expected: "array", input, inst });
      return payload;
    }
    const problem = problemOf(input, input.length, def.limit);
    if (problem !== undefined) {
      payload.issues.push(issue(problem, input, inst));
      return payload;
    }
    const checked: unknown[] = [];
    payload.value = checked;
    for (const [i, value] of input.entries()) {
      const result = def.element._zod.run({ value, issues: [] }, ctx);
      if (result instanceof Promise) throw new z.core.$ZodAsyncError();
      if (result.issues.length > 0) {
        payload.issues.push(...z.core.util.prefixIssues(i, result.issues));
        return payload;
      }
      checked.push(result.value);
    }
    return payload;
  };
});

interface LimitedObject extends z.core.$ZodRecordDef, Limited {}

/** zod's record, but counted before its fields are looked at. */
const BoundedObject = z.core.$constructor<z.ZodRecord, LimitedObject>(
  "BoundedObject",
  (inst, def) => {
    z.ZodRecord.init(inst, def);
    const parse = inst._zod.parse.bind(inst._zod);
    inst._zod.parse = (payload, ctx) => {
      const input: unknown = payload.value;
      const problem = isObject(input)
        ? problemOf(input, Object.keys(input).length, def.limit)
        : undefined;
      if (problem === undefined) return parse(payload, ctx);
      payload.issues.push(issue(problem, input, inst));
      return payload;
    };
  },
);

/** A list whose entries are checked up to the first wrong one, unless there are too many. */
export function list<T extends z.ZodType>(element: T, limit: ListLimit): z.ZodArray<T> {
  const checks = [z.maxLength(limit.entries)];
  return new BoundedList({ type: "array", element, limit, checks }) as unknown as z.ZodArray<T>;
}

/** A JSON object of any shape, that is neither too large nor nested too deep. */
export function boundedObject(): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  return boundedMap(z.unknown());
}

/** The same with values of one kind. */
export function boundedMap<T extends z.ZodType>(valueType: T): z.ZodRecord<z.ZodString, T> {
  const limit = LIST_LIMITS.object;
  const schema = new BoundedObject({ type: "record", keyType: z.string(), valueType, limit });
  return schema as unknown as z.ZodRecord<z.ZodString, T>;
}

/** Why a list or an object is not looked at, as the rest of a sentence that names it. */
function problemOf(input: object, entries: number, limit: ListLimit): string | undefined {
  if (entries > limit.entries) {
    return `has ${entries} ${Array.isArray(input) ? "entries" : "fields"}; the limit is ${limit.entries}`;
  }
  if (limit.values === undefined) return undefined;
  const excess = excessIn(input, limit.values);
  if (excess === "values") return `has more than ${limit.values} values in it`;
  return excess && `is nested more than ${MAX_LEVELS} levels deep`;
}

function issue(message: string, input: unknown, inst: z.core.$ZodType): z.core.$ZodRawIssue {
  return { code: "custom", message, input, inst };
}
