"""Writes chat-template vectors: what transformers renders for each template and conversation.

Usage: python chat_vectors.py OUTPUT.json [TEMPLATE.jinja ...]   (needs: transformers)
Without template files: the templates below, written for this test in the manner of well-known models'.
"""

import json
import sys
from pathlib import Path

from transformers.utils.chat_template_utils import render_jinja_template

TEMPLATES = {
    "chatml-default-system": """{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>
' }}{% endif %}{{'<|im_start|>' + message['role'] + '
' + message['content'] + '<|im_end|>' + '
'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
' }}{% endif %}""",
    "llama3-headers": """{% set turns = messages %}{% for turn in turns %}{% set text = '<|start_header_id|>' + turn['role'] + '<|end_header_id|>

' + turn['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set text = bos_token + text %}{% endif %}{{ text }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>

' }}{% endif %}""",
    "llama3-dated": """{{- bos_token }}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%Y") | length ~ " digits" %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{#- The system message comes out of the list. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{{- "Today Date: " + date_string + "\\n\\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif message.role == "tool" %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
""",
    "qwen-thinking": """{%- if messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- set ns = namespace(searching=true, last=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.searching and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.searching = false %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set thought = '' %}
        {%- if message.thought is string %}
            {%- set thought = message.thought %}
        {%- elif '</think>' in content %}
            {%- set thought = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last and (loop.last or (not loop.last and thought)) %}
            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + thought.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}""",
    "mistral-inst": """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set rest = messages[1:] %}
{%- else %}
    {%- set rest = messages %}
{%- endif %}
{%- set users = rest | selectattr("role", "equalto", "user") | list %}
{{- bos_token }}
{%- for message in rest %}
    {%- if (message["role"] == "user") != (loop.index0 % 2 == 0) %}
        {{- raise_exception("Conversation roles must alternate user/assistant/user/assistant/...") }}
    {%- endif %}
    {%- if message["role"] == "user" %}
        {%- if system_message is defined and message == users[-1] %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token }}
    {%- else %}
        {{- raise_exception("Only user and assistant roles are supported, with the exception of an initial optional system message!") }}
    {%- endif %}
{%- endfor %}
""",
    "blocks-and-blanks": """
{%- macro turn(message, prefix='>> ') %}
{{ prefix }}{{ message.role | upper }}: {{ message.content | replace('a', 'A') | indent(2) }}
{% endmacro -%}
  {% for message in messages if message.role != 'system' %}
    {# a comment on a line of its own #}
    {{ turn(message) }}
    {%+ if loop.last %} last {% elif loop.first %} first of {{ loop.length }} {% else %} {{ loop.revindex }} {% endif +%}
  {% else %}
  nobody
  {% endfor %}
{% set ns = namespace(found=[]) %}
{% for m in messages %}{% set ns.found = ns.found + [m.role] %}{% if loop.index > 2 %}{% break %}{% endif %}{% endfor %}
{{ ns.found | join(', ') }} {{ {'a': [1, 2.5, true, none], 'b': messages[0].content} | tojson }} {{ ['x', 'y'] }} {{ 7 // 2 }} {{ 7 / 2 }} {{ 'yes' if messages | length > 1 else 'no' }}
{% raw %}{{ untouched }}{% endraw %}

{{ messages | map(attribute='role') | unique | list }} {{ messages[0]['content'][1:4] }} {{ messages[-1].content[::-1] }} {{ {'k': 'v'}.items() | list | length }} {{ 'a' 'b' ~ 1 + 2 }} {{ -3 | abs }} {{ not false and 1 < 2 <= 2 }}
""",
    "generation-blocks": """{% for message in messages %}{{ '<|' + message.role + '|>\\n' }}{% if message.role == 'assistant' %}{% generation %}{{ message.content + eos_token }}{% endgeneration %}{% else %}{{ message.content + eos_token }}{% endif %}{{ '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}""",
}


def turns(*pairs):
    return [{"role": role, "content": content} for role, content in pairs]


CONVERSATIONS = [
    turns(("user", "Hi there")),
    turns(("system", "Be brief."), ("user", "What is 2+2?"), ("assistant", "4"), ("user", "  and 3+3? \n")),
    turns(("user", "a\n\nb"), ("assistant", "  spaced answer \n"), ("user", "naïve 日本語 🦜 \"quoted\" 'single' \\ {{ 7*7 }} {% raw %}"),
          ("assistant", "<think>\nhmm, let me see\n</think>\n\nIt is 49.")),
    turns(("user", "one"), ("user", "two")),
    turns(("system", "S"), ("system", "T"), ("user", "x"), ("assistant", "")),
]

templates = {Path(p).name: Path(p).read_text() for p in sys.argv[2:]} or TEMPLATES
cases = []
for name, template in templates.items():
    for conversation in CONVERSATIONS:
        for prompt in (False, True):
            case = {"name": name, "messages": conversation, "addGenerationPrompt": prompt}
            try:
                marks = "{% generation" in template or "{%- generation" in template
                rendered, indices = render_jinja_template(
                    conversations=[conversation], chat_template=template, add_generation_prompt=prompt,
                    return_assistant_tokens_mask=marks, bos_token="<s>", eos_token="</s>", pad_token="<pad>")
                case["expected"] = rendered[0]
                if marks:
                    case["generations"] = [list(span) for span in indices[0]]
            except Exception as error:
                case["error"] = f"{type(error).__name__}: {error}"
            cases.append(case)
out = {"templates": templates, "cases": cases}
Path(sys.argv[1]).write_text(json.dumps(out, ensure_ascii=True, indent=1) + "\n")
print(len(cases), "cases,", sum("error" in c for c in cases), "refused")
