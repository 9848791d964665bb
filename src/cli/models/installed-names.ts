import { answered, type Api } from "../api.ts";

/**
 * The names of installed models, and of aliases, for a shell that completes a word.
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
