import type { ConnectedClient } from "./client.ts";

/** A text in quotes as Python and TypeScript have it. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

const PROGRAM = "your program";

/** Libraries that programs are written with. */
export const LIBRARIES: ConnectedClient[] = [
  {
    name: "litellm",
    title: "LiteLLM, the library",
    language: "python",
    goes: PROGRAM,
    snippet: ({ base, model }) => `# pip install litellm
import litellm

answer = litellm.completion(
    model=${quoted(`openai/${model}`)},
    api_base=${quoted(`${base}/v1`)},
    api_key="none",
    messages=[{"role": "user", "content": "Hi"}],
)
print(answer.choices[0].message.content)
`,
  },
  {
    name: "litellm-proxy",
    title: "LiteLLM, the proxy",
    language: "yaml",
    goes: "its config.yaml",
    snippet: ({ base, model }) => `model_list:
  - model_name: ${quoted(model)}
    litellm_params:
      model: ${quoted(`openai/${model}`)}
      api_base: ${quoted(`${base}/v1`)}
      api_key: none
`,
  },
  {
    name: "docling",
    title: "Docling",
    language: "python",
    goes: PROGRAM,
    snippet: ({ base, visionModel }) => `# pip install docling
from docling.datamodel.base_models import InputFormat
from docling.datamodel.pipeline_options import PdfPipelineOptions, PictureDescriptionApiOptions
from docling.document_converter import DocumentConverter, PdfFormatOption

options = PdfPipelineOptions(
    enable_remote_services=True,
    do_picture_description=True,
    picture_description_options=PictureDescriptionApiOptions(
        url=${quoted(`${base}/api/v1/vlm/openai`)},
        params={"model": ${quoted(visionModel)}, "max_completion_tokens": 200},
        timeout=300,
    ),
)
converter = DocumentConverter(
    format_options={InputFormat.PDF: PdfFormatOption(pipeline_options=options)}
)
`,
  },
  {
    name: "langchain",
    title: "LangChain for Python",
    language: "python",
    goes: PROGRAM,
    snippet: ({ base, model, embeddingModel }) => `# pip install langchain-ollama
from langchain_ollama import ChatOllama, OllamaEmbeddings

chat = ChatOllama(model=${quoted(model)}, base_url=${quoted(base)})
embeddings = OllamaEmbeddings(model=${quoted(embeddingModel)}, base_url=${quoted(base)})
print(chat.invoke("Hi").content)
`,
  },
  {
    name: "langchain-js",
    title: "LangChain for JavaScript",
    language: "ts",
    goes: PROGRAM,
    snippet: ({ base, model }) => `// npm install @langchain/core @langchain/ollama
import { ChatOllama } from "@langchain/ollama";

const chat = new ChatOllama({ model: ${quoted(model)}, baseUrl: ${quoted(base)} });
console.log((await chat.invoke("Hi")).content);
`,
  },
  {
    name: "openai-python",
    title: "OpenAI's library for Python",
    language: "python",
    goes: PROGRAM,
    snippet: ({ base, model }) => `# pip install openai
from openai import OpenAI

client = OpenAI(base_url=${quoted(`${base}/v1`)}, api_key="none")
answer = client.chat.completions.create(
    model=${quoted(model)}, messages=[{"role": "user", "content": "Hi"}]
)
print(answer.choices[0].message.content)
`,
  },
  {
    name: "openai-js",
    title: "OpenAI's library for JavaScript",
    language: "ts",
    goes: PROGRAM,
    snippet: ({ base, model }) => `// npm install openai
import OpenAI from "openai";

const openai = new OpenAI({ baseURL: ${quoted(`${base}/v1`)}, apiKey: "none" });
const answer = await openai.chat.completions.create({
  model: ${quoted(model)},
  messages: [{ role: "user", content: "Hi" }],
});
console.log(answer.choices[0]?.message.content);
`,
  },
  {
    name: "openai",
    title: "whatever reads OpenAI's variables",
    language: "bash",
    goes: "your shell, or its start-up file",
    snippet: ({ base }) => `export OPENAI_BASE_URL=${base}/v1\nexport OPENAI_API_KEY=none\n`,
  },
  {
    name: "ollama-python",
    title: "Ollama's library for Python",
    language: "python",
    goes: PROGRAM,
    snippet: ({ base, model }) => `# pip install ollama
from ollama import Client

client = Client(host=${quoted(base)})
answer = client.chat(model=${quoted(model)}, messages=[{"role": "user", "content": "Hi"}])
print(answer.message.content)
`,
  },
  {
    name: "ollama-js",
    title: "Ollama's library for JavaScript",
    language: "ts",
    goes: PROGRAM,
    snippet: ({ base, model }) => `// npm install ollama
import { Ollama } from "ollama";

const ollama = new Ollama({ host: ${quoted(base)} });
const answer = await ollama.chat({
  model: ${quoted(model)},
  messages: [{ role: "user", content: "Hi" }],
});
console.log(answer.message.content);
`,
  },
];
