import { answered } from "../api.ts";
import type { components } from "../api-types.d.ts";
import type { Cli } from "../cli.ts";
import { CliError, Interrupted, NotFound, WrongUse } from "../cli-error.ts";
import { oneLine, wrap } from "../output/text.ts";

type Approval = components["schemas"]["AgentApproval"];
type State = components["schemas"]["AgentRunState"];

/** What is said to a call; without it a person is asked. */
interface Decision {
  call?: string | undefined;
  approve?: boolean | undefined;
  reason?: string | undefined;
}

/**
 * Decides on the calls that a run waits with, or on one of them. What is approved are the arguments
 * that were shown: if they are others by then, the service refuses.
 * @throws CliError where it waits for nothing; NotFound for a call that is not among them; WrongUse
 * where nobody is there to ask.
 */
export async function approvePending(
  cli: Cli,
  id: string,
  { call, approve, reason }: Decision = {},
): Promise<State> {
  const params = { path: { id } };
  const { approvals = [], status } = await answered(
    cli.api.GET("/api/v1/agents/runs/{id}", { params }),
  );
  const pending = call === undefined ? approvals : approvals.filter((of) => of.call_id === call);
  if (approvals.length === 0) throw new CliError(`The run waits for nobody: it is ${status}`);
  if (pending.length === 0) {
    throw new NotFound(
      `It waits with ${approvals.map((of) => of.call_id).join(", ")}, not ${call}`,
    );
  }
  let state: State | undefined;
  for (const of of pending) {
    const isApproved = approve ?? (await isWanted(cli, id, of));
    const { call_id, arguments_sha256 } = of;
    state = await answered(
      cli.api.POST("/api/v1/agents/runs/{id}/approve", {
        params,
        body: {
          call_id,
          approve: isApproved,
          arguments_sha256,
          ...(reason === undefined ? {} : { reason }),
        },
      }),
    );
  }
  return state as State;
}

async function isWanted(cli: Cli, id: string, approval: Approval): Promise<boolean> {
  if (!cli.input.isTTY || !cli.out.isTerminal || cli.flags.json) {
    throw new WrongUse(`${called(approval)}? Nobody is here to answer: say --yes or --deny`);
  }
  const { columns } = cli.out;
  for (const line of wrap(`It wants to call ${called(approval)}`, columns)) cli.out.note(line);
  try {
    return await cli.ask("Shall it?");
  } catch (err) {
    if (err instanceof Interrupted)
      cli.out.note(`It still waits: shared-ollama agents approve ${id}`);
    throw err;
  }
}

function called({ server, tool, arguments: args }: Approval): string {
  return oneLine(`${server}.${tool} ${args}`);
}
