"""Which release of motcua this is, as devices and server tell each other."""

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """The installed version; "unknown" in a folder that was never installed."""
    try:
        return version("motcua")
    except PackageNotFoundError:
        return "unknown"
