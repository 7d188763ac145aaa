"""Finding and ordering names as people do: without regard to accents, words in any order, numbers by their value."""

import re
import unicodedata

from sightlog.domain.names import name_key

_NUMBER = re.compile(r"([0-9]{1,18})")


def plain(text: str) -> str:
    """Case folded and without accents: `Köln` becomes `koln`."""
    apart = unicodedata.normalize("NFKD", name_key(text))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def words_of(search: str) -> list[str]:
    """The words of a search, as `is_found` wants them."""
    return plain(search).split()


def is_found(words: list[str], text: str) -> bool:
    """Whether each word of a search occurs in a text; without words, everything is found."""
    where = plain(text) if words else ""
    return all(word in where for word in words)


def natural_key(name: str) -> list[str | int]:
    """For sorting: `line 2` comes before `line 10`, and `Ö` beside `O`."""
    return [int(part) if place % 2 else part for place, part in enumerate(_NUMBER.split(plain(name)))]
