/** What every name of the service's own begins with. */
export const PREFIX = "shared_ollama_";
