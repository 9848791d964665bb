"""Ollama's own client for Python."""

import asyncio
import unittest
from datetime import datetime, timedelta, timezone

from ollama import AsyncClient, Client, ResponseError
from pydantic import BaseModel, Field

from common import (
    COUNT_QUESTION,
    COUNTED,
    DEADLINE_S,
    EMBEDDING_MODEL,
    QUESTION,
    SCRIPT,
    SCRIPTED_MODEL,
    TEXT_MODEL,
    WEATHER,
    WEATHER_QUESTION,
    WORLD,
    cosine,
)

GREEDY = {"temperature": 0, "num_predict": 6}
# An answer that does not end by itself.
ENDLESS = {
    "model": SCRIPTED_MODEL,
    "prompt": "9, 10,",
    "raw": True,
    "options": {"temperature": 0, "num_predict": 1_000_000},
}


class Cat(BaseModel):
    name: str = Field(max_length=12)
    age: int = Field(ge=0, le=30)


def get_weather(city: str) -> str:
    """The weather of a city.

    Args:
      city: The city's name.
    """
    return f"22 degrees in {city}"


class OllamaTest(unittest.TestCase):
    def setUp(self):
        self.client = Client(host=WORLD["url"], timeout=DEADLINE_S)

    def names(self):
        return [model.model for model in self.client.list().models]

    def assert_refused(self, status, words, call, **arguments):
        with self.assertRaises(ResponseError) as caught:
            answer = call(**arguments)
            if arguments.get("stream"):
                list(answer)
        self.assertEqual(caught.exception.status_code, status)
        self.assertRegex(caught.exception.error, words)


class Models(OllamaTest):
    def test_list_and_show(self):
        text = next(model for model in self.client.list().models if model.model == TEXT_MODEL)
        self.assertRegex(text.digest, "^[0-9a-f]{64}$")
        self.assertGreater(text.size, 50_000_000)
        self.assertLess(text.modified_at, datetime.now(timezone.utc))
        self.assertEqual((text.details.format, text.details.family), ("gguf", "llama"))
        shown = self.client.show(TEXT_MODEL)
        self.assertEqual(shown.capabilities, ["completion"])
        self.assertEqual(shown.modelinfo["general.architecture"], "llama")
        self.assertIn("tools", self.client.show(SCRIPTED_MODEL).capabilities)

    def test_ps_until_keep_alive_0_unloads(self):
        def in_memory():
            name = f"{SCRIPTED_MODEL}:latest"
            return next((m for m in self.client.ps().models if m.model == name), None)

        loaded = self.client.generate(SCRIPTED_MODEL, keep_alive="1h")
        self.assertEqual(loaded.done_reason, "load")
        left = in_memory().expires_at - datetime.now(timezone.utc)
        self.assertGreater(left, timedelta(minutes=50))
        gone = self.client.generate(SCRIPTED_MODEL, keep_alive=0)
        self.assertEqual(gone.done_reason, "unload")
        self.assertIsNone(in_memory())

    def test_create_from_a_model_then_copy_and_delete(self):
        system = "You only talk about parrots."
        parts = list(
            self.client.create(
                "pirate",
                from_=SCRIPTED_MODEL,
                system=system,
                parameters={"temperature": 0, "num_predict": 3, "stop": ["zzz"]},
                messages=[{"role": "user", "content": "My name is Ada."}],
                license="MIT",
                stream=True,
            )
        )
        self.assertEqual([part.status for part in parts[-2:]], ["writing manifest", "success"])
        shown = self.client.show("pirate")
        self.assertRegex(shown.parameters, "(?m)^num_predict +3$")
        self.assertIn(f"SYSTEM {system}", shown.modelfile)
        answer = self.client.generate("pirate", "Hi")
        self.assertLessEqual(answer.eval_count, 3)
        self.assertEqual(self.client.copy("pirate", "me/corsair:v2").status, "success")
        self.assertEqual(self.client.delete("pirate").status, "success")
        self.assertIn("me/corsair:v2", self.names())
        self.assertNotIn("pirate:latest", self.names())
        self.client.delete("me/corsair:v2")
        self.assert_refused(
            404, "^model 'me/corsair:v2' not found$", self.client.show, model="me/corsair:v2"
        )

    def test_create_from_an_uploaded_file(self):
        digest = self.client.create_blob(WORLD["file"])
        # The second time it is there already.
        self.assertEqual(self.client.create_blob(WORLD["file"]), digest)
        made = self.client.create("uploaded", files={"model.gguf": digest})
        self.assertEqual(made.status, "success")
        own = self.client.embed("uploaded", "sun").embeddings[0]
        other = self.client.embed(EMBEDDING_MODEL, "sun").embeddings[0]
        self.assertGreater(cosine(own, other), 0.9999)
        self.client.delete("uploaded")

    def test_pull_with_progress(self):
        model, size = WORLD["pullModel"], WORLD["pullSize"]
        parts = list(self.client.pull(model, insecure=True, stream=True))
        self.assertEqual(parts[0].status, "pulling manifest")
        self.assertEqual(parts[-1].status, "success")
        weights = [part for part in parts if part.total == size]
        self.assertEqual(weights[-1].completed, size)
        self.assertRegex(weights[-1].digest, "^sha256:")
        self.assertEqual(self.client.pull(model, insecure=True).status, "success")
        self.assertIn("be brief", self.client.show(model).modelfile)
        self.client.delete(model)

    def test_pull_of_what_is_not_there(self):
        missing, words = WORLD["missingModel"], "^pull model manifest: file does not exist$"
        self.assert_refused(500, words, self.client.pull, model=missing, insecure=True)
        # The status of a stream has been sent by then: the client knows none.
        self.assert_refused(-1, words, self.client.pull, model=missing, insecure=True, stream=True)

    def test_push_is_refused(self):
        for stream in (False, True):
            self.assert_refused(
                400,
                "^pushing models is not offered by the built-in engine",
                self.client.push,
                model=TEXT_MODEL,
                stream=stream,
            )


