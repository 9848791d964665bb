"""What schemathesis reads in place of two things that the document says otherwise."""

import schemathesis

# What the service under test has, what it has not, and the service's own choice.
MODELS = {"enum": ["fake", "missing", None]}
# Fields of the requests that name one.
ASKS = {"messages", "prompt", "prompts", "input"}
# Before OpenAPI 3.2 the schema of a stream is that of its whole text for the document's other
# readers. Schemathesis takes it for that of each event.
EVENT = {
    "type": "object",
    "properties": {"data": {"type": "string"}},
    "required": ["data"],
}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for name, schema in raw_schema["components"]["schemas"].items():
        # Names made up at random are all refused with 404, and nothing else is seen of a route.
        if name.endswith("Request") and ASKS.intersection(schema.get("properties", {})):
            schema["properties"]["model"] = MODELS
    for methods in raw_schema["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                if "text/event-stream" in answer.get("content", {}):
                    answer["content"]["text/event-stream"] = {"schema": EVENT}
