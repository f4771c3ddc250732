"""Finding KPIs as a person types: by words in either language and by tags."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache

from keiki.catalogue.kpi import Kpi

Tag = str | Collection[str] | None
"""One value, several of which any will do, or none for no filter."""

KATAKANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
DROPPED = dict.fromkeys(map(ord, "ー-‐‑–—・'’"))
BETWEEN = re.compile(r"(?:[^\w%]|_)+")


def search(
    kpis: Iterable[Kpi],
    words: str = "",
    language: str = "ja",
    *,
    domain: Tag = None,
    stage: Tag = None,
    department: Tag = None,
    layer: Tag = None,
    horizon: Tag = None,
    kind: Tag = None,
    cadence: Tag = None,
    value_chain: Tag = None,
) -> tuple[Kpi, ...]:
    """The KPIs that carry all the tags and in which every word is found, the nearest first.

    Words are looked for in the id, the names in both languages, the other names, and the definition in `language`;
    width, capitals, hiragana or katakana and long-vowel signs make no difference. A KPI that is called so comes first,
    then ids and names that start with the words, names that hold them, other names, definitions. Without words: the
    order given. `domain` `sns` also finds `sns:x`.
    """
    tagged = [
        kpi
        for kpi in kpis
        if _any(domain, [part for d in kpi.domain for part in (d, d.partition(":")[0])])
        and _any(stage, [kpi.journey_stage])
        and _any(department, kpi.department)
        and _any(layer, [kpi.layer])
        and _any(horizon, [kpi.horizon])
        and _any(kind, [kpi.kind])
        and _any(cadence, kpi.cadence)
        and _any(value_chain, [kpi.value_chain])
    ]
    wanted = fold(words)
    if not wanted:
        return tuple(tagged)
    ranked = [(rank, kpi) for kpi in tagged if (rank := _rank(kpi, wanted, language)) is not None]
    return tuple(kpi for _, kpi in sorted(ranked, key=lambda found: (*found[0], found[1].id)))


def _any(tag: Tag, carried: Iterable[str]) -> bool:
    if not tag:
        return True
    wanted = {tag} if isinstance(tag, str) else set(tag)
    return not wanted.isdisjoint(carried)


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Text with everything removed that two people may write differently.

    >>> fold("ＣＶＲ（訪問者ベース）"), fold("リピーター"), fold("E-mail open_rate")
    ('cvr 訪問者べす', 'りぴた', 'email open rate')
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = unicodedata.normalize("NFC", plain.translate(KATAKANA).translate(DROPPED))
    return BETWEEN.sub(" ", plain).strip()


def _rank(kpi: Kpi, wanted: str, language: str) -> tuple[int, int, int] | None:
    """How near a KPI is, smaller is nearer: where the words are found, whether they begin words there, the length.

    None: they are not all found.
    """
    own, other = (kpi.ja, kpi.en) if language == "ja" else (kpi.en, kpi.ja)
    definition = kpi.definition_ja if language == "ja" else kpi.definition_en
    names = [fold(own), fold(kpi.id), fold(other)]
    aliases = [fold(alias) for alias in kpi.aliases]
    if wanted in names:
        return 0, 0, len(names[0])
    if wanted in aliases:
        return 1, 0, len(names[0])
    begun = [len(name) for name in names if name.startswith(wanted)]
    if begun:
        return 2, 0, min(begun)
    parts = wanted.split()
    for place, texts in enumerate((names[:1], names, names + aliases, [*names, *aliases, fold(definition)]), start=3):
        whole = " " + " ".join(texts)
        if all(part in whole for part in parts):
            return place, int(not all(f" {part}" in whole for part in parts)), len(names[0])
    return None
