#!/usr/bin/env bash
# The three dialects with curl.
#   bash examples/curl.sh
#   SHARED_OLLAMA_URL=http://127.0.0.1:9000 bash examples/curl.sh
set -euo pipefail
url=${SHARED_OLLAMA_URL:-http://127.0.0.1:8000}
model=${MODEL:-smollm2:135m}

ask() {
  local path=$1 body=$2
  printf '\n== POST %s\n' "$path"
  # -N shows each piece of a stream as it arrives.
  curl -fsSN "$url$path" \
    -H 'Content-Type: application/json' \
    -H 'X-Project-Name: curl-example' \
    -d "$body"
  echo
}

printf '== GET /api/v1/health\n'
curl -fsS "$url/api/v1/health"
echo

printf '== GET /project/curl-example/api/version: the project in the URL\n'
curl -fsS "$url/project/curl-example/api/version"
echo

# The service's own dialect. Without "model" the default model answers.
ask /api/v1/chat '{
  "messages": [{"role": "user", "content": "Say hello in one sentence."}],
  "max_tokens": 30
}'
ask /api/v1/generate '{"prompt": "The sky is blue because", "stream": true, "max_tokens": 8}'
ask /api/v1/embeddings '{"model": "all-minilm", "prompt": "What is machine learning?"}' | cut -c1-120

# Ollama's dialect.
ask /api/chat '{
  "model": "'"$model"'",
  "messages": [{"role": "user", "content": "Say hello in one sentence."}],
  "stream": false,
  "options": {"num_predict": 30}
}'

# OpenAI's dialect: /v1/… and /api/v1/… both work.
ask /v1/chat/completions '{
  "model": "'"$model"'",
  "messages": [{"role": "user", "content": "Say hello in one sentence."}],
  "max_tokens": 30
}'
ask /api/v1/chat/completions '{
  "messages": [{"role": "user", "content": "Say hello in one sentence."}],
  "max_tokens": 30
}'

printf '\n== An error (422): its code and request id\n'
curl -sS "$url/api/v1/generate" -d '{"promt": "misspelt"}'
echo
