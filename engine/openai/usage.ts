import type { Metrics } from "../inference/answer.ts";

export type Usage = {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
};

export function usageOf({ prompt_eval_count = 0, eval_count = 0 }: Metrics): Usage {
  return {
    prompt_tokens: prompt_eval_count,
    completion_tokens: eval_count,
    total_tokens: prompt_eval_count + eval_count,
  };
}
