"""OpenAI's own client and LangChain's, at the service's own routes: calls that have to be made."""

import json
import unittest
from typing import Literal

from langchain_openai import ChatOpenAI
from openai import OpenAI, pydantic_function_tool
from pydantic import BaseModel, ConfigDict

from common import DEADLINE_S, SCRIPTED_MODEL, WORLD

SERVER = {
    "base_url": f"{WORLD['url']}/api/v1",
    "api_key": "none",
    "max_retries": 0,
    "timeout": DEADLINE_S,
}
QUESTION = [{"role": "user", "content": "What time is it?"}]


class GetTime(BaseModel):
    """The time of a zone."""

    model_config = ConfigDict(extra="forbid")

    zone: Literal["UTC", "CET"]


class GetDay(BaseModel):
    """The day of the week."""

    model_config = ConfigDict(extra="forbid")

    week: Literal["this", "next"]


TOOLS = [pydantic_function_tool(GetTime), pydantic_function_tool(GetDay)]
ASK = {
    "model": SCRIPTED_MODEL,
    "messages": QUESTION,
    "tools": TOOLS,
    "max_tokens": 300,
    "temperature": 0,
}


class ToolChoice(unittest.TestCase):
    def setUp(self):
        self.client = OpenAI(**SERVER)

    def test_named(self):
        choice = {"type": "function", "function": {"name": "GetDay"}}
        whole = self.client.chat.completions.parse(**ASK, tool_choice=choice)
        self.assertEqual(whole.choices[0].finish_reason, "tool_calls")
        (call,) = whole.choices[0].message.tool_calls
        self.assertIsInstance(call.function.parsed_arguments, GetDay)

    def test_required_and_streamed(self):
        with self.client.chat.completions.stream(**ASK, tool_choice="required") as stream:
            final = stream.get_final_completion()
        calls = final.choices[0].message.tool_calls
        self.assertGreaterEqual(len(calls), 1)
        for call in calls:
            self.assertIsInstance(call.function.parsed_arguments, (GetTime, GetDay))

    def test_deltas_add_up(self):
        stream = self.client.chat.completions.create(
            **ASK, tool_choice="required", parallel_tool_calls=False, stream=True
        )
        texts = {}
        for chunk in stream:
            for choice in chunk.choices:
                for delta in choice.delta.tool_calls or []:
                    texts.setdefault(delta.index, []).append(delta.function.arguments or "")
        self.assertEqual(list(texts), [0])
        self.assertIsInstance(json.loads("".join(texts[0])), dict)

    def test_langchain_asks_for_an_object_by_a_call(self):
        model = ChatOpenAI(model=SCRIPTED_MODEL, temperature=0, max_tokens=300, **SERVER)
        held = model.with_structured_output(GetTime, method="function_calling")
        self.assertIn(held.invoke("What time is it?").zone, ("UTC", "CET"))
