"""Everything the pages do, as REST: what does for a program what each page does, or why nothing does.

A page that is added gets a row here, so that the sentence stays true.
"""

from __future__ import annotations

import re

from flask import Flask

from server.people.rights import MAY, Role
from server.web.rest.table import ENDPOINTS
from tests.web.place import Place

NO_DATA = "it has no data: words and ways to other pages, or a file"
LOGIN = "a step of the browser's log-in; `log-in` takes name, password and code at once"
LINK = "behind a one-time link that a person was handed, who is not logged in yet; it is worth a password"
CITIZEN = "a citizen's own, by the paper in the hand; staff do it by {}"
DEVICE = "is the programs' door for devices already"
FOR_BROWSERS = "how a browser learns of changes; a program follows `follow-events`, or asks anew"

# Endpoint of a page -> operations that do the same, several where a page does several things; or why none.
SAME: dict[str, str | tuple[str, ...]] = {
    "index": NO_DATA,
    "static": NO_DATA,
    "health": "answers programs already",
    "centres.page": ("list-centres",),
    # logging in
    "login.form": LOGIN,
    "login.submit": ("log-in",),
    "login.code_form": LOGIN,
    "login.code_submit": ("log-in",),
    "login.leave": ("log-out",),
    "keys.first": LINK,
    "keys.make_first": LINK,
    "keys.choose": LINK,
    "keys.chosen": LINK,
    # oneself
    "me.page": ("get-me", "list-my-logins", "get-my-second"),
    "me.email": ("set-my-email", "get-my-contact"),
    "me.password": ("change-my-password",),
    "me.end_logins": ("end-my-other-logins", "end-my-login"),
    "me.second_form": ("want-my-second",),
    "me.second_on": ("my-second-on",),
    "me.second_off": ("my-second-off",),
    # citizens and walls
    "board.page": ("get-board", "get-dossiers-wall"),
    "board.state": ("get-board", "get-dossiers-wall"),
    "board.events": FOR_BROWSERS,
    "phone.show": CITIZEN.format("`get-ticket`"),
    "phone.fragment": CITIZEN.format("`get-ticket`"),
    "phone.events": FOR_BROWSERS,
    "phone.ask_cancel": CITIZEN.format("`counter-cancel`"),
    "phone.cancel": CITIZEN.format("`counter-cancel`"),
    "phone.ask_late": CITIZEN.format("`counter-park`"),
    "phone.late": CITIZEN.format("`counter-park`"),
    "phone.back_from_here": CITIZEN.format("`counter-bring-back`"),
    "phone.here": CITIZEN.format("`counter-bring-back`"),
    # counters and reception; a console's buttons are the operations themselves
    "console.choose": ("list-counters",),
    "console.take": ("counter-open",),
    "console.page": ("get-counter", "get-hall"),
    "console.fragment": ("get-counter", "get-hall"),
    "reception.page": ("list-services", "get-hall", "list-tickets"),
    "reception.fragment": ("get-hall", "list-tickets"),
    "reception.give": ("issue-ticket",),
    "reception.given": ("issue-ticket", "get-ticket"),
    "reception.given_card": ("issue-ticket", "get-ticket"),
    "reception.number": ("number-priority", "number-note", "number-reprint"),
    "handwritten.form": ("list-slips",),
    "handwritten.enter": ("enter-handwritten",),
    "handwritten.sheets": ("list-slips", "print-slips"),
    "live.events": ("follow-events",),
    # figures
    "figures.page": ("get-live", "get-figures", "get-opinions"),
    "figures.fragment": ("get-live",),
    "figures.mine": ("get-my-opinion",),
    "history.page": ("get-figures", "export-figures-csv"),
    "history.export": ("export-figures-csv", "export-figures-xlsx", "export-figures-pdf"),
    "history.tickets": ("list-tickets-behind",),
    "history.ticket": ("get-story", "get-ticket"),
    "work.page": ("get-working-time",),
    "work.export": ("export-working-time-csv", "export-working-time-xlsx", "export-working-time-pdf"),
    # devices
    "devices.page": ("list-devices",),
    "devices.fragment": ("list-devices",),
    "devices.events": FOR_BROWSERS,
    "devices.one": ("get-device", "list-orders"),
    "devices.one_fragment": ("get-device", "list-orders"),
    "devices.order": ("order-device",),
    "devices.screen": ("get-screen",),
    "devices.log_file": ("get-log",),
    "devices.code": ("make-device-code",),
    "devices.revoke": ("revoke-device",),
    "enrolment.enrol": DEVICE,
    # the configuration: its pages edit parts of one document, which a program reads and puts whole
    "setup.overview": ("get-setup", "get-draft"),
    "setup.form": ("get-draft",),
    "setup.save": ("replace-draft", "check-draft"),
    "setup.authorities": ("get-draft", "check-draft"),
    "setup.order_authorities": ("replace-draft",),
    "setup.authority": ("get-draft",),
    "setup.save_authority": ("replace-draft",),
    "setup.counters": ("get-draft", "check-draft"),
    "setup.order_counters": ("replace-draft",),
    "setup.counter": ("get-draft",),
    "setup.save_counter": ("replace-draft",),
    "setup.calendar": ("get-draft", "list-calendars"),
    "setup.save_calendar": ("replace-draft", "take-calendar-into-draft"),
    "setup.ticket_picture": ("get-draft-ticket",),
    "setup.wall_page": ("get-draft-wall",),
    "setup.wall_state": ("get-draft-wall",),
    "setup.wall_events": "answers that there is no stream",
    "setup.review": ("get-draft-differences", "check-draft"),
    "setup.apply": ("apply-draft",),
    "setup.discard": ("discard-draft",),
    "setup.take_over": ("take-over-into-draft",),
    "setup.withdraw": ("withdraw-setup",),
    "setup.history": ("list-versions", "compare-versions"),
    "setup.one_version": ("get-version", "compare-versions"),
    "setup.restore": ("restore-version",),
    "setup.export": ("get-version-file",),
    "setup.bring": ("replace-draft-by-file",),
    # dossiers
    "dossiers.page": ("get-dossiers",),
    "dossier_promises.page": ("count-promises", "list-dossiers"),
    "dossier_promises.search": ("list-dossiers",),
    "dossier_promises.mine": ("list-my-dossiers",),
    "dossier_promises.mine_line": ("list-my-dossiers",),
    "dossier_promises.mine_seen": ("my-dossiers-seen",),
    "dossier_promises.late_legs": ("list-late-legs",),
    "dossier_promises.letters": ("list-letters",),
    "dossier_promises.try_mail": "tells whether the server reaches a mail server, to somebody who sets it up",
    "dossier_promises.again": ("send-letter-again",),
    "dossier_promises.dossier.page": ("get-dossier",),
    "dossier_promises.dossier.person": "shows a person to a person; programs ask what is held about one",
    "dossier_promises.dossier.renewed": ("reappoint",),
    "dossier_promises.dossier.letter": ("letter-sent",),
    "dossier_import.page": ("get-dossiers",),
    "dossier_import.preview": ("preview-import", "preview-workbook"),
    "dossier_import.refused": ("list-refused-rows",),
    "dossier_import.confirm": ("confirm-import",),
    "dossier_sources.page": ("list-sources",),
    "dossier_sources.sample": ("show-sample", "show-sample-workbook"),
    "dossier_sources.one": ("get-source",),
    "dossier_sources.add": ("add-source",),
    "dossier_sources.change": ("change-source",),
    "dossier_sources.delete": ("delete-source",),
    "dossier_sources.take": ("take-dossiers",),
    "dossier_sources.key": ("make-source-key",),
    "dossier_sources.shut": ("take-source-key",),
    "dossier_report.page": ("get-report",),
    "dossier_report.export": tuple(f"export-report-{kind}" for kind in ("xlsx", "csv", "docx", "pdf")),
    "dossier_report.listed": ("list-report-dossiers",),
    "dossier_report.check_page": ("check-report",),
    "dossier_report.checked": ("check-report", "check-report-workbook"),
    "dossier_scores.page": ("get-scores",),
    "dossier_scores.enter": ("enter-points",),
    "dossier_scores.export": ("export-scores-xlsx", "export-scores-csv"),
    "dossier_scores.mine": ("get-my-scores",),
    "dossier_groups.page": ("get-groups",),
    "dossier_groups.bring": ("bring-groups",),
    "lookup.form": ("look-up-dossier",),
    "lookup.form_vi": ("look-up-dossier",),
    "lookup.find": ("look-up-dossier",),
    "dossier_returned.page": ("list-returned",),
    "dossier_late.page": ("get-late-list",),
    "dossier_late.export": ("get-late-list",),
    "dossier_late.note": ("note-late",),
    "dossier_privacy.page": ("get-retention",),
    "dossier_privacy.person": ("find-person",),
    "dossier_privacy.find": ("find-person",),
    "dossier_privacy.export": ("find-person",),
    "dossier_privacy.forget": ("forget-person",),
    "late_lists.newest": ("get-public-late-lists",),
    "late_lists.page": ("get-public-late-lists",),
    "late_lists.export": ("get-public-late-lists",),
    "dossier_late.approve": ("approve-late",),
    "dossier_late.withdraw": ("withdraw-late", "withdraw-late-list"),
    "papers.page": ("list-papers",),
    "papers.find": "leads to the papers of a code: `make-paper-pdf`",
    "papers.one": ("get-paper",),
    "papers.words": ("change-paper-words",),
    "papers.template": ("change-paper-template",),
    "papers.restore": ("restore-paper",),
    "papers.download": ("get-paper-template",),
    "papers.look": ("get-paper-sample-pdf", "get-paper-sample-docx"),
    "papers.book": ("get-register-book-pdf", "get-register-book-docx", "get-register-book-xlsx"),
    "papers.letters.page": ("make-paper-pdf",),
    "papers.letters.plain": ("make-paper-pdf", "make-paper-docx"),
    "papers.letters.typed": ("make-paper-pdf", "make-paper-docx"),
    # centres, people, programs
    "sites.page": ("list-centres",),
    "sites.new": ("list-centres",),
    "sites.add": ("add-centre",),
    "sites.one": ("list-centres", "get-setup", "get-hall"),
    "sites.rename": ("rename-centre",),
    "sites.retire": ("retire-centre",),
    "people.page": ("list-people",),
    "people.make": ("add-person",),
    "people.one": ("get-person",),
    "people.roles": ("set-roles",),
    "people.contact": ("set-contact", "get-contact"),
    "people.reset": ("reset-password",),
    "people.disable": ("disable-person",),
    "people.enable": ("enable-person",),
    "people.log_out": ("end-sessions",),
    "people.second_off": ("second-off",),
    "audit.page": ("list-audit", "check-audit"),
    "tokens.page": ("list-tokens",),
    "tokens.make": ("make-token",),
    "tokens.revoke": ("revoke-token",),
    "webhooks.page": ("list-webhooks",),
    "webhooks.add": ("add-webhook",),
    "webhooks.one": ("get-webhook", "list-deliveries"),
    "webhooks.change": ("change-webhook",),
    "webhooks.pause": ("change-webhook",),
    "webhooks.rotate": ("rotate-webhook-secret",),
    "webhooks.remove": ("remove-webhook",),
    "webhooks.test": ("test-webhook",),
    "webhooks.again": ("resend-delivery",),
}
OPERATIONS = {row.name: row for row in ENDPOINTS}


