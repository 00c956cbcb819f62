"""The dossiers' rooms: an overview that leads on, and a blueprint each for what is done with them."""

from server.web.dossiers import (
    check as check,  # of the report's room
    mine as mine,  # of the promises' room
)
from server.web.dossiers.groups import groups
from server.web.dossiers.imports import imports
from server.web.dossiers.late import late
from server.web.dossiers.letters import letters
from server.web.dossiers.one import dossier
from server.web.dossiers.overview import dossiers
from server.web.dossiers.papers import papers
from server.web.dossiers.privacy import privacy
from server.web.dossiers.promises import promises
from server.web.dossiers.public import late_lists
from server.web.dossiers.report import report
from server.web.dossiers.returned import returned
from server.web.dossiers.scores import scores
from server.web.dossiers.sources import sources

# Registered in this order; who adds a room adds its blueprint.
ROOMS = (
    dossiers,
    imports,
    sources,
    report,
    scores,
    groups,
    late,
    late_lists,
    privacy,
    papers,
    promises,
    returned,
)

papers.register_blueprint(letters)  # one room, for whoever walks between its pages
promises.register_blueprint(dossier)  # likewise
