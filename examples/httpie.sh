#!/usr/bin/env bash
# The three dialects with HTTPie (https://httpie.io): name=text, name:=JSON.
#   bash examples/httpie.sh
set -euo pipefail
url=${SHARED_OLLAMA_URL:-http://127.0.0.1:8000}
model=${MODEL:-smollm2:135m}
question='[{"role": "user", "content": "Say hello in one sentence."}]'

# --check-status: an error ends the script; --ignore-stdin: it also runs without a terminal.
ask() {
  printf '\n== %s\n' "$1"
  http --check-status --ignore-stdin --pretty=format --body POST "$url$1" \
    X-Project-Name:httpie-example "${@:2}"
  echo
}

http --check-status --ignore-stdin --pretty=format "$url/api/v1/health"

# The service's own dialect.
ask /api/v1/chat messages:="$question" max_tokens:=30
# Ollama's dialect.
ask /api/chat model="$model" messages:="$question" stream:=false options:='{"num_predict": 30}'
# OpenAI's dialect.
ask /v1/chat/completions model="$model" messages:="$question" max_tokens:=30
