"""The centres of this installation as pages name them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app

from server.web.hall import Hall
from server.web.words import said


def names(lang: str) -> dict[str, str]:
    """Centre -> its name, in the order of the installation."""
    halls: Mapping[str, Hall] = current_app.extensions["installation"].halls
    return {site: said(hall.config.site.name, lang) for site, hall in halls.items()}
