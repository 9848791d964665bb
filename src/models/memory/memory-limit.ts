/** What the memory for models is worked out from, in GB. */
export interface LimitFacts {
  /** Memory of the machine. */
  totalGb: number;
  largestModelGb: number;
  /** Models of that size that are to fit at once; at most three count. */
  models: number;
  inferenceBufferGb: number;
  serviceOverheadGb: number;
  /** Kept free for other programs. */
  ragReserveGb: number;
  /** OLLAMA_MAX_RAM; undefined where the machine alone decides. */
  maxGb: number | undefined;
}

const SYSTEM_GB = 8;
const SAFETY_GB = 4;
/** Models that are to be in memory at once, at most. */
export const MOST_MODELS = 3;
const MOST_OF_TOTAL = 0.8;
const LEAST_GB = 4;

/**
 * The memory that models may take together, in GB: what the reserve leaves, but enough for the
 * profile's models where four fifths of the machine are (contract §13).
 */
export function memoryLimitGb(facts: LimitFacts): number {
  const { totalGb, largestModelGb, models, inferenceBufferGb, serviceOverheadGb } = facts;
  const needed =
    largestModelGb * Math.min(models, MOST_MODELS) + inferenceBufferGb + serviceOverheadGb;
  const left = totalGb - (SYSTEM_GB + facts.ragReserveGb + SAFETY_GB);
  const limit = Math.min(Math.max(left, needed), totalGb * MOST_OF_TOTAL);
  return Math.min(Math.max(limit, LEAST_GB), facts.maxGb ?? Number.POSITIVE_INFINITY);
}
