import { describePythonClient } from "./python-clients.ts";

describePythonClient("ollama", "ollama_tests");
