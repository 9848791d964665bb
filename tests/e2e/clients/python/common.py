"""What the tests of both clients share: where to ask, and what."""

import json
import os
from math import sqrt

# The address and the models, as the test that starts this program has them.
WORLD = json.loads(os.environ["CLIENT_WORLD"])
TEXT_MODEL = WORLD["textModel"]
# A model that says the same wherever it runs: what it counts, says and writes.
SCRIPTED_MODEL = WORLD["scriptedModel"]
SCRIPT = WORLD["script"]
COUNT_QUESTION = SCRIPT["countQuestion"]
COUNTED = SCRIPT["counted"]
EMBEDDING_MODEL = WORLD["embeddingModel"]

# How long the clients wait for the next bytes of an answer.
DEADLINE_S = 120

QUESTION = [{"role": "user", "content": "Say hello."}]
WEATHER_QUESTION = {"role": "user", "content": "What is the weather in Paris?"}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


def cosine(a, b):
    product = sum(x * y for x, y in zip(a, b, strict=True))
    return product / sqrt(sum(x * x for x in a)) / sqrt(sum(x * x for x in b))
