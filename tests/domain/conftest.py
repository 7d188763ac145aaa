"""Rules without input or output: only hypothesis needs to be told how hard to try."""

from tests.profiles import load_profile

load_profile()
