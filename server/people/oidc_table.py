"""`[oidc]` of the server's file: who else may say who somebody is. Without it nothing of that is loaded."""

from __future__ import annotations

from pathlib import Path

import msgspec

from server.people.rights import EVERYWHERE, Role


class OidcRole(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[oidc.role]]`: whoever has `value` in the claim holds this role at this centre."""

    value: str
    role: Role
    site: str = EVERYWHERE


class OidcTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """issuer: as the provider writes it of itself. secret_file: the client's secret, in a file of its own.
    name: of the provider, on the button at the log-in. name_claim: the account's name. role_claim: what the
    roles follow from, a text or a list; without `[[oidc.role]]` rows administrators give roles here.
    make_accounts: also for people who have no account yet; without it an administrator makes one first, and
    whoever comes from the provider with its name before a password was chosen has it.
    """

    issuer: str
    client_id: str
    secret_file: Path | None = None
    name: str = "OpenID"
    scopes: tuple[str, ...] = ("openid", "profile")
    name_claim: str = "preferred_username"
    role_claim: str = "groups"
    role: tuple[OidcRole, ...] = ()
    make_accounts: bool = False
