"""How hard hypothesis tries: `ci` is quick and the same every time, `long` (HYPOTHESIS_PROFILE=long) searches on."""

import os

from hypothesis import HealthCheck, settings

_SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile(
    "ci", max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=_SLOW_IS_FINE
)
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=_SLOW_IS_FINE)


def load_profile() -> None:
    """Use the profile that the environment names."""
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def examples(share: float) -> int:
    """So many examples, as a share of the profile's: more for what is quick, fewer for what is slow."""
    return max(1, int(settings.default.max_examples * share))
