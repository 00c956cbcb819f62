"""What all tests share: properties are searched without a time limit, because machines differ."""

from hypothesis import settings

settings.register_profile("motcua", deadline=None)
settings.load_profile("motcua")
