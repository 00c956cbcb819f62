"""The contract as an AsyncAPI 3.0 document, made from the table of topics and the types of the payloads.

`python -m broker.asyncapi > docs/asyncapi.json` writes it; a test compares the file with the code.
"""

from __future__ import annotations

import inspect
import json
import sys
from typing import Any, get_args

import msgspec

from broker.codec import MAX_BYTES, MAX_DEVICE_BYTES, MAX_PIECE_BYTES, PAYLOADS
from broker.topics import TABLE, Party, Topic

TEXTS = {
    "site": "The hall, [a-z0-9-]{1,32}.",
    "device": (
        "The device, [a-z0-9-]{1,32}; its user name and MQTT client id are `{site}_{device}`, or its id"
        " alone. Of a source of dossiers, its id; its user name is `{site}_source_{id}`."
    ),
}


def document() -> dict[str, Any]:
    """The AsyncAPI document as JSON values."""
    payload_types = [kind for topic in TABLE for kind in _kinds(topic)]
    _, schemas = msgspec.json.schema_components(payload_types, ref_template="#/components/schemas/{name}")
    for schema in schemas.values():
        if text := schema.get("description"):
            schema["description"] = inspect.cleandoc(text)  # Python before 3.13 keeps the indentation
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "motcua",
            "version": "1",
            "description": (
                "What the programs of a hall say to each other over MQTT 3.1.1. Payloads are UTF-8 JSON"
                f" objects of at most {MAX_BYTES} bytes, {MAX_DEVICE_BYTES} from a device"
                f" ({MAX_PIECE_BYTES} with a piece of what an order asked for); unknown fields are"
                " ignored. Operations are the server's. Where a channel says `x-sealed`, payloads have one"
                ' more member at their end, `,"sig":"…"}`: 86 signs of base64url, the Ed25519 signature over'
                " the topic, a line break (0x0A) and the object's bytes without that member."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"site": {"host": "127.0.0.1:1883", "protocol": "mqtt", "protocolVersion": "3.1.1"}},
        "channels": {topic.name: _channel(topic) for topic in TABLE},
        "operations": dict(_operation(topic) for topic in TABLE),
        "components": {
            "messages": {
                kind.__name__: {
                    "name": kind.__name__,
                    "summary": inspect.getdoc(kind) or "",
                    "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
                }
                for kind in payload_types
            },
            "schemas": schemas,
        },
    }


def render() -> str:
    """The text of docs/asyncapi.json."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _kinds(topic: Topic) -> tuple[type, ...]:
    """The payload types of a topic: the members of a union, or the one type."""
    payload = PAYLOADS[topic]
    return get_args(payload) or (payload,)


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.path,
        "messages": {
            kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"} for kind in _kinds(topic)
        },
        "parameters": {
            name: {"description": text} for name, text in TEXTS.items() if f"{{{name}}}" in topic.path
        },
        "x-speaker": topic.speaker.value,
        "x-listeners": sorted(party.value for party in topic.listeners),
        **({"x-sealed": "Ed25519"} if topic.sealed else {}),
    }


def _operation(topic: Topic) -> tuple[str, dict[str, Any]]:
    action = "send" if topic.speaker is Party.SERVER else "receive"
    return f"{action}-{topic.name}", {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "bindings": {"mqtt": {"qos": topic.qos, "retain": topic.retain}},
    }


if __name__ == "__main__":
    sys.stdout.write(render())
