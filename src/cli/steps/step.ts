/** One thing that is done to the machine. */
export type Step =
  | { kind: "write"; path: string; text: string; mode: number }
  | { kind: "remove"; path: string }
  | { kind: "folder"; path: string }
  | {
      kind: "run";
      /** The program and its arguments. */
      command: readonly string[];
      /** It fails where there is nothing to do, which does not matter. */
      mayFail?: true;
    };

/** What is done, in which order, and what to know about it. */
export interface Plan {
  /** What it comes to, in one line. */
  does: string;
  steps: Step[];
  /** What is left to the person, a line each. */
  notes: string[];
}

/** A plan as lines for a shell, which do the same when they are pasted. */
export function planAsShell({ does, steps, notes }: Plan): string {
  return [...comment(does), ...steps.flatMap(stepAsShell), ...notes.flatMap(comment), ""].join(
    "\n",
  );
}

function stepAsShell(step: Step): string[] {
  switch (step.kind) {
    case "write": {
      const path = shellWord(step.path);
      const end = endMark(step.text);
      const text = step.text.replace(/\n$/, "");
      const mode = step.mode.toString(8).padStart(4, "0");
      return [
        `mkdir -p ${shellWord(parentOf(step.path))}`,
        `cat > ${path} <<'${end}'`,
        text,
        end,
        `chmod ${mode} ${path}`,
      ];
    }
    case "remove":
      return [`rm -f ${shellWord(step.path)}`];
    case "folder":
      return [`mkdir -p ${shellWord(step.path)}`];
    case "run": {
      const line = step.command.map(shellWord).join(" ");
      return [step.mayFail ? `${line} || true` : line];
    }
  }
}

/** What is between the slashes: paths here are POSIX's. */
function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

/** A line that the text has not. */
function endMark(text: string): string {
  let mark = "EOF";
  while (text.split("\n").includes(mark)) mark += "_";
  return mark;
}

function comment(text: string): string[] {
  return text.split("\n").map((line) => `# ${line}`);
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
