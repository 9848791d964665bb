"""OpenAI's client for Python at the Responses API."""

import json
import os
import unittest

from openai import NotFoundError, OpenAI
from openai.types.responses import Response
from pydantic import BaseModel

WORLD = json.loads(os.environ["CLIENT_WORLD"])
ASK = {"model": "fake", "input": "hi"}
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


class Cat(BaseModel):
    name: str
    age: int


class Responses(unittest.TestCase):
    def setUp(self):
        client = OpenAI(base_url=WORLD["url"], api_key="none", max_retries=0, timeout=60)
        self.addCleanup(client.close)
        self.responses = client.responses

    def test_created_gone_on_from_retrieved_and_deleted(self):
        first = self.responses.create(**ASK, metadata={"topic": "greeting"})
        self.assertEqual(first.output_text, "Hello")
        self.assertEqual(first.status, "completed")
        self.assertEqual(first.usage.total_tokens, 12)
        second = self.responses.create(**ASK, previous_response_id=first.id)
        self.assertEqual(second.previous_response_id, first.id)
        self.assertEqual(self.responses.retrieve(first.id), first)
        self.responses.delete(first.id)
        with self.assertRaises(NotFoundError) as caught:
            self.responses.create(**ASK, previous_response_id=first.id)
        self.assertEqual(caught.exception.code, "previous_response_not_found")

    def test_validates_as_the_package_types_it(self):
        raw = self.responses.with_raw_response.create(**ASK, tools=[WEATHER])
        response = Response.model_validate(raw.http_response.json())
        self.assertEqual([item.type for item in response.output], ["function_call"] * 2)

    def test_created_as_a_stream(self):
        events = list(self.responses.create(**ASK, stream=True, reasoning={"effort": "low"}))
        numbers = [event.sequence_number for event in events]
        self.assertEqual(numbers, list(range(len(events))))
        said = [event.delta for event in events if event.type == "response.output_text.delta"]
        self.assertEqual("".join(said), "Hello")
        self.assertEqual(events[-1].response.output_text, "Hello")

    def test_streamed_with_a_snapshot(self):
        with self.responses.stream(**ASK) as stream:
            for event in stream:
                if event.type == "response.output_text.delta":
                    snapshot = event.snapshot
            self.assertEqual(stream.get_final_response().output_text, "Hello")
        self.assertEqual(snapshot, "Hello")

    def test_parsed_whole_and_streamed(self):
        whole = self.responses.parse(**ASK, text_format=Cat)
        self.assertEqual(whole.output_parsed, Cat(**WORLD["cat"]))
        with self.responses.stream(**ASK, text_format=Cat) as stream:
            self.assertEqual(stream.get_final_response().output_parsed, Cat(**WORLD["cat"]))

    def test_tools_called_and_answered(self):
        calling = self.responses.create(**ASK, tools=[WEATHER])
        outputs = [
            {"type": "function_call_output", "call_id": call.call_id, "output": "22 degrees"}
            for call in calling.output
        ]
        said = self.responses.create(
            model="fake", input=outputs, previous_response_id=calling.id, tools=[WEATHER]
        )
        self.assertEqual(said.output_text, "It is 22 degrees, 22 degrees")
