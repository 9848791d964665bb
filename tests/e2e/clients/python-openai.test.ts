import { describePythonClient } from "./python-clients.ts";

describePythonClient("openai", "openai_tests");
