"""Who may say and hear what: the table of topics against the access lists that real brokers enforce."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from broker import mosquitto, nats, topics
from broker.access import all_grants, grants
from broker.link import Message, Received
from broker.memory import matches
from broker.topics import TABLE, Party, Topic
from tests.brokers import DEVICES, SITE, AnyBroker

USERS = [("server", "server"), ("k1", "k1"), (None, "public")]
OF_SOURCES = {topics.SENT, topics.TAKEN}  # said and heard by nobody here: see test_sources.py


def concrete(topic: Topic, device: str = "k1") -> str:
    return topic.of(SITE, device if "{device}" in topic.path else None)


def may_publish(user: str, topic: Topic) -> bool:
    """The rule in its own words, apart from the code that writes the lists."""
    if user == "public":
        return False
    return topic.speaker is (Party.SERVER if user == "server" else Party.DEVICE)


def of_devices() -> list[Topic]:
    return [topic for topic in TABLE if topic not in OF_SOURCES]


def may_read(user: str, topic: Topic) -> bool:
    if user == "server":
        return Party.SERVER in topic.listeners
    if user == "public":
        return topic in (topics.BOARD, topics.DOSSIERS)
    return bool({Party.DEVICE, Party.DEVICES} & topic.listeners)


def who_says(topic: Topic) -> str:
    return "server" if topic.speaker is Party.SERVER else "k1"


def test_grants_say_what_the_table_says() -> None:
    for user in ("server", "k1", "public"):
        given = grants(SITE, user)
        for topic in TABLE:
            name = concrete(topic)
            assert any(matches(f, name) for f in given.publish) == may_publish(user, topic), (
                user,
                topic.name,
            )
            assert any(matches(f, name) for f in given.read) == may_read(user, topic), (user, topic.name)


def test_no_device_is_granted_anything_of_another() -> None:
    given = grants(SITE, "k1")
    for topic in TABLE:
        if "{device}" in topic.path:
            assert not any(matches(f, concrete(topic, "k2")) for f in given.publish + given.read)


def test_the_lists_of_both_brokers_hold_the_grants_and_nothing_else() -> None:
    users = all_grants(SITE, DEVICES)
    acl = mosquitto.access_list(users)
    config = nats.config("127.0.0.1:1", None, Path("/x"), users, dict.fromkeys(users, "p"))
    found: dict[str, tuple[set[str], set[str]]] = {"public": (set(), set())}
    user = "public"
    for line in acl.splitlines():
        if line.startswith("user "):
            user = line.removeprefix("user ")
            found[user] = (set(), set())
        elif line:
            word, access, filter_ = line.split()
            assert word == "topic"
            found[user][("write", "read").index(access)].add(filter_)
    assert found == {name: (set(given.publish), set(given.read)) for name, given in users.items()}
    for name, given in users.items():
        (line,) = [row for row in config.splitlines() if f'user: "{name}"' in row]
        publish, _, subscribe = line.partition("subscribe:")
        assert set(re.findall(r'"(motcua[^"]*)"', publish)) == {nats.subject(f) for f in given.publish}
        assert set(re.findall(r'"(motcua[^"]*)"', subscribe)) == {nats.subject(f) for f in given.read}
        assert ('deny: ">"' in publish) == (not given.publish)


@pytest.mark.parametrize("device", ["server", "public", "a/b", "+", "#", "K1", "", "a b", "x" * 33, 'a"b'])
def test_a_device_cannot_take_a_name_that_opens_more(device: str) -> None:
    with pytest.raises(ValueError):
        all_grants(SITE, [device])


def test_every_user_may_say_what_the_table_grants_and_nothing_else(broker: AnyBroker) -> None:
    speakers = {name: broker.link(user, f"speaker-{name}")[0] for user, name in USERS}
    listeners = {
        name: broker.link(name, f"listener-{name}", [(grant, 1) for grant in grants(SITE, name).read])[1]
        for name in ("server", "k1")
    }
    for topic in of_devices():
        for name, link in speakers.items():
            link.publish(concrete(topic), name.encode(), qos=1, retain=False)
        listener = listeners["server" if Party.SERVER in topic.listeners else "k1"]
        # Whoever has the right speaks once more: what was refused before cannot come after it.
        speakers[who_says(topic)].publish(concrete(topic), b"end", qos=1, retain=False)
        heard: list[bytes] = []
        while not heard or heard[-1] != b"end":
            received = listener.until(Received)
            assert received.topic == concrete(topic)
            heard.append(received.payload)
        assert set(heard) <= {who_says(topic).encode(), b"end"}, topic.name
        assert who_says(topic).encode() in heard


def test_nobody_hears_more_than_the_table_grants(broker: AnyBroker) -> None:
    wanted = [("#", 1), ("$SYS/#", 1), ("motcua/#", 1), *((topic.of_all(SITE), 1) for topic in TABLE)]
    inboxes = {name: broker.link(user, f"ear-{name}", wanted)[1] for user, name in USERS}
    speakers = {name: broker.link(name, f"speaker-{name}")[0] for name in ("server", "k1", "k2")}
    for topic in of_devices():
        for device in ("k1", "k2") if "{device}" in topic.path else ("k1",):
            speaker = "server" if topic.speaker is Party.SERVER else device
            speakers[speaker].publish(concrete(topic, device), b"live", qos=1, retain=topic.retain)
    # A board from the server is what everybody may hear: when it is there, all before it has been.
    for speaker in ("k1", "k2"):
        speakers[speaker].publish(topics.FACT.of(SITE, speaker), b"last", qos=1, retain=False)
    last = {f"motcua/v1/{SITE}/device/{device}/fact" for device in ("k1", "k2")}
    heard_by_server: set[str] = set()
    while last:
        received = inboxes["server"].until(Received)
        heard_by_server.add(received.topic)
        if received.payload == b"last":
            last.discard(received.topic)
    ears = [(name, inboxes[name]) for name in ("k1", "public")]
    ears += [(name, broker.link(user, f"late-{name}", wanted)[1]) for user, name in USERS[1:]]
    speakers["server"].publish(topics.BOARD.of(SITE), b"end", qos=1, retain=True)
    for name, inbox in ears:
        heard = set()
        while (received := inbox.until(Received)).payload != b"end":
            heard.add(received.topic)
        assert heard <= {concrete(topic) for topic in TABLE if may_read(name, topic)}, name
    assert heard_by_server <= {
        concrete(topic, device) for topic in TABLE if may_read("server", topic) for device in ("k1", "k2")
    }


def test_without_credentials_board_and_dossiers_can_be_read_retained_and_live(broker: AnyBroker) -> None:
    server, _ = broker.link("server", "server")
    board, dossiers = topics.BOARD.of(SITE), topics.DOSSIERS.of(SITE)
    server.publish(board, b"board", qos=1, retain=True)
    server.publish(dossiers, b"dossiers", qos=1, retain=True)
    _, reader = broker.link(None, "reader", [(board, 1), (dossiers, 1)])
    missing = {board, dossiers}
    while missing:
        missing.discard(reader.until(Received).topic)
    server.publish(board, b"live", qos=1, retain=True)
    reader.until(lambda item: item == Received(board, b"live", retained=False))


def test_a_forged_retained_board_stays_nowhere(broker: AnyBroker) -> None:
    board = topics.BOARD.of(SITE)
    server, _ = broker.link("server", "server")
    server.publish(board, b"true", qos=1, retain=True)
    for user, name in ((None, "public"), ("k1", "k1")):
        forger, _ = broker.link(user, f"forger-{name}")
        forger.publish(board, b"forged", qos=1, retain=True)
        forger.stop()
        broker.die_as(user, f"forger-{name}", Message(board, b"forged"))
    _, reader = broker.link(None, "reader", [(board, 1)])
    assert reader.until(Received) == Received(board, b"true", retained=True)
