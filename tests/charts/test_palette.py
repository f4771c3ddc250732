"""The two palettes of the pages: far enough apart for every kind of eye, and readable on what they lie on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import keiki.server

TOKENS = Path(keiki.server.__file__).parent / "ui/static/ui/tokens.css"
SIMULATED = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""What eyes of each kind see of linear RGB (Machado, Oliveira and Fernandes 2009, severity 1.0)."""
XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
STATUSES = ("good", "watch", "act")


def colours(palette: str, theme: str) -> dict[str, str]:
    """Every colour of a palette in a theme, as the style sheet says."""
    usual, distinct = TOKENS.read_text().split(':root[data-palette="distinct"]')
    texts = [usual] if palette == "usual" else [usual, distinct]
    place = 0 if theme == "light" else 1
    found = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\)")
    return {name: pair[place] for text in texts for name, *pair in found.findall(text)}


def linear(colour: str) -> Any:
    written = colour.removeprefix("#")
    written = "".join(each * 2 for each in written) if len(written) == 3 else written
    parts = np.array([int(written[at : at + 2], 16) / 255 for at in (0, 2, 4)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast of WCAG 2.2 (SC 1.4.3), 1 to 21."""
    light, dark = sorted((float(linear(each) @ XYZ[1]) for each in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(seen: Any) -> Any:
    """Linear RGB in CIELAB under D65."""
    parts = np.array(XYZ) @ np.clip(seen, 0, 1) / (0.95047, 1.0, 1.08883)
    x, y, z = np.where(parts > 216 / 24389, np.cbrt(parts), (24389 / 27 * parts + 16) / 116)
    return np.array((116 * y - 16, 500 * (x - y), 200 * (y - z)))


def nearest(chosen: Iterable[str], eyes: str) -> float:
    """The smallest difference (CIE 1976) between two of the colours for such eyes; 2.3 is just noticeable."""
    seen = [lab(np.array(SIMULATED[eyes]) @ linear(each)) for each in chosen]
    return min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2))


def test_contrast_is_that_of_the_standard() -> None:
    assert (contrast("#fff", "#000"), round(contrast("#767676", "#fff"), 2)) == (pytest.approx(21), 4.54)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("palette", ["usual", "distinct"])
def test_words_of_a_status_reach_4_5_and_its_shapes_3_on_what_they_lie_on(palette: str, theme: str) -> None:
    all_of = colours(palette, theme)
    under = [all_of[name] for name in ("surface", "sunken", "bg")]
    words = {
        (name, ground): contrast(all_of[name], ground)
        for name in STATUSES
        for ground in [*under, all_of[f"{name}-soft"]]
    }
    shapes = {name: contrast(all_of[f"{name}-fill"], all_of["surface"]) for name in STATUSES}
    lines = {name: contrast(all_of[f"chart-{name}"], all_of["surface"]) for name in range(1, 5)}
    assert min(words.values()) >= 4.5, words
    assert min([*shapes.values(), *lines.values()]) >= 3.0, (shapes, lines)


@pytest.mark.parametrize(("theme", "eyes"), list(product(["light", "dark"], SIMULATED)))
def test_statuses_and_four_lines_stay_apart_for_eyes_that_mix_up_colours(theme: str, eyes: str) -> None:
    all_of, usual = colours("distinct", theme), colours("usual", theme)
    fills = [f"{name}-fill" for name in STATUSES]
    assert nearest([all_of[name] for name in fills], eyes) >= 25
    assert nearest([all_of[f"chart-{number}"] for number in range(1, 5)], eyes) >= 12
    if eyes == "deuteranopia":  # the most frequent kind, for whom the usual colours are near each other
        assert nearest([usual[name] for name in fills], eyes) < 20