class Inference(OllamaTest):
    def test_generate_whole_and_streamed(self):
        ask = {"model": TEXT_MODEL, "prompt": "The sky is", "raw": True, "options": GREEDY}
        whole = self.client.generate(**ask)
        self.assertTrue(whole.done)
        self.assertGreater(whole.eval_duration, 0)
        parts = list(self.client.generate(**ask, stream=True))
        self.assertEqual("".join(part.response for part in parts), whole.response)
        self.assertEqual((parts[-1].done, parts[-1].eval_count), (True, whole.eval_count))

    def test_generate_with_options_and_a_system_text(self):
        options = {**ENDLESS["options"], "stop": [" 14"]}
        stopped = self.client.generate(**{**ENDLESS, "options": options})
        self.assertEqual((stopped.response, stopped.done_reason), (" 11, 12, 13,", "stop"))
        options = {"seed": 7, "temperature": 2, "num_predict": 6}
        ask = {"model": TEXT_MODEL, "prompt": "A", "raw": True, "options": options}
        one = self.client.generate(**ask)
        self.assertEqual(self.client.generate(**ask).response, one.response)
        ask = {"model": SCRIPTED_MODEL, "prompt": "Hi", "options": GREEDY}
        plain, long = self.client.generate(**ask), self.client.generate(**ask, system="Be brief.")
        self.assertGreater(long.prompt_eval_count, plain.prompt_eval_count)
        few = {**ENDLESS, "options": GREEDY}
        rated = self.client.generate(**few, logprobs=True, top_logprobs=2)
        self.assertEqual([entry.token for entry in rated.logprobs], [*COUNTED, COUNTED[0]])
        self.assertEqual("".join(entry.token for entry in rated.logprobs), rated.response)
        self.assertEqual(len(rated.logprobs[0].top_logprobs), 2)

    def test_generate_with_context_and_raw(self):
        # One that does not end by itself: the mark of an end counts, and is no part of a context.
        prompt = COUNT_QUESTION["content"]
        ask = {"model": SCRIPTED_MODEL, "prompt": prompt, "options": GREEDY}
        first = self.client.generate(**ask)
        self.assertEqual(len(first.context), first.prompt_eval_count + first.eval_count)
        second = self.client.generate(**ask, context=first.context)
        self.assertEqual(second.context[: len(first.context)], first.context)
        self.assertIsNone(self.client.generate(**ask, raw=True).context)

    def test_formats(self):
        ask = {"model": SCRIPTED_MODEL, "options": {"temperature": 0, "num_predict": 200}}
        prompt = "Describe a cat as JSON with its name and age."
        free = self.client.generate(**ask, prompt=prompt, format="json")
        self.assertEqual((free.response, free.done_reason), (SCRIPT["written"], "stop"))
        held = self.client.generate(**ask, prompt=prompt, format=Cat.model_json_schema())
        Cat.model_validate_json(held.response)
        messages = [{"role": "user", "content": prompt}]
        # Words of a real model, held to a schema.
        ask["model"] = TEXT_MODEL
        chatted = self.client.chat(**ask, messages=messages, format=Cat.model_json_schema())
        Cat.model_validate_json(chatted.message.content)

    def test_chat_whole_and_streamed(self):
        messages = [{"role": "system", "content": "Be brief."}, *QUESTION]
        ask = {"model": SCRIPTED_MODEL, "messages": messages, "options": GREEDY}
        whole = self.client.chat(**ask)
        self.assertEqual((whole.message.role, whole.message.content), ("assistant", SCRIPT["said"]))
        parts = list(self.client.chat(**ask, stream=True))
        text = "".join(part.message.content for part in parts)
        self.assertEqual(text, whole.message.content)
        self.assertEqual(parts[-1].done_reason, whole.done_reason)
        count = {"model": SCRIPTED_MODEL, "messages": [COUNT_QUESTION], "options": GREEDY}
        rated = self.client.chat(**count, logprobs=True)
        self.assertEqual("".join(entry.token for entry in rated.logprobs), rated.message.content)

    def test_chat_with_tools(self):
        ask = {"model": SCRIPTED_MODEL, "options": {"temperature": 0, "num_predict": 12}}
        # A function of Python's own is described by the client.
        for tools in ([WEATHER], [get_weather]):
            asked = self.client.chat(**ask, messages=[WEATHER_QUESTION], tools=tools)
            (call,) = asked.message.tool_calls
            self.assertEqual(call.function.name, "get_weather")
            self.assertEqual(call.function.arguments, {"city": "Paris"})
        parts = list(self.client.chat(**ask, messages=[WEATHER_QUESTION], tools=tools, stream=True))
        (streamed,) = (call for part in parts for call in part.message.tool_calls or [])
        self.assertEqual(streamed.function.name, "get_weather")
        result = {"role": "tool", "tool_name": "get_weather", "content": get_weather("Paris")}
        told = self.client.chat(
            **ask, messages=[WEATHER_QUESTION, asked.message, result], tools=tools
        )
        self.assertEqual(told.message.content, SCRIPT["said"])
        self.assertIsNone(told.message.tool_calls)

    def test_embed(self):
        pair = self.client.embed(EMBEDDING_MODEL, ["cat", "sun"])
        one = self.client.embed(EMBEDDING_MODEL, "sun").embeddings[0]
        self.assertEqual([len(vector) for vector in pair.embeddings], [384, 384])
        self.assertGreater(cosine(pair.embeddings[1], one), 0.9999)
        short = self.client.embed(EMBEDDING_MODEL, "sun", dimensions=64)
        self.assertEqual(len(short.embeddings[0]), 64)
        old = self.client.embeddings(EMBEDDING_MODEL, "sun").embedding
        self.assertGreater(cosine(old, one), 0.9999)

    def test_errors(self):
        chat, missing = self.client.chat, "^model 'nope' not found$"
        ask = {"model": TEXT_MODEL, "messages": QUESTION}
        self.assert_refused(404, missing, chat, **{**ask, "model": "nope"})
        self.assert_refused(404, missing, chat, **{**ask, "model": "nope"}, stream=True)
        self.assert_refused(404, missing, self.client.generate, model="nope", prompt="Hi")
        self.assert_refused(404, missing, self.client.delete, model="nope")
        self.assert_refused(
            404, '^model "nope" not found$', self.client.copy, source="nope", destination="new"
        )
        self.assert_refused(
            404, "try pulling it first$", self.client.embed, model="nope", input="Hi"
        )
        self.assert_refused(400, "does not support thinking$", chat, **ask, think=True)
        self.assert_refused(400, "does not support tools$", chat, **ask, tools=[WEATHER])
        self.assert_refused(
            500, "must be of type float32$", chat, **ask, options={"temperature": "hot"}
        )
        self.assert_refused(
            400, "does not support chat$", chat, **{**ask, "model": EMBEDDING_MODEL}
        )


class Leaving(OllamaTest):
    def next_is_answered(self):
        ask = {**ENDLESS, "options": {"num_predict": 1}}
        self.assertTrue(self.client.generate(**ask).done)

    def test_a_stream_is_closed(self):
        stream = self.client.generate(**ENDLESS, stream=True)
        self.assertFalse(next(stream).done)
        stream.close()
        self.next_is_answered()

    def test_a_task_is_cancelled(self):
        async def leave():
            client = AsyncClient(host=WORLD["url"], timeout=DEADLINE_S)
            reading = asyncio.Event()

            async def read():
                async for _ in await client.generate(**ENDLESS, stream=True):
                    reading.set()

            task = asyncio.create_task(read())
            await asyncio.wait_for(reading.wait(), DEADLINE_S)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            await client.close()

        asyncio.run(leave())
        self.next_is_answered()