def pages(app: Flask) -> dict[str, set[str]]:
    """Endpoint -> methods, of all that is no operation."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith(("api.", "sim.")):
            found.setdefault(rule.endpoint, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return found


def test_every_page_has_an_operation_or_a_reason_to_have_none(place: Place) -> None:
    known = pages(place.app)
    assert SAME.keys() == known.keys(), SAME.keys() ^ known.keys()
    for page, same in SAME.items():
        names = re.findall(r"`([^`]+)`", same) if isinstance(same, str) else same
        assert set(names) <= OPERATIONS.keys(), (page, names)
        if not isinstance(same, str) and known[page] == {"POST"}:
            assert any(OPERATIONS[name].changes for name in names), (
                f"{page} changes something, {names} do not"
            )


def test_whoever_may_open_a_page_may_ask_its_operations(place: Place) -> None:
    """By roles: an operation may ask for another right than a page that shows something beside its own."""
    for page, same in SAME.items():
        right = getattr(place.app.view_functions[page], "right", "open")
        readers = [role for role in Role if right not in ("open", None) and right in MAY[role]]
        for name in () if isinstance(same, str) else same:
            needed = OPERATIONS[name].right
            if needed is not None:
                assert all(needed in MAY[role] for role in readers), (page, right, name, needed)


def test_every_operation_is_of_some_page(place: Place) -> None:
    """Or of the buttons of a console, or a page's in another form."""
    named = {name for same in SAME.values() if not isinstance(same, str) for name in same}
    of_consoles = {name for name in OPERATIONS if name.startswith("counter-")}
    of_programs = {"put-dossier", "bring-dossiers"}  # a page takes a whole file
    assert OPERATIONS.keys() - named - of_consoles - of_programs == {"change-setup"}
