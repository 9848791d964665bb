"""The service's own dialect with plain requests, and how to wait when it says so.

    pip install requests
    python examples/python/requests_client.py
"""

import json
import os
import random
import time

import requests

url = os.environ.get("SHARED_OLLAMA_URL", "http://127.0.0.1:8000")
session = requests.Session()
session.headers["X-Project-Name"] = "requests-example"


def post(path: str, body: dict, tries: int = 5, **kwargs) -> requests.Response:
    """Posts; on 429 and 503 waits as long as Retry-After says, and a little at random."""
    for left in reversed(range(tries)):
        answer = session.post(url + path, json=body, timeout=180, **kwargs)
        if answer.status_code not in (429, 503) or left == 0:
            break
        time.sleep(float(answer.headers.get("Retry-After", 2)) + random.random())
    if not answer.ok:
        problem = answer.json()
        raise RuntimeError(f"{problem['code']}: {problem['error']} ({problem['request_id']})")
    return answer


question = [{"role": "user", "content": "Say hello in one sentence."}]

answer = post("/api/v1/chat", {"messages": question, "max_tokens": 30})
print(answer.json()["message"]["content"])
print("request id:", answer.headers["X-Shared-Ollama-Request-Id"])
print("where the time went:", answer.headers["Server-Timing"])

# A stream: one `data: {…}` line for each piece, the last with "done": true.
stream_body = {"messages": question, "stream": True, "max_tokens": 30}
with post("/api/v1/chat", stream_body, stream=True) as stream:
    for line in stream.iter_lines():
        if not line.startswith(b"data: "):
            continue
        frame = json.loads(line[6:])
        if "error" in frame:
            raise RuntimeError(frame["error"])
        print(frame["chunk"], end="", flush=True)
print()

vector = post("/api/v1/embeddings", {"model": "all-minilm", "prompt": "a cat"}).json()["embedding"]
print(len(vector), "numbers")

try:
    post("/api/v1/generate", {"promt": "misspelt"})  # 422
except RuntimeError as err:
    print(err)
