"""How often what looks like a person's is a person's: `make bench-patterns`.

Counts what `kind_of` says of every listed value, of invented sentences with harmless numbers and
names, and of the same sentences with a planted identifier of each kind. Written to patterns.md.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from stdnum.fr import nir

from snu_analytics.catalogue import load_catalogue
from snu_analytics.events import kind_of
from snu_analytics.simulation.people import identifier, word

RESULTS = Path(__file__).with_suffix(".md")
_SENTENCES = 5_000
_PLANTS = 500


def _digits(random: Random, count: int) -> str:
    return "".join(str(random.randrange(10)) for _ in range(count))


def _siren(random: Random) -> str:
    body = _digits(random, 8)
    return next(body + str(n) for n in range(10) if _luhn(body + str(n)))


def _luhn(number: str) -> bool:
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(number))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _nir(random: Random) -> str:
    body = f"{random.choice('12')}{random.randrange(5, 10):02d}{random.randrange(1, 13):02d}"
    body += f"{random.randrange(1, 96):02d}{_digits(random, 6)}"
    return body + nir.calc_check_digits(body)


_PLANTED: dict[str, Callable[[Random], str]] = {
    "an e-mail address": lambda r: f"{word(r, 2)}.{word(r, 3)}@{word(r, 2)}.fr".lower(),
    "a telephone number": lambda r: r.choice(
        (
            f"06 {' '.join(_digits(r, 2) for _ in range(4))}",
            f"+336{_digits(r, 8)}",
            f"07{_digits(r, 8)}",
        )
    ),
    "a French identifier": lambda r: r.choice((_siren, _nir))(r),
    "a date": lambda r: r.choice(
        (f"{r.randrange(1, 29):02d}/0{r.randrange(1, 10)}/2007", f"{r.randrange(1, 29)} mai 2007")
    ),
    "a 24-digit id": identifier,
    "a token": lambda r: f"{r.getrandbits(160):040x}",
    "a URL": lambda r: f"https://www.{word(r, 3)}.fr/{word(r, 2)}".lower(),
    "a file name": lambda r: f"{word(r, 2)}_{word(r, 2)}.{r.choice(('pdf', 'jpg', 'docx'))}",
    "a postal address": lambda r: f"{r.randrange(1, 200)} rue {word(r, 2)} {word(r, 3)}",
}

_HARMLESS: tuple[Callable[[Random], str], ...] = (
    lambda r: f"à {r.randrange(1, 900)} km de {word(r, 3)}",
    lambda r: f"{r.randrange(2, 90)} heures sur {r.randrange(2, 12)} semaines",
    lambda r: f"{r.randrange(1, 400)} 000 euros de budget",
    lambda r: f"session {r.randrange(2019, 2027)}, groupe {r.randrange(1, 40)}",
    lambda r: f"compteur à {_digits(r, 9)} mètres",
    lambda r: f"de {r.randrange(8, 12)}h{r.randrange(10, 60)} à {r.randrange(13, 19)}h",
    lambda r: f"terminale {word(r, 1)}, salle {r.randrange(100, 500)}",
    lambda r: f"association {word(r, 3)} {word(r, 2)}",
    lambda r: f"version {r.randrange(1, 9)}.{r.randrange(0, 20)}.{r.randrange(0, 20)}",
    lambda r: f"code postal {r.randrange(1, 96):02d}{_digits(r, 3)}",
)


def main() -> None:
    random = Random(1)
    listed = [v for voc in load_catalogue().vocabularies.values() for v in voc.values]
    in_lists = Counter(kind for kind in map(kind_of, listed) if kind)
    harmless = [random.choice(_HARMLESS)(random) for _ in range(_SENTENCES)]
    false = Counter(kind for kind in map(kind_of, harmless) if kind)
    right: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for kind, planted in _PLANTED.items():
        for _ in range(_PLANTS):
            text = f"{random.choice(_HARMLESS)(random)}, {planted(random)}"
            seen = kind_of(text)
            right[kind] += seen == kind
            other[kind] += seen not in (kind, None)
    lines = [
        f"`make bench-patterns`: {len(listed)} listed values, {_SENTENCES:,} harmless sentences, "
        f"{_PLANTS} sentences with a plant of each kind.",
        "",
        "| kind | of plants: as this kind | as another | missed | among harmless | among listed |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for kind in (*_PLANTED, "a long number"):
        count = _PLANTS if kind in _PLANTED else 0
        shares = [
            _share(n, count) for n in (right[kind], other[kind], count - right[kind] - other[kind])
        ]
        cells = [kind, *shares, _share(false[kind], _SENTENCES), str(in_lists[kind])]
        lines.append(f"| {' | '.join(cells)} |")
    flagged = sum(right.values()) + sum(other.values())
    lines += [
        "",
        f"Precision over all texts: {flagged / (flagged + sum(false.values())):.1%}. The value is "
        "OTHER in any case; a false hit is a count too many in `analytics.withheld`.",
    ]
    RESULTS.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def _share(count: int, total: int) -> str:
    return f"{count / total:.1%}" if total else "–"


if __name__ == "__main__":
    main()
