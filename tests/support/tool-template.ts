/** Qwen's layout; the small model calls nothing by itself, so the prompt begins the call. */
export const TOOL_TEMPLATE = `{%- if tools %}<|im_start|>system
{% for tool in tools %}{{ tool | tojson }}{% endfor %}<|im_end|>
{% endif %}{% for m in messages %}<|im_start|>{{ m.role }}
{{ m.content }}{% for c in m.tool_calls or [] %}<tool_call>{{ c.function | tojson }}</tool_call>{% endfor %}<|im_end|>
{% endfor %}<|im_start|>assistant
{% if tools and messages[-1].role == "user" %}<tool_call>
{"name": "get_weather", "arguments": {"city": "Paris"{% endif %}`;
