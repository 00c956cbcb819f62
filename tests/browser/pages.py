"""Every page that people see, in a hall where something goes on: where it is and who opens it.

The table is held against the application's own addresses: a page that is in neither list fails a test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient

from broker.messages import DeviceStatus
from server.dossiers import publications, reminders
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.handovers import record
from server.dossiers.late import sheet as late_sheet
from server.dossiers.mapping import Mapping, Source
from server.dossiers.register import Dossier, Leg, Step
from server.dossiers.status import Status
from server.dossiers.steps import AS_USUAL
from server.hall import commands as c
from server.hall.tickets import State
from server.people.once import Kind
from server.people.rights import Role
from tests.browser.conftest import Reader, Served
from tests.web.place import PASSWORD, Place, csrf_of, open_place

LAND = "environment-land"
AGENCY = "000.00.08.H42"  # of codes as they were written before 2025: the longest that are still about
ADMIN, MANAGER, OFFICER, NOBODY, HALF = "administrator", "manager", "officer-7", "", "half"


@dataclass
class Town:
    """The hall, served, with a browser's cookie for each kind of reader."""

    place: Place
    served: Served
    cookies: dict[str, str]
    hook: str

    def wear(self, reader: Reader, who: str) -> None:
        """Let the browser be this reader."""
        reader.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        if who:
            name = self.place.app.config["SESSION_COOKIE_NAME"]
            cookie = {"name": name, "value": self.cookies[who], "url": self.served.url}
            reader.driver.execute_cdp_cmd("Network.setCookie", cookie)

    def ticket(self, state: State) -> tuple[str, str]:
        """Id and token of somebody whose number stands so."""
        tickets = self.place.writer.view.state.tickets.values()
        return next((t.id, t.token) for t in tickets if t.state is state)

    def source(self) -> str:
        """One that brings dossiers."""
        desk, now = self.place.hall.desk, self.place.clock.now()
        assert desk is not None
        columns = {"code": "Số hồ sơ", "status": "Tình trạng", "received": "Tiếp nhận", "limit": "Thời hạn"}
        mapping = Mapping({**columns, "procedure": "TTHC"}, folder=True)
        desk.save(Source("portal", "Cổng dịch vụ công tỉnh", mapping), "test", now)
        return "portal"

    def promised(self) -> str:
        """The code of an interlinked one that is late, renewed twice, and has a history, brought likewise."""
        code, now = f"{AGENCY}-261102-0007", self.place.clock.now()
        ago = [now - timedelta(days=n) for n in range(20)]
        of = Dossier(code, "justice", "Lý lịch tư pháp", Status.PROCESSING, ago[19], ago[1], reappointed=2)
        steps = (Step(ago[18], Status.AWAITING_SUPPLEMENT), Step(ago[15], Status.PROCESSING, "justice", "An"))
        legs = (
            Leg(1, "justice", ago[19], ago[16], ago[15]),
            Leg(2, "environment", ago[15], ago[3]),
            Leg(3, "justice"),
        )
        self.place.register.bring([Brought(of, steps, legs)], Delivery(now, "test", whole=False), now)
        reminders.note(self.place.register, AS_USUAL, self.place.config.due_rules.calendar, now)
        return code

    def reminded(self) -> str:
        """The authority of a late one, which the officer handles and was reminded of, brought likewise."""
        now, officer = self.place.clock.now(), "Nguyễn Thu Hà"
        at, due = now - timedelta(days=19), now - timedelta(days=2)
        late = Dossier(
            f"{AGENCY}-261102-0008", "environment", "Đất đai", Status.PROCESSING, at, due, officer=officer
        )
        self.place.register.bring([Brought(late)], Delivery(now, "test", whole=False), now)
        self.place.accounts.contacts.set(OFFICER, "", officer, "hanam", [late.authority, "justice"])
        reminders.note(self.place.register, AS_USUAL, self.place.config.due_rules.calendar, now)
        return late.authority

    def dossier(self) -> str:
        """The code of one, which is brought when it is asked for."""
        now = self.place.clock.now()
        some = Dossier(f"{AGENCY}-261120-0118", "environment", "Đất đai", Status.PROCESSING, now)
        self.place.register.bring([Brought(some)], Delivery(now, "test", whole=False), now)
        return some.code

    def behind(self) -> str:
        """The codes of a figure, of which there is one at least."""
        self.dossier()
        return "/dossiers/report/behind?line=&column=received_total"

    def returned(self) -> str:
        """The code of one whose result was handed over, which its source does not say."""
        code, now = self.dossier(), self.place.clock.now()
        with self.place.register.writing() as db:
            record(db, [code], now, "t", "7", OFFICER)
        return code

    def dossiers(self) -> str:
        """What the codes of several begin with: of one alone, the search leads to it at once."""
        self.promised()
        return self.dossier()[: len(f"{AGENCY}-26")]

    def late(self) -> str:
        """The month of a late list, which is approved when it is asked for."""
        with self.place.register.writing() as db:
            now = self.place.clock.now()
            publications.approve(db, late_sheet(db, self.place.config, "2026-10", now), "chief", now)
        return "2026-10"

    def once(self, kind: Kind, account: str | None) -> str:
        return self.place.accounts.once.give(kind, account, self.place.hall.wall())


