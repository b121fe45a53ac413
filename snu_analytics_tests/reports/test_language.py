"""How numbers, days and months are written, and that both languages say the same things."""

from collections.abc import Mapping
from datetime import date

import pytest

from snu_analytics.reports.language import words

FRENCH, ENGLISH = words("fr"), words("en")


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (1234, "1\u202f234", "1,234"),
        (1234.56, "1\u202f234,6", "1,234.6"),
        (0, "0", "0"),
        (None, "–", "–"),
        (float("nan"), "–", "–"),
        (date(2024, 3, 4), "4\u00a0mars\u00a02024", "4\u00a0March\u00a02024"),
        (date(2024, 3, 1), "1er\u00a0mars\u00a02024", "1\u00a0March\u00a02024"),
    ],
)
def test_a_value_is_written_as_its_language_does(value, french, english):
    assert (FRENCH.write(value), ENGLISH.write(value)) == (french, english)


def test_shares_months_and_campaigns():
    assert (FRENCH.share(0.125), ENGLISH.share(0.5)) == ("12\u00a0%", "50%")
    assert FRENCH.month(date(2024, 8, 1)) == "août\u00a02024"
    assert FRENCH.campaign(2024) == "2023-2024"


def keys(texts: Mapping, path: str = "") -> set[str]:
    nested = [keys(v, f"{path}{k}.") for k, v in texts.items() if isinstance(v, Mapping)]
    return {f"{path}{k}" for k, v in texts.items() if not isinstance(v, Mapping)}.union(*nested)


def test_both_languages_have_the_same_texts():
    own = ("definitions.", "categories.")
    french, english = (
        {key for key in keys(language.texts) if not key.startswith(own)}
        for language in (FRENCH, ENGLISH)
    )
    assert french == english
