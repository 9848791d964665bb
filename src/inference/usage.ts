/** What an answer took, as the inference server says it. */
export interface Usage {
  inputTokens: number | undefined;
  outputTokens: number | undefined;
  /** Milliseconds that the server spent on the prompt, on the answer, and on loading the model. */
  promptMs: number | undefined;
  generationMs: number | undefined;
  loadMs: number | undefined;
  /** Milliseconds of all of it. */
  totalMs: number | undefined;
  /** Whether the tokens were not told but estimated from the bytes. */
  isEstimated: boolean;
}

/** An object of JSON. */
type Fields = Record<string, unknown>;

/** The end of an answer that was passed on. */
export interface PassedAnswer {
  contentType: string;
  /** Its last lines, which may begin in the middle of one. */
  tail: string;
  /** Bytes of the whole answer, and of the request's body. */
  bytes: number;
  requestBytes: number;
}

/** A usual token of text, in bytes: the rule that the prompt limit goes by, too. */
const BYTES_A_TOKEN = 4;

/** What an answer of Ollama says that it took: its last line, or the whole. */
export function usageOf(answer: Fields): Usage {
  return {
    inputTokens: numberIn(answer["prompt_eval_count"]),
    outputTokens: numberIn(answer["eval_count"]),
    promptMs: millisIn(answer["prompt_eval_duration"]),
    generationMs: millisIn(answer["eval_duration"]),
    loadMs: millisIn(answer["load_duration"]),
    totalMs: millisIn(answer["total_duration"]),
    isEstimated: false,
  };
}

/** What an answer took of which only the end is known, whatever its dialect. */
export function usageOfPassed(answer: PassedAnswer): Usage {
  const isEvents = answer.contentType.startsWith("text/event-stream");
  const lines = answer.tail.split("\n").filter((line) => line !== "");
  for (const line of lines.toReversed()) {
    if (isEvents && !line.startsWith("data:")) continue;
    const told = toldIn(isEvents ? line.slice("data:".length) : line);
    if (told) return told;
    // Without events only the last line says it.
    if (!isEvents) break;
  }
  return estimated(answer, isEvents ? lines.filter((line) => line.startsWith("data:")) : lines);
}

/** What a line tells, in Ollama's words or in OpenAI's or Anthropic's. */
function toldIn(line: string): Usage | undefined {
  // Most events of a stream say nothing of it, and need not be parsed.
  if (!/"(?:prompt_)?eval_count"|"usage"/.test(line)) return undefined;
  const fields = parsed(line);
  if (!fields) return told(countsIn(line));
  const { usage = objectIn(fields["response"])["usage"] ?? fields } = fields;
  return told(objectIn(usage));
}

/** Ollama's answers have these at their end, behind what is too long to be kept. */
const COUNTS = /"(\w+_(?:count|duration|tokens))":(\d+)/g;

function countsIn(text: string): Fields {
  return Object.fromEntries(
    [...text.matchAll(COUNTS)].map(([, name, value]) => [name, Number(value)]),
  );
}

function told(counts: Fields): Usage | undefined {
  const usage = usageOf({
    ...counts,
    prompt_eval_count:
      counts["prompt_eval_count"] ?? counts["prompt_tokens"] ?? counts["input_tokens"],
    eval_count: counts["eval_count"] ?? counts["completion_tokens"] ?? counts["output_tokens"],
  });
  const isTold = usage.inputTokens !== undefined || usage.outputTokens !== undefined;
  return isTold ? usage : undefined;
}

/** A piece of a stream is a token: how many there were follows from the length of the last ones. */
function estimated({ tail, bytes, requestBytes }: PassedAnswer, pieces: string[]): Usage {
  const tailBytes = Math.max(1, Buffer.byteLength(tail));
  return {
    ...usageOf({}),
    inputTokens: Math.ceil(requestBytes / BYTES_A_TOKEN),
    outputTokens: Math.round((bytes * pieces.length) / tailBytes),
    isEstimated: true,
  };
}

function parsed(line: string): Fields | undefined {
  try {
    return objectIn(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function objectIn(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function numberIn(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function millisIn(nanoseconds: unknown): number | undefined {
  return typeof nanoseconds === "number" ? nanoseconds / 1e6 : undefined;
}
