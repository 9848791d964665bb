"""The official Ollama client: only the host changes.

    pip install ollama
    python examples/python/ollama_client.py
"""

import os

from ollama import Client, ResponseError

url = os.environ.get("SHARED_OLLAMA_URL", "http://127.0.0.1:8000")
model = os.environ.get("MODEL", "smollm2:135m")
client = Client(host=url, headers={"X-Project-Name": "ollama-example"})

answer = client.chat(
    model=model,
    messages=[{"role": "user", "content": "Say hello in one sentence."}],
    options={"num_predict": 30},
)
print(answer.message.content)

for part in client.generate(
    model=model, prompt="The sky is blue because", stream=True, options={"num_predict": 30}
):
    print(part.response, end="", flush=True)
print()

vectors = client.embed(model="all-minilm", input=["a cat", "the sun"]).embeddings
print(len(vectors), "vectors of", len(vectors[0]), "numbers")

try:
    client.chat(model="no-such-model", messages=[{"role": "user", "content": "hi"}])  # 404
except ResponseError as err:
    print(err.status_code, err.error)
