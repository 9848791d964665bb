"""OpenAI's own client for Python."""

import asyncio
import json
import unittest

from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI
from pydantic import BaseModel, ConfigDict, Field

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

SERVER = {
    "base_url": f"{WORLD['url']}/v1",
    "api_key": "none",
    "max_retries": 0,
    "timeout": DEADLINE_S,
}
ASK = {"model": SCRIPTED_MODEL, "messages": QUESTION, "max_tokens": 6, "temperature": 0}
# What a model without a template for tools is asked.
PLAIN = {**ASK, "model": TEXT_MODEL}
# An answer that does not end by itself.
ENDLESS = {"model": SCRIPTED_MODEL, "messages": [COUNT_QUESTION], "max_tokens": 1_000_000}
COUNT = {**ENDLESS, "max_tokens": 2, "temperature": 0}


class Cat(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=12)
    age: int = Field(ge=0, le=30)


class OpenAITest(unittest.TestCase):
    def setUp(self):
        self.client = OpenAI(**SERVER)
        self.chat = self.client.chat.completions.create


class Chats(OpenAITest):
    def test_whole_and_streamed_with_usage(self):
        whole = self.chat(**ASK)
        (choice,) = whole.choices
        self.assertEqual(choice.message.role, "assistant")
        self.assertEqual(choice.message.content, SCRIPT["said"])
        usage = {"include_usage": True}
        chunks = list(self.chat(**ASK, stream=True, stream_options=usage))
        deltas = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
        self.assertEqual("".join(deltas), choice.message.content)
        self.assertEqual((chunks[-1].choices, chunks[-1].usage), ([], whole.usage))
        self.assertIsNone(list(self.chat(**ASK, stream=True))[-1].usage)

    def test_parts_turns_and_stop(self):
        messages = [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "My name is Ada."}]},
            {"role": "assistant", "content": "Hello Ada!"},
            *QUESTION,
        ]
        answer = self.chat(**{**ASK, "messages": messages}, stop=["mild"])
        self.assertEqual(answer.choices[0].message.content, " It is ")

    def test_formats(self):
        messages = [{"role": "user", "content": "Describe a cat as JSON."}]
        ask = {**ASK, "messages": messages, "max_tokens": 200}
        (free,) = self.chat(**ask, response_format={"type": "json_object"}).choices
        self.assertEqual((free.message.content, free.finish_reason), (SCRIPT["written"], "stop"))
        schema = {"name": "cat", "strict": True, "schema": Cat.model_json_schema()}
        held = self.chat(**ask, response_format={"type": "json_schema", "json_schema": schema})
        Cat.model_validate_json(held.choices[0].message.content)
        parsed = self.client.chat.completions.parse(**ask, response_format=Cat)
        self.assertIsInstance(parsed.choices[0].message.parsed, Cat)

    def test_tools(self):
        ask = {**ASK, "max_tokens": 12, "tools": [WEATHER]}
        (choice,) = self.chat(**{**ask, "messages": [WEATHER_QUESTION]}).choices
        self.assertEqual(choice.finish_reason, "tool_calls")
        (call,) = choice.message.tool_calls
        self.assertEqual(call.function.name, "get_weather")
        self.assertEqual(json.loads(call.function.arguments), {"city": "Paris"})
        asked = {**ask, "messages": [WEATHER_QUESTION]}
        with self.client.chat.completions.stream(**asked) as stream:
            (streamed,) = stream.get_final_completion().choices[0].message.tool_calls
        self.assertEqual(streamed.function.name, "get_weather")
        result = {"role": "tool", "tool_call_id": call.id, "content": "22 degrees"}
        turns = [WEATHER_QUESTION, choice.message, result]
        (told,) = self.chat(**{**ask, "messages": turns}).choices
        self.assertIsNone(told.message.tool_calls)
        self.assertEqual(told.message.content, SCRIPT["said"])

    def test_log_probabilities(self):
        (choice,) = self.chat(**COUNT, logprobs=True, top_logprobs=2).choices
        rated = choice.logprobs.content
        self.assertEqual([entry.token for entry in rated], COUNTED[:2])
        self.assertEqual(len(rated[0].top_logprobs), 2)


