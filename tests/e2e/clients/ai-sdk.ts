import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, stepCountIs, streamText, tool } from "ai";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type ClientWorld, SCRIPTED_MODEL } from "../../support/client-world.ts";
import { SAID } from "../../support/scripted-model.ts";

export function describeAiSdk(world: () => ClientWorld): void {
  describe("the AI SDK at the gateway's /api/v1", () => {
    let provider: ReturnType<typeof createOpenAICompatible>;
    beforeAll(() => {
      const baseURL = `${world().url("gateway")}/api/v1`;
      provider = createOpenAICompatible({ name: "shared", baseURL, apiKey: "none" });
    });

    /** A conversation that has the model call a tool, and the tools that note its calls. */
    function toolLoop(answer: string) {
      const cities: string[] = [];
      const weather = tool({
        description: "The weather of a city",
        inputSchema: z.object({ city: z.string() }),
        execute: ({ city }) => {
          cities.push(city);
          return answer;
        },
      });
      const request = {
        model: provider(SCRIPTED_MODEL),
        prompt: "What is the weather in Paris?",
        tools: { get_weather: weather },
        stopWhen: stepCountIs(3),
        maxRetries: 0,
        temperature: 0,
        maxOutputTokens: 100,
      };
      return { request, cities };
    }

    // A tool may have nothing to say.
    it.each(["22 degrees", ""])("runs a tool that answers %j", async (answer) => {
      const { request, cities } = toolLoop(answer);
      const { text, steps } = await generateText(request);
      expect(steps.map(({ finishReason }) => finishReason)).toEqual(["tool-calls", "stop"]);
      expect(text).toBe(SAID.join(""));
      expect(cities).toEqual(["Paris"]);
    });

    it.each([{ type: "tool", toolName: "get_time" } as const, "required" as const])(
      "has a tool called by %j, whole and streamed",
      async (toolChoice) => {
        const inputSchema = z.object({ zone: z.enum(["UTC", "CET"]) });
        const request = {
          model: provider(SCRIPTED_MODEL),
          prompt: "What time is it?",
          tools: {
            get_time: tool({
              description: "The time of a zone",
              inputSchema,
              execute: ({ zone }) => `12:00 ${zone}`,
            }),
          },
          toolChoice,
          maxRetries: 0,
          temperature: 0,
          maxOutputTokens: 300,
        };
        const whole = await generateText(request);
        const streamed = streamText(request);
        expect(whole.finishReason).toBe("tool-calls");
        expect(await streamed.finishReason).toBe("tool-calls");
        for (const calls of [whole.toolCalls, await streamed.toolCalls]) {
          expect(calls.length).toBeGreaterThan(0);
          for (const { toolName, input } of calls) {
            expect(toolName).toBe("get_time");
            expect(inputSchema.safeParse(input).success).toBe(true);
          }
        }
      },
    );

    it("runs a tool in a stream", async () => {
      const { request, cities } = toolLoop("22 degrees");
      const { textStream } = streamText(request);
      const pieces = [];
      for await (const piece of textStream) pieces.push(piece);
      expect(pieces.join("")).toBe(SAID.join(""));
      expect(cities).toEqual(["Paris"]);
    });
  });
}