@dataclass(frozen=True)
class Page:
    """path: or how to find it. fingers: it is worked by touch, so that targets have 44 px instead of 24.

    kept: a test of its own looks at its sizes (walls are looked at from afar, not touched).
    """

    path: str | Callable[[Town], str]
    who: str = ADMIN
    fingers: bool = False
    status: int = 200

    def address(self, town: Town) -> str:
        return self.path if isinstance(self.path, str) else self.path(town)


def _phone(state: State, more: str = "") -> Callable[[Town], str]:
    return lambda town: f"/t/{town.ticket(state)[1]}{more}"


# Endpoint, and what tells two pages of one endpoint apart -> the page.
PAGES: dict[str, Page] = {
    "index": Page("/"),
    "index stranger": Page("/", NOBODY),
    "login.form": Page("/login", NOBODY, fingers=True),
    "login.code_form": Page("/login/code", HALF, fingers=True),
    "keys.choose": Page(lambda town: f"/password/{town.once(Kind.PASSWORD, 'forgetful')}", NOBODY),
    "centres.page": Page("/centres"),
    "console.choose": Page("/console/?other", fingers=True),
    "console.page": Page("/console/7", fingers=True),
    "console.page reminded": Page(lambda town: f"/console/7?of={town.reminded()}", OFFICER, fingers=True),
    "console.page empty": Page("/console/3", fingers=True),
    "reception.page": Page("/reception/", fingers=True),
    "reception.given": Page(lambda town: f"/reception/given/{town.ticket(State.WAITING)[0]}"),
    "handwritten.form": Page("/reception/handwritten"),
    "handwritten.sheets": Page("/reception/sheets"),
    "figures.page": Page("/figures/", MANAGER),
    "figures.page past": Page("/figures/?day=2026-11-20", MANAGER),
    "figures.mine": Page("/figures/mine"),
    "history.page": Page("/history/", MANAGER),
    "history.tickets": Page("/history/tickets?what=issued", MANAGER),
    "history.ticket": Page(lambda town: f"/history/tickets/{town.ticket(State.SERVED)[0]}", MANAGER),
    "work.page": Page("/working-time/", MANAGER),
    "dossiers.page": Page("/dossiers/", MANAGER),
    "dossier_promises.page": Page(
        lambda town: f"/dossiers/promises?standing=overdue&of={town.promised()}", MANAGER
    ),
    "dossier_promises.search": Page(lambda town: f"/dossiers/list?q={town.dossiers()}", MANAGER),
    "dossier_promises.mine": Page(lambda town: f"/dossiers/mine?of={town.reminded()}", OFFICER),
    "dossier_promises.mine authority": Page(
        lambda town: f"/dossiers/mine?authority={town.reminded()}&new=1", OFFICER
    ),
    "dossier_promises.mine nobody": Page("/dossiers/mine", MANAGER),
    "dossier_promises.late_legs": Page(lambda town: f"/dossiers/legs?of={town.promised()}", MANAGER),
    "dossier_promises.letters": Page("/dossiers/letters", MANAGER),
    "dossier_promises.dossier.page": Page(lambda town: f"/dossiers/{town.promised()}", MANAGER),
    "dossier_import.page": Page("/dossiers/import", MANAGER),
    "dossier_sources.page": Page("/dossiers/sources", MANAGER),
    "dossier_sources.one": Page(lambda town: f"/dossiers/sources/{town.source()}", MANAGER),
    "dossier_report.page": Page("/dossiers/report", MANAGER),
    "dossier_report.check_page": Page("/dossiers/report/check", MANAGER),
    "dossier_report.listed": Page(lambda town: town.behind(), MANAGER),
    "papers.page": Page("/dossiers/papers"),
    "papers.one": Page("/dossiers/papers/apology"),
    "papers.letters.page": Page(lambda town: f"/dossiers/{town.promised()}/papers?form=apology", MANAGER),
    "dossier_scores.page": Page("/dossiers/scores", MANAGER),
    "dossier_scores.mine": Page("/dossiers/scores/mine"),
    "dossier_groups.page": Page("/dossiers/groups", MANAGER),
    "dossier_returned.page": Page(lambda town: f"/dossiers/returned?of={town.returned()}", MANAGER),
    "dossier_late.page": Page("/dossiers/late", MANAGER),
    "dossier_privacy.page": Page("/dossiers/privacy", MANAGER),
    "dossier_privacy.person": Page("/dossiers/person", MANAGER),
    "setup.form retention": Page("/admin/setup/retention"),
    "late_lists.newest": Page("/late", NOBODY),
    "late_lists.page": Page(lambda town: f"/late/{town.late()}", NOBODY),
    "devices.page": Page("/devices/"),
    "devices.one": Page("/devices/kiosk-1"),
    "people.page": Page("/admin/people/"),
    "people.one": Page("/admin/people/forgetful"),
    "people.one stands": Page(lambda town: f"/admin/people/{OFFICER}?of={town.reminded()}"),
    "tokens.page": Page("/admin/tokens/"),
    "webhooks.page": Page("/admin/webhooks/"),
    "webhooks.one": Page(lambda town: f"/admin/webhooks/{town.hook}"),
    "audit.page": Page("/admin/audit/"),
    "me.page": Page("/me"),
    "me.second_form": Page("/me/second"),
    "setup.overview": Page("/admin/setup/"),
    "setup.form": Page("/admin/setup/hall"),
    "setup.form reminders": Page("/admin/setup/reminders"),
    "setup.form hours": Page("/admin/setup/hours"),
    "setup.form priority": Page("/admin/setup/priority"),
    "setup.form calls": Page("/admin/setup/calls"),
    "setup.form ratings": Page("/admin/setup/ratings"),
    "setup.form texts": Page("/admin/setup/texts"),
    "setup.form wall": Page("/admin/setup/wall"),
    "setup.form officers": Page("/admin/setup/officers"),
    "setup.form devices": Page("/admin/setup/devices"),
    "setup.authorities": Page("/admin/setup/authorities"),
    "setup.authority": Page("/admin/setup/authority/environment"),
    "setup.authority new": Page("/admin/setup/new-authority"),
    "setup.counters": Page("/admin/setup/counters"),
    "setup.counter": Page("/admin/setup/counter/7"),
    "setup.counter new": Page("/admin/setup/new-counter"),
    "setup.calendar": Page("/admin/setup/calendar"),
    "setup.review": Page("/admin/setup/review"),
    "setup.history": Page("/admin/setup/versions"),
    "setup.one_version": Page("/admin/setup/versions/1"),
    "sites.page": Page("/admin/sites/"),
    "sites.one": Page("/admin/sites/hanam"),
    "phone.show": Page(_phone(State.WAITING), NOBODY, fingers=True),
    "phone.show called": Page(_phone(State.CALLED), NOBODY, fingers=True),
    "phone.show served": Page(_phone(State.SERVED), NOBODY, fingers=True),
    "phone.show gone": Page("/t/unknown-unknown-unknown", NOBODY, fingers=True, status=404),
    "phone.ask_late": Page(_phone(State.WAITING, "/late"), NOBODY, fingers=True),
    "phone.ask_cancel": Page(_phone(State.WAITING, "/cancel"), NOBODY, fingers=True),
    "lookup.form": Page("/lookup", NOBODY, fingers=True),
    "problem": Page("/nothing", status=404),
}
# What no person opens as a page: parts of pages, streams, files, what programs ask; and what tests of its own
# look at: walls (test_board_looks), the first key (there is an administrator), a card for a printer, and what
# only an installation of many centres has.
NO_PAGES = {
    *("static", "health", "live.events", "console.fragment", "reception.fragment", "devices.fragment"),
    *("figures.fragment", "devices.events", "devices.one_fragment", "devices.screen", "devices.log_file"),
    *("phone.events", "phone.fragment", "phone.back_from_here", "board.page", "board.events", "board.state"),
    *("setup.wall_page", "setup.wall_events", "setup.wall_state", "setup.ticket_picture", "setup.export"),
    "lookup.form_vi",  # the same form
    "dossier_import.refused",
    "dossier_promises.mine_line",
    *("papers.download", "papers.look", "papers.book", "papers.letters.plain"),
    *("late_lists.export", "dossier_late.export", "dossier_report.export", "dossier_scores.export"),
    *("history.export", "work.export", "reception.given_card", "keys.first", "sites.new"),
}
PROGRAMS = ("api.", "sim.")


