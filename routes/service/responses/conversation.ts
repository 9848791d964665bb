import {
  type InputItem,
  type NumberedMessage,
  toMessages,
} from "../../../src/dialects/responses/input-items.ts";
import {
  asInput,
  itemPlace,
  mcpCallInput,
  type OutputItem,
} from "../../../src/dialects/responses/output-items.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import type { BodyImage } from "../../../src/images/image-body.ts";
import { outputOf, parsed } from "../../../src/responses/kept-json.ts";
import type { KeptTurn } from "../../../src/responses/response-memory.ts";
import { LIST_LIMITS } from "../contract/list-limits.ts";
import type { ResponseInput } from "../contract/responses/request.ts";

/** What a request adds to a conversation. */
export interface NewTurn {
  /** What stands before it. */
  previous: KeptTurn | undefined;
  /** Its own messages; `images` are numbers of its body's images. */
  messages: NumberedMessage[];
}

/** All that a model is told, with the images that the messages' numbers mean. */
export interface Conversation {
  messages: NumberedMessage[];
  images: BodyImage[];
}

/** Finds a response that the client has had; undefined where it is not kept. */
export type FindResponse = (id: string) => KeptTurn | undefined;

/**
 * Reads the input of a request.
 * @throws ServiceError `previous_response_not_found`; `validation_error` for input that says nothing.
 */
export function newTurn(
  { input, previous_response_id: id }: Pick<ResponseInput, "input" | "previous_response_id">,
  find: FindResponse,
): NewTurn {
  const previous = id === undefined ? undefined : found(id, find);
  if (typeof input === "string") {
    return { previous, messages: [{ role: "user", content: input, images: [] }] };
  }
  const findItem = itemFinder(find);
  const items = input.flatMap((item, i) => {
    if (item.type === "item_reference") return itemOf(i, item.id, findItem);
    return item.type === "mcp_call" ? mcpCallInput(item) : [item];
  });
  const messages = toMessages(items);
  if (messages.length === 0) {
    const message = "input: a message, or what a function has answered, is needed";
    throw new ServiceError("validation_error", message, { param: "input" });
  }
  return { previous, messages };
}

/** The conversation so far, with what is new. @throws ServiceError `validation_error` where it is too long. */
export function wholeConversation(
  { previous, messages }: NewTurn,
  ownImages: BodyImage[],
): Conversation {
  const turns = turnsUpTo(previous);
  const conversation: Conversation = { messages: [], images: [] };
  for (const turn of turns) {
    append(conversation, parsed(turn.messages) as NumberedMessage[], turn.images);
    append(conversation, toMessages(outputOf(turn).flatMap(asInput)), []);
  }
  append(conversation, messages, ownImages);
  const { length } = conversation.messages;
  const limit = LIST_LIMITS.messages.entries;
  if (length > limit) {
    const message = `The conversation has ${length} messages; the limit is ${limit}`;
    throw new ServiceError("validation_error", message, { param: "previous_response_id" });
  }
  return conversation;
}

/** Whether it takes a model that sees. */
export function hasImages({ messages }: Conversation): boolean {
  return messages.some(({ images }) => images.length > 0);
}

/** The oldest first. */
function turnsUpTo(last: KeptTurn | undefined): KeptTurn[] {
  const turns: KeptTurn[] = [];
  for (let turn = last; turn; turn = turn.previous) turns.push(turn);
  return turns.toReversed();
}

function append(to: Conversation, messages: NumberedMessage[], images: readonly BodyImage[]): void {
  const first = to.images.length;
  to.images.push(...images);
  for (const message of messages) {
    to.messages.push({ ...message, images: message.images.map((number) => first + number) });
  }
}

function found(id: string, find: FindResponse): KeptTurn {
  const turn = find(id);
  if (turn) return turn;
  const message = `There is no response '${shown(id)}', or not any more: responses are kept for an hour`;
  throw new ServiceError("previous_response_not_found", message, { param: "previous_response_id" });
}

/** Finds the items of kept responses. One that is referred to again and again is read once. */
function itemFinder(find: FindResponse): (id: string) => OutputItem | undefined {
  const outputs = new Map<string, OutputItem[]>();
  return (id) => {
    const place = itemPlace(id);
    if (!place) return undefined;
    let output = outputs.get(place.responseId);
    if (!output) {
      const turn = find(place.responseId);
      output = turn ? outputOf(turn) : [];
      outputs.set(place.responseId, output);
    }
    const item = output[place.index];
    return item?.id === id ? item : undefined;
  };
}

function itemOf(
  i: number,
  id: string,
  findItem: (id: string) => OutputItem | undefined,
): InputItem[] {
  const item = findItem(id);
  if (item) return asInput(item);
  const message = `input.${i}: there is no item '${shown(id)}', or not any more: items are kept with their response for an hour`;
  throw new ServiceError("previous_response_not_found", message, { param: `input.${i}` });
}

/** An id in an error. */
const LONGEST_ID = 100;

function shown(id: string): string {
  return id.slice(0, LONGEST_ID);
}
