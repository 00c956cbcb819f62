"""What a program asks, typed at the door: JSON bodies and queries, and every mistake in them by its place.

A mistake is a pointer (RFC 6901) into what was sent, a stable code and a sentence in the reader's language.
What was asked twice in one object, or is not of the shape, is refused: nobody sets what is not his to set.
Keeps out what is done with it, and who asks.
"""

from __future__ import annotations

import json as plain_json
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from broker.mistakes import mistake_of, pointer_of
from server.hall.refusals import Refusal
from server.web import guard
from server.web.words import TEXTS

MAX_BODY = 64 * 1024
MISTAKES_TOLD = 20
CHOICES_TOLD = 20
EVERYWHERE = frozenset({"lang"})  # the reader's language may be asked for at any address

Found = tuple[str, str] | tuple[str, str, tuple[str, ...]]

T = TypeVar("T")
Q = TypeVar("Q", bound=msgspec.Struct)


class Mistake(msgspec.Struct, frozen=True):
    """pointer: where in what was sent; "" for all of it. code: stable. detail: for a reader."""

    pointer: str
    code: str
    detail: str


class NotJson(HTTPException):
    code = 415
    description = "not-json"


def json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, content_type="application/json")


def typed_body(shape: type[T]) -> T:
    """The request's JSON as `shape`. Raises 415, 413 or a bad-request refusal; never anything else."""
    if request.mimetype != "application/json":
        raise NotJson
    return read_json(request.get_data(cache=True), shape)


def read_json(raw: bytes, shape: type[T]) -> T:
    """`raw` as `shape`. Raises the refusal bad-request, with `errors`."""
    try:
        found = msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        refuse(_mistakes(raw, shape, str(error)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        refuse([("", "malformed")])
    refuse_doubles(raw)
    return found


def read_query(asked: MultiDict[str, str], shape: type[Q]) -> Q:
    """The address's query as `shape`, whose fields are words, figures or lists of them."""
    kinds = get_type_hints(shape, include_extras=True)
    told: dict[str, Any] = {}
    wrong: list[Found] = []
    for name, values in asked.lists():
        if name in EVERYWHERE and name not in kinds:
            continue
        if name not in kinds:
            wrong.append((pointer_of([name]), "unknown"))
        elif len(values) > 1 and not _is_list(kinds[name]):
            wrong.append((pointer_of([name]), "twice"))
        else:
            said = values if _is_list(kinds[name]) else values[0]
            try:
                told[name] = msgspec.convert(said, _said_kind(kinds[name]), strict=False)
            except msgspec.ValidationError as error:
                wrong.append(_chosen(mistake_of(str(error), name), kinds[name]))
    needed = (field.name for field in msgspec.structs.fields(shape) if field.required)
    wrong += [(pointer_of([name]), "missing") for name in needed if name not in asked]
    if wrong:
        refuse(wrong)
    return shape(**told)


def refuse(mistakes: Iterable[Found]) -> NoReturn:
    """Raises bad-request with these (pointer, code) told in the reader's language; `choice` with what there
    is to choose from, where that is a third.
    """
    errors = [_told(*mistake) for mistake in mistakes][:MISTAKES_TOLD]
    raise Refusal("bad-request", errors=errors)


def _told(pointer: str, code: str, known: tuple[str, ...] = ()) -> Mistake:
    lang = guard.language()
    said = TEXTS("asked.none-of", lang, known=", ".join(known)) if known else TEXTS(f"asked.{code}", lang)
    return Mistake(pointer, code, said)


def refuse_doubles(raw: bytes) -> None:
    """Refuse an object that says one name twice: two readers would understand it differently."""
    doubles: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        doubles.extend(name for name in dict.fromkeys(names) if names.count(name) > 1)

    try:
        plain_json.loads(raw.decode(), object_pairs_hook=look, parse_int=len, parse_float=len)
    except RecursionError:
        refuse([("", "malformed")])
    if doubles:
        refuse((pointer_of([name]), "twice") for name in doubles)


def _mistakes(raw: bytes, shape: Any, said: str) -> list[Found]:
    """Every mistake that can be told field by field; else the one that was found first."""
    try:
        whole = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [("", "malformed")] if "range" not in said else [mistake_of(said)]
    typed = isinstance(whole, dict) and isinstance(shape, type) and issubclass(shape, msgspec.Struct)
    found = [*_field_mistakes(whole, shape)] if typed else []
    return found or [mistake_of(said)]


def _field_mistakes(told: Mapping[str, Any], shape: type[msgspec.Struct] | Any) -> Iterator[Found]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    for name, field in fields.items():
        if name not in told:
            if field.required:
                yield pointer_of([name]), "missing"
            continue
        try:
            msgspec.convert(told[name], field.type)
        except msgspec.ValidationError as error:
            yield _chosen(mistake_of(str(error), name), field.type)
    if shape.__struct_config__.forbid_unknown_fields:
        yield from ((pointer_of([name]), "unknown") for name in told if name not in fields)


def _chosen(mistake: tuple[str, str], kind: Any) -> Found:
    """A choice that there is not, with those that there are, where the field itself is a closed list."""
    pointer, code = mistake
    known = words_of(kind) if code == "choice" and pointer.count("/") == 1 else ()
    return (pointer, code, known) if 0 < len(known) <= CHOICES_TOLD else mistake


def words_of(kind: Any) -> tuple[str, ...]:
    """The words of a closed list; nothing for another type."""
    plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(plain) is Literal:
        return tuple(str(word) for word in get_args(plain))
    if isinstance(plain, type) and issubclass(plain, Enum):
        return tuple(str(one.value) for one in plain)
    if get_origin(plain) in (Union, UnionType):
        return tuple(word for one in get_args(plain) for word in words_of(one))
    return ()


def _is_list(kind: Any) -> bool:
    return get_origin(kind) in (tuple, list)


def _said_kind(kind: Any) -> Any:
    """What a field is when it is said: `null` in an address is a word like others."""
    if get_origin(kind) in (Union, UnionType):
        return Union[tuple(k for k in get_args(kind) if k is not NoneType)]  # noqa: UP007
    return kind
