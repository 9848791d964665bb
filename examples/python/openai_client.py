"""The official OpenAI client: only the base URL changes, and names the project.

Both /v1 and /api/v1 work.

    pip install openai
    python examples/python/openai_client.py
"""

import os

from openai import NotFoundError, OpenAI

url = os.environ.get("SHARED_OLLAMA_URL", "http://127.0.0.1:8000")
model = os.environ.get("MODEL", "smollm2:135m")

for path in ("/v1", "/api/v1"):
    print("==", path)
    client = OpenAI(
        base_url=f"{url}/project/openai-example{path}",
        api_key="none",  # the client wants one; the service does not look at it
    )

    answer = client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": "Say hello in one sentence."}],
        max_tokens=30,
    )
    print(answer.choices[0].message.content)

    stream = client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": "Why is the sky blue?"}],
        max_tokens=30,
        stream=True,
    )
    for chunk in stream:
        if chunk.choices:
            print(chunk.choices[0].delta.content or "", end="", flush=True)
    print()

    vectors = client.embeddings.create(model="all-minilm", input=["a cat", "the sun"]).data
    print(len(vectors), "vectors of", len(vectors[0].embedding), "numbers")

    try:
        client.chat.completions.create(
            model="no-such-model",  # 404
            messages=[{"role": "user", "content": "hi"}],
        )
    except NotFoundError as err:
        print(err.status_code, err.message)
