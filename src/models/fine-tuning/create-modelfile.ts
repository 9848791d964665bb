import { ServiceError } from "../../errors/service-error.ts";
import type { ModelfileFields, ModelfileMessage } from "../modelfile/fields.ts";
import { writeModelfile } from "../modelfile/write-modelfile.ts";

/** A model to make from another one. */
export interface NewModel extends Omit<ModelfileFields, "from" | "messages"> {
  /** The name of the model it is made from. */
  base: string;
  /** Turns that come before each conversation, for the model to go on alike. */
  examples?: ExampleTurn[];
}

export interface ExampleTurn {
  user: string;
  assistant: string;
}

/**
 * The Modelfile of a new model. `parseModelfile` and `ollama create` read it as what was given.
 * @throws ServiceError `invalid_request` for what no Modelfile can say, and for an empty example.
 */
export function createModelfile({ base, examples = [], ...fields }: NewModel): string {
  const messages = examples.flatMap(turnMessages);
  return writeModelfile({ ...fields, from: base, ...(messages.length > 0 ? { messages } : {}) });
}

function turnMessages(turn: ExampleTurn, index: number): ModelfileMessage[] {
  return (["user", "assistant"] as const).map((role) => {
    const content = turn[role];
    if (content.trim() !== "") return { role, content };
    const message = `modelfile: example ${index + 1} has no text of the ${role}`;
    throw new ServiceError("invalid_request", message, { param: "examples" });
  });
}