def open_town(folder: Path) -> Town:
    """A Monday morning with waiting, called, served, parked and rated citizens, devices in trouble, staff."""
    place = open_place(folder, frozen=False)
    place.accounts.add(ADMIN, Role.ADMINISTRATOR, PASSWORD, place.hall.wall())
    place.accounts.add(MANAGER, Role.MANAGER, PASSWORD, place.hall.wall())
    place.accounts.add(OFFICER, Role.OFFICER, PASSWORD, place.hall.wall())
    place.accounts.add(HALF, Role.OFFICER, PASSWORD, place.hall.wall())
    place.accounts.add("forgetful", Role.OFFICER, PASSWORD, place.hall.wall())
    place.at("7", c.OpenCounter, officer="officer-7")
    for n in range(12):
        place.issue("environment-permits" if n % 2 else LAND, "priority" if n == 4 else "normal")
        place.clock.pass_(minutes=4)
    for n in range(6):
        number = place.at("7", c.CallNext)["number"]
        place.clock.pass_(minutes=3)
        place.at("7", c.Finish)
        place.at("7", c.Rate, number=number, level=4 - n % 3, levels=4)
    place.at("7", c.CallNext)
    place.at("7", c.Park, note="thiếu bản sao, đã hướng dẫn bổ sung")
    place.at("7", c.CallNext)
    place.devices.put("kiosk-2", DeviceStatus(online=True, role="kiosk", printer="paper-out"))
    served = Served(place)
    served.start()
    cookies = {name: _logged_in(place, name) for name in (ADMIN, MANAGER, OFFICER)}
    hook = place.hall.webhooks.store.add(
        "https://example.invalid/hook", ("called",), 0, ADMIN, place.hall.wall()
    )
    cookies[HALF] = _half(place)
    return Town(place, served, cookies, hook.id)


def _logged_in(place: Place, name: str) -> str:
    client = place.client()
    told = {"name": name, "password": PASSWORD}
    assert client.post("/api/v1/login", json=told).status_code == 200
    return _cookie(place, client)


def _half(place: Place) -> str:
    """Whose password was right, and whose code is still to come."""
    import pyotp

    secret = place.accounts.second.want(HALF)
    code = pyotp.TOTP(secret).at(int(place.hall.wall()))
    assert place.accounts.second.turn_on(HALF, code, place.hall.wall()) is not None
    client = place.client()
    form = {"csrf": csrf_of(client.get("/login").text), "name": HALF, "password": PASSWORD}
    assert client.post("/login", data=form).status_code in (302, 303)
    return _cookie(place, client)


def _cookie(place: Place, client: FlaskClient) -> str:
    kept = client.get_cookie(place.app.config["SESSION_COOKIE_NAME"])
    assert kept is not None
    return kept.value
