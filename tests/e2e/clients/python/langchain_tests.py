"""LangChain's ChatOpenAI, at the service's own routes."""

import unittest

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field

from common import DEADLINE_S, SCRIPT, SCRIPTED_MODEL, WEATHER_QUESTION, WORLD


@tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    # A tool may have nothing to say.
    return "" if city == "Paris" else f"22 degrees in {city}"


class Cat(BaseModel):
    name: str = Field(max_length=12)
    age: int = Field(ge=0, le=30)


class ChatOpenAITest(unittest.TestCase):
    def setUp(self):
        self.model = ChatOpenAI(
            model=SCRIPTED_MODEL,
            base_url=f"{WORLD['url']}/api/v1",
            api_key="none",
            max_retries=0,
            timeout=DEADLINE_S,
            temperature=0,
            max_tokens=100,
        )


class Tools(ChatOpenAITest):
    def run_loop(self, ask):
        turns = [SystemMessage(""), HumanMessage(WEATHER_QUESTION["content"])]
        calls = []
        while True:
            turns.append(ask(turns))
            if not turns[-1].tool_calls:
                break
            for call in turns[-1].tool_calls:
                calls.append((call["name"], call["args"]))
                turns.append(get_weather.invoke(call))
        self.assertEqual(calls, [("get_weather", {"city": "Paris"})])
        self.assertEqual(turns[-1].content, SCRIPT["said"])

    def test_loop(self):
        self.run_loop(self.model.bind_tools([get_weather]).invoke)

    def test_loop_streamed(self):
        model = self.model.bind_tools([get_weather])

        def ask(turns):
            first, *rest = model.stream(turns)
            for chunk in rest:
                first += chunk
            return first

        self.run_loop(ask)

    def test_history_without_text(self):
        turns = [
            HumanMessage([]),
            AIMessage(""),
            HumanMessage(" \n"),
            AIMessage("", tool_calls=[{"name": "get_weather", "args": {}, "id": "call_1"}]),
            ToolMessage("", tool_call_id="call_1"),
        ]
        self.assertEqual(self.model.invoke(turns).content, SCRIPT["said"])


class Formats(ChatOpenAITest):
    def test_structured_output(self):
        for method in ("json_schema", "json_mode"):
            model = self.model.with_structured_output(Cat.model_json_schema(), method=method)
            self.assertIn("name", model.invoke("Describe a cat as JSON."))
