"""Spellings of listed values: each is plainly the value, and each is other text."""

import unicodedata
from collections.abc import Callable
from random import Random

from snu_analytics.simulation.places import PLACES

_INVISIBLE = ("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u0007")
_BLANKS = (" ", "  ", "\u00a0", "\u202f")
_DASHES = str.maketrans({"-": "\u2013"}), str.maketrans({"-": "\u2010"})
_CYRILLIC = str.maketrans("aeopcxAEOPCTHKMBX", "аеорсхАЕОРСТНКМВХ")
_GREEK = str.maketrans("oAEINOTKMBHPX", "οΑΕΙΝΟΤΚΜΒΗΡΧ")


def upper(text: str) -> str:
    return text.upper()


def lower(text: str) -> str:
    return text.lower()


def swapped_case(text: str) -> str:
    return text.swapcase()


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def capitals_without_accents(text: str) -> str:
    return without_accents(text).upper()


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def typographic(text: str) -> str:
    return text.replace("'", "\u2019")


def en_dashes(text: str) -> str:
    return text.translate(_DASHES[0])


def short_dashes(text: str) -> str:
    return text.translate(_DASHES[1])


def blanks_for_dashes(text: str) -> str:
    return text.replace("-", " ").replace("_", " ")


def dashes_for_blanks(text: str) -> str:
    return text.replace("_", "-") if "_" in text else text.replace(" ", "-")


def underscores(text: str) -> str:
    return text.replace(" ", "_").replace("-", "_")


def fullwidth(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def cyrillic(text: str) -> str:
    return text.translate(_CYRILLIC)


def greek(text: str) -> str:
    return text.translate(_GREEK)


STYLES: tuple[Callable[[str], str], ...] = (
    *(upper, lower, swapped_case, without_accents, capitals_without_accents, decomposed),
    *(typographic, en_dashes, short_dashes, blanks_for_dashes, dashes_for_blanks, underscores),
    *(fullwidth, cyrillic, greek),
)


def padded(random: Random) -> Callable[[str], str]:
    """A style that puts blanks around, and other ones within."""
    before, after, within = (random.choice(_BLANKS) for _ in range(3))
    return lambda text: before + text.replace(" ", within) + after


def invisible(random: Random) -> Callable[[str], str]:
    """A style that puts a character without a shape behind the first letter."""
    sign = random.choice(_INVISIBLE)
    return lambda text: text[:1] + sign + text[1:]


def style(random: Random) -> Callable[[str], str]:
    """One way of writing; texts that it leaves alone are padded."""
    chosen = random.choice((*STYLES, padded(random), padded(random), invisible(random)))
    fallback = padded(random)

    def spelled(text: str) -> str:
        other = chosen(text)
        return other if other != text else fallback(text)

    return spelled


# Codes of the regions since 2016, and the names of those before.
_REGION_CODES = {
    "Auvergne-Rhône-Alpes": "84",
    "Bourgogne-Franche-Comté": "27",
    "Bretagne": "53",
    "Centre-Val de Loire": "24",
    "Corse": "94",
    "Grand Est": "44",
    "Hauts-de-France": "32",
    "Île-de-France": "11",
    "Normandie": "28",
    "Nouvelle-Aquitaine": "75",
    "Occitanie": "76",
    "Pays de la Loire": "52",
    "Provence-Alpes-Côte d'Azur": "93",
}
_FORMER = {
    "Auvergne-Rhône-Alpes": ("Auvergne", "Rhône-Alpes"),
    "Bourgogne-Franche-Comté": ("Bourgogne", "Franche-Comté"),
    "Centre-Val de Loire": ("Centre",),
    "Grand Est": ("Alsace", "Lorraine", "Champagne-Ardenne"),
    "Hauts-de-France": ("Nord-Pas-de-Calais", "Picardie"),
    "Normandie": ("Basse-Normandie", "Haute-Normandie"),
    "Nouvelle-Aquitaine": ("Aquitaine", "Limousin", "Poitou-Charentes"),
    "Occitanie": ("Languedoc-Roussillon", "Midi-Pyrénées"),
    "Provence-Alpes-Côte d'Azur": ("PACA",),
}
_CODES = {place.department: place.code for place in PLACES}


def region_code(random: Random, name: str) -> str | None:
    """The code of a region in France proper."""
    return _REGION_CODES.get(name)


def former_region(random: Random, name: str) -> str | None:
    """One of the regions that became this one."""
    return random.choice(_FORMER[name]) if name in _FORMER else None


def department_code(random: Random, name: str) -> str | int | None:
    """The code of a department: as text, without its leading zero, in small letters, as number."""
    code = _CODES.get(name)
    if code is None:
        return None
    writings: list[str | int] = [code, code.lower(), code.lstrip("0")]
    return random.choice([*writings, int(code)] if code.isdigit() else writings)
