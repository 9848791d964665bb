import { parseArgs as parseTokens } from "node:util";
import { parseArgs, type ArgDef, type ArgsDef } from "citty";
import { closest } from "./closest.ts";
import { WrongUse } from "./cli-error.ts";
import type { Command } from "./command.ts";
import type { Found } from "./find-command.ts";
import { GLOBAL_ARGS } from "./global-args.ts";
import { wordName } from "./word-name.ts";

interface Read {
  values: Record<string, unknown>;
  /** What the command takes as it is. */
  rest: string[];
}

/** A command's options and words. @throws WrongUse for what it does not know, and what it lacks. */
export function readArgs(command: Command, { args, words }: Pick<Found, "args" | "words">): Read {
  const known: ArgsDef = { ...command.args, ...GLOBAL_ARGS };
  const wrong = (problem: string): WrongUse =>
    new WrongUse(`${ended(problem)} How it is called: shared-ollama ${words} --help`);
  const { own, rest } = split(args, known, command, wrong);
  try {
    return { values: parseArgs(own, known), rest };
  } catch (err) {
    throw wrong(plainly(err, known));
  }
}

type Token = ReturnType<typeof tokensOf>[number];

function tokensOf(args: string[], known: ArgsDef) {
  return parseTokens({ args, options: optionTypes(known), strict: false, tokens: true }).tokens;
}

/** `-m=v` means v, as `--model=v` does; Node's parser has `=v` there. */
function withoutSign(token: Token): Token {
  if (token.kind !== "option" || token.value === undefined) return token;
  const isShort = !token.rawName.startsWith("--");
  if (!isShort || !token.inlineValue || !token.value.startsWith("=")) return token;
  return { ...token, value: token.value.slice(1) };
}

/** What the command knows, and what follows; citty itself takes any option for a known one. */
function split(
  args: string[],
  known: ArgsDef,
  { rest: restName, restBehindDashes = false }: Pick<Command, "rest" | "restBehindDashes">,
  wrong: (problem: string) => WrongUse,
): { own: string[]; rest: string[] } {
  const own: string[] = [];
  const words: string[] = [];
  const rest: string[] = [];
  const takesRest = restName !== undefined;
  let room = Object.values(known).filter(({ type }) => type === "positional").length;
  for (const found of tokensOf(args, known)) {
    const token = withoutSign(found);
    if (token.kind === "option-terminator") {
      if (restBehindDashes) room = 0;
      continue;
    }
    if (token.kind === "positional") {
      if (room > 0) words.push(token.value);
      else if (takesRest) rest.push(token.value);
      else throw wrong(`${token.value} is one word too many`);
      room -= 1;
      continue;
    }
    const definition = definitionOf(token.name, known);
    const said = token.value === undefined ? token.rawName : `${token.rawName}=${token.value}`;
    if (!definition) {
      if (!takesRest) throw wrong(`There is no option ${token.rawName}${meant(token.name, known)}`);
      rest.push(said);
      continue;
    }
    const takesValue = definition.type !== "boolean";
    const isForgotten = !token.inlineValue && isOption(token.value, known);
    if (takesValue && (token.value === undefined || token.value === "" || isForgotten)) {
      throw wrong(`${token.rawName} needs a value`);
    }
    if (!takesValue && token.value !== undefined) throw wrong(`${token.rawName} takes no value`);
    const name = `--${longName(token.name, known)}`;
    own.push(takesValue ? `${name}=${token.value}` : name);
  }
  return { own: words.length > 0 ? [...own, "--", ...words] : own, rest };
}

/** As Node's parser wants them. An unknown option in front of a word is not given that as a value. */
function optionTypes(known: ArgsDef) {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {};
  for (const [name, definition] of Object.entries(known)) {
    if (definition.type === "positional") continue;
    const kind = definition.type === "boolean" ? "boolean" : "string";
    options[name] = { type: kind };
    for (const alias of aliasesOf(definition)) {
      if (alias.length === 1) options[name].short = alias;
      else options[alias] = { type: kind };
    }
  }
  return options;
}

function aliasesOf(definition: ArgDef): string[] {
  const alias = "alias" in definition ? definition.alias : undefined;
  return alias === undefined ? [] : [alias].flat();
}

/** Whether somebody has gone on with the next option; numbers below zero are values. */
function isOption(value: string | undefined, known: ArgsDef): boolean {
  const [, name] = /^--?([^=]+)/.exec(value ?? "") ?? [];
  return value === "--" || (name !== undefined && definitionOf(name, known) !== undefined);
}

function longName(name: string, known: ArgsDef): string {
  if (Object.hasOwn(known, name)) return name;
  const found = Object.entries(known).find(([, definition]) =>
    aliasesOf(definition).includes(name),
  );
  return found?.[0] ?? name;
}

/** The definition of an option by its name, its other names, or with `no-` in front of it. */
function definitionOf(name: string, known: ArgsDef): ArgDef | undefined {
  const found = own(known, longName(name, known));
  if (found && found.type !== "positional") return found;
  const denied = name.startsWith("no-") ? own(known, longName(name.slice(3), known)) : undefined;
  return denied?.type === "boolean" && denied.negativeDescription ? denied : undefined;
}

/** Every object has a `constructor`. */
function own(known: ArgsDef, name: string): ArgDef | undefined {
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

function meant(name: string, known: ArgsDef): string {
  const options = Object.entries(known).filter(([, { type }]) => type !== "positional");
  const near = closest(
    name,
    options.map(([option]) => option),
  );
  return near === undefined ? "" : `; did you mean --${near}?`;
}

function ended(sentence: string): string {
  return sentence.endsWith("?") ? sentence : `${sentence}.`;
}

/** What citty says, in a reader's words. */
function plainly(err: unknown, known: ArgsDef): string {
  // oxlint-disable-next-line no-control-regex -- citty paints parts of it
  const text = (err as Error).message.replaceAll(/\u001B\[\d+m/g, "").replace(/\.$/, "");
  return text
    .replace(/^Missing required positional argument: (.*)$/, (_, said: string) => {
      const name = said.toLowerCase();
      return `${wordName(name, known[name] ?? {})} is missing`;
    })
    .replace(/^Missing required argument: (.*)$/, "$1 is missing")
    .replace(
      /^Invalid value for argument: (\S+) \((.*)\)\. Expected one of: (.*)$/,
      "$1 $2: expected one of $3",
    );
}
