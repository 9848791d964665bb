import { answered, type Api } from "../api.ts";

/**
 * The names of installed models, and of aliases, where a command does without them as well.
 * @param ms how long the service may take; after that there are none.
 */
export async function installedNames(api: Api, ms = 300): Promise<string[]> {
  try {
    const signal = AbortSignal.timeout(ms);
    const { data } = await answered(api.GET("/api/v1/models", { signal }));
    return data.map(({ id }) => id);
  } catch {
    return [];
  }
}