class Others(OpenAITest):
    def test_completions(self):
        ask = {"model": TEXT_MODEL, "prompt": "The sky is", "max_tokens": 6, "temperature": 0}
        whole = self.client.completions.create(**ask)
        self.assertIsInstance(whole.choices[0].text, str)
        chunks = list(self.client.completions.create(**ask, stream=True))
        text = "".join(chunk.choices[0].text for chunk in chunks)
        self.assertEqual(text, whole.choices[0].text)
        with self.assertRaises(BadRequestError):
            self.client.completions.create(**{**ask, "prompt": ["a", "b"]})

    def test_embeddings(self):
        ask = {"model": EMBEDDING_MODEL, "input": ["cat", "sun"]}
        vectors = {}
        for encoding in ("float", "base64"):
            answer = self.client.embeddings.create(**ask, encoding_format=encoding)
            self.assertEqual([item.index for item in answer.data], [0, 1])
            vectors[encoding] = [item.embedding for item in answer.data]
        # Asked for by name, base64 is left as it is; by default the client unpacks it.
        self.assertIsInstance(vectors["base64"][0], str)
        unpacked = self.client.embeddings.create(**ask)
        for plain, item in zip(vectors["float"], unpacked.data, strict=True):
            self.assertEqual(len(plain), 384)
            self.assertGreater(cosine(plain, item.embedding), 0.9999)
        short = self.client.embeddings.create(**{**ask, "input": "sun"}, dimensions=64)
        self.assertEqual(len(short.data[0].embedding), 64)

    def test_models(self):
        self.assertIn(TEXT_MODEL, [model.id for model in self.client.models.list()])
        found = self.client.models.retrieve(TEXT_MODEL)
        self.assertEqual((found.id, found.owned_by), (TEXT_MODEL, "library"))
        with self.assertRaises(NotFoundError):
            self.client.models.retrieve("nope")

    def test_errors(self):
        for stream in (False, True):
            with self.assertRaisesRegex(NotFoundError, "model 'nope' not found"):
                self.chat(**{**ASK, "model": "nope"}, stream=stream)
        with self.assertRaisesRegex(NotFoundError, "not found"):
            self.client.embeddings.create(model="nope", input="Hi")
        with self.assertRaisesRegex(BadRequestError, "too short"):
            self.chat(**{**ASK, "messages": []})
        with self.assertRaisesRegex(BadRequestError, "does not support tools"):
            self.chat(**PLAIN, tools=[WEATHER])
        with self.assertRaisesRegex(BadRequestError, "think"):
            self.chat(**PLAIN, reasoning_effort="high")
        with self.assertRaisesRegex(BadRequestError, "use /v1/chat/completions"):
            self.client.responses.create(model=TEXT_MODEL, input="Hi")


class Leaving(OpenAITest):
    def next_is_answered(self):
        answer = self.chat(**COUNT)
        self.assertEqual(len(answer.choices), 1)

    def test_a_stream_is_closed(self):
        stream = self.chat(**ENDLESS, stream=True)
        self.assertEqual(len(next(iter(stream)).choices), 1)
        stream.close()
        self.next_is_answered()

    def test_a_task_is_cancelled(self):
        async def leave():
            async with AsyncOpenAI(**SERVER) as client:
                reading = asyncio.Event()

                async def read():
                    stream = await client.chat.completions.create(**ENDLESS, stream=True)
                    async for _ in stream:
                        reading.set()

                task = asyncio.create_task(read())
                await asyncio.wait_for(reading.wait(), DEADLINE_S)
                task.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await task

        asyncio.run(leave())
        self.next_is_answered()
