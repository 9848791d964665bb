/** A user's turn that has the scripted model count without end. */
export const COUNT_QUESTION = { role: "user" as const, content: "Count." };

/**
 * Qwen's layout, for the scripted model: where tools are offered the prompt begins the call that
 * the model ends, and where it is told to count it begins that.
 */
export const TOOL_TEMPLATE = `{%- if tools %}<|im_start|>system
{% for tool in tools %}{{ tool | tojson }}{% endfor %}<|im_end|>
{% endif %}{% for m in messages %}<|im_start|>{{ m.role }}
{{ m.content }}{% for c in m.tool_calls or [] %}<tool_call>{{ c.function | tojson }}</tool_call>{% endfor %}<|im_end|>
{% endfor %}<|im_start|>assistant
{% if tools and messages[-1].role == "user" %}<tool_call>
{"name": "get_weather", "arguments": {"city": "Paris"{% elif messages[-1].content == "Count." %}10,{% endif %}`;

/** The same, and with the pages' MCP server of examples/mcp it begins a search. */
export const PAGES_TEMPLATE = TOOL_TEMPLATE.replace(
  `{"name": "get_weather", "arguments": {"city": "Paris"`,
  `{"name": "{% if tools[0].function.name == "search_pages" %}search_pages", "arguments": {"words": "queue"{% else %}get_weather", "arguments": {"city": "Paris"{% endif %}`,
);
