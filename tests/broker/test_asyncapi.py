"""The published contract is the one in the code."""

from __future__ import annotations

import json
from pathlib import Path

from broker.asyncapi import document, render
from broker.topics import TABLE

FILE = Path(__file__).parents[2] / "docs" / "asyncapi.json"


def test_the_committed_document_is_the_generated_one() -> None:
    assert FILE.read_text(encoding="utf-8") == render(), "run: python -m broker.asyncapi > docs/asyncapi.json"


def test_every_topic_is_in_it_and_every_reference_leads_somewhere() -> None:
    made = json.loads(render())
    assert [channel["address"] for channel in made["channels"].values()] == [topic.path for topic in TABLE]

    def check(value: object) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "$ref":
                    target = made
                    for step in inner.removeprefix("#/").split("/"):
                        target = target[step]
                else:
                    check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    check(document())
