"""Links: which number moves which, with what delay, and how sure the numbers are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from keiki.catalogue.perspectives import PERSPECTIVES, perspective
from keiki.charts.chart import Chart
from keiki.charts.format import MISSING, Style
from keiki.charts.lines import Line, lines
from keiki.charts.scatter import Axis, Dot, scatter
from keiki.insight.correlation import Correlation, LagCorrelation
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.reasons.queries import links as queries
from keiki.server.reasons.queries.links import Link, Together
from keiki.trees.build import Node

STRONG, MEDIUM = 0.7, 0.4


@dataclass(frozen=True)
class Cell:
    """One field of the matrix: the strongest correlation with its delay and sample."""

    words: str = MISSING
    delay: str = ""
    pairs: str = ""
    tone: str = ""
    spoken: str = ""
    url: str = ""


@dataclass(frozen=True)
class MatrixRow:
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class LinkLine:
    """A link of the tree and what the numbers say about it."""

    source: str
    target: str
    direction: str
    delay: str
    measured: str
    pairs: str
    verdict: str
    tone: str
    best: str
    why: str
    url: str


@dataclass(frozen=True)
class Step:
    """A number in a chain, and the link that leads on from it."""

    label: str
    onward: LinkLine | None


@dataclass(frozen=True)
class Perspective:
    """One of the four perspectives with its numbers."""

    words: str
    about: str
    nodes: tuple[kpis.Way, ...]


@dataclass(frozen=True)
class LinksPage:
    title: str
    subtitle: str
    tree: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    lens_form: kpis.LensForm = kpis.LensForm(())
    sentence: str = ""
    links: tuple[LinkLine, ...] = ()
    chains: tuple[tuple[Step, ...], ...] = ()
    perspectives: tuple[Perspective, ...] = ()
    head: tuple[str, ...] = ()
    matrix: tuple[MatrixRow, ...] = ()
    matrix_sentence: str = ""
    rule: str = ""
    design_url: str = ""


@business_page()
@require_safe
def links_page(request: HttpRequest, business: Business, tree: str | None = None) -> HttpResponse:
    """The chains of a tree, its four perspectives, and a matrix of every pair of numbers."""
    asked = Asked.read(request.GET)
    found = _together(request, business, tree, asked)
    if found is None:
        page = LinksPage(_("Links"), business.name, tree or "", kpis.empty_state(request, business))
        return render(request, "reasons/links.html", {"page": page})
    return render(request, "reasons/links.html", {"page": _page(request, business, found, asked)})


def _together(request: HttpRequest, business: Business, tree: str | None, asked: Asked) -> Together | None:
    known = door.known(request.user, business)
    chosen = request.GET.get("tree") or tree
    if chosen is not None and chosen not in {each.id for each in known.trees}:
        raise Http404
    return None if known.today is None else queries.together(request.user, business, chosen, asked.question)


def _page(request: Any, business: Business, found: Together, asked: Asked) -> LinksPage:
    numbers = found.numbers
    style = kpis.style_of(business, numbers.known)
    lines = {id(link): _line(business, found, link, asked, style) for link in found.links}
    tree = numbers.tree
    design = {"business": business.id, "tree": tree.id}
    own = door.stored_tree(request.user, business, tree.id) is not None
    return LinksPage(
        title=_("Links"),
        subtitle=kpis.subtitle(business, numbers, style),
        tree=tree.id,
        fresh=kpis.fresh_words(numbers, style),
        lens_form=kpis.lens_form(business, numbers, asked, trees=True),
        sentence=_links_sentence(found),
        links=tuple(lines.values()),
        chains=tuple(_steps(chain, lines, style) for chain in found.chains),
        perspectives=_perspectives(request, business, found, asked, style),
        head=tuple(node.label(style.language) for node in found.listed),
        matrix=tuple(
            MatrixRow(
                one.label(style.language),
                tuple(_cell(business, found, one, other, asked, style) for other in found.listed),
            )
            for one in found.listed
        ),
        matrix_sentence=_matrix_sentence(found, style),
        rule=_rule_words(found),
        design_url=reverse("cockpit:design", kwargs=design) if own and allows(request.membership.role, EDIT) else "",
    )


def _rule_words(found: Together) -> str:
    return _(
        "Over {periods} complete periods, trends taken off, delays from 0 to {most}; fewer than {fewest} pairs say "
        "nothing. A mark needs a {level} interval, shared among the delays tried, that leaves out 0. Moving together "
        "is no proof that one causes the other: a trial is."
    ).format(
        periods=sum(any(value is not None for value in values) for values in zip(*found.series.values(), strict=True)),
        most=queries.RULE.most,
        fewest=queries.RULE.fewest,
        level=f"{queries.RULE.level:.0%}",
    )


def _links_sentence(found: Together) -> str:
    if not found.links:
        return _("This tree has no links yet: dashed lines and links beside the tree are drawn on its design page.")
    agreed = sum(link.agrees is True for link in found.links)
    against = sum(link.agrees is False for link in found.links)
    return _("{count} links: the numbers agree with {agreed}, speak against {against}, and leave {open} open.").format(
        count=len(found.links), agreed=agreed, against=against, open=len(found.links) - agreed - against
    )


def _delay(lag: int) -> str:
    return _("at once") if lag == 0 else ngettext("{lag} period later", "{lag} periods later", lag).format(lag=lag)


def _pair_url(business: Business, found: Together, source: Node, target: Node, lag: int, asked: Asked) -> str:
    where = {"business": business.id, "tree": found.numbers.tree.id, "source": source.id, "target": target.id}
    url = asked.url(reverse("reasons:link", kwargs=where), by="", table=False)
    return f"{url}{'&' if '?' in url else '?'}lag={lag}"


def _line(business: Business, found: Together, link: Link, asked: Asked, style: Style) -> LinkLine:
    belief, stated, best = link.belief, link.stated, link.told.best
    verdict, tone = {
        True: (_("the numbers agree"), "good"),
        False: (_("the numbers speak against it"), "act"),
        None: (_("not clear yet"), ""),
    }[link.agrees]
    return LinkLine(
        source=belief.source.label(style.language),
        target=belief.target.label(style.language),
        direction=_("up together") if belief.sign > 0 else _("one up, the other down"),
        delay=_delay(belief.lag),
        measured=_r(stated),
        pairs=str(stated.pairs) if stated is not None else MISSING,
        verdict=verdict,
        tone=tone,
        best=f"{_r(best)} ({_delay(best.lag)})" if best is not None and best.lag != belief.lag else "",
        why=belief.why[style.language],
        url=_pair_url(business, found, belief.source, belief.target, belief.lag, asked),
    )


def _r(found: Correlation | None) -> str:
    return MISSING if found is None else f"{found.r:+.2f}".replace("-", "−")


def _steps(chain: Iterable[Link], lines: dict[int, LinkLine], style: Style) -> tuple[Step, ...]:
    chain = tuple(chain)
    steps = [Step(link.belief.source.label(style.language), lines[id(link)]) for link in chain]
    return (*steps, Step(chain[-1].belief.target.label(style.language), None))


def _cell(business: Business, found: Together, one: Node, other: Node, asked: Asked, style: Style) -> Cell:
    """The driver `one` (row) and the outcome `other` (column)."""
    told = found.matrix.get((one.id, other.id))
    best = told.best if told is not None else None
    if best is None:
        return Cell()
    size = abs(best.r)
    tone = "" if not best.clear else "strong" if size >= STRONG else "medium" if size >= MEDIUM else ""
    names = {"one": one.label(style.language), "other": other.label(style.language)}
    spoken = _("{one} and {other}: {r}, {delay}, {pairs} pairs").format(
        **names, r=_r(best), delay=_delay(best.lag), pairs=best.pairs
    )
    return Cell(
        words=_r(best),
        delay=_delay(best.lag),
        pairs=f"n={best.pairs}",
        tone=f"{tone}-{'up' if best.r > 0 else 'down'}" if tone else "",
        spoken=spoken,
        url=_pair_url(business, found, one, other, best.lag, asked),
    )


def _matrix_sentence(found: Together, style: Style) -> str:
    """The clearest pair that is not joined by a formula."""
    tree = found.numbers.tree
    clear = [
        (abs(told.best.r), source, target, told.best)
        for (source, target), told in found.matrix.items()
        if told.best is not None
        and told.best.clear
        and not queries.joined_by_formula(tree, tree.node(source), tree.node(target))
    ]
    if not clear:
        return _("No two numbers move together clearly, beyond those that a formula joins.")
    _size, source, target, best = max(clear, key=lambda each: each[0])
    words = (
        _("{target} moves with {source} ({r}, {delay}, {pairs} pairs).")
        if best.lag
        else _("{source} and {target} move together ({r}, {delay}, {pairs} pairs).")
    )
    return words.format(
        source=tree.node(source).label(style.language),
        target=tree.node(target).label(style.language),
        r=_r(best),
        delay=_delay(best.lag),
        pairs=best.pairs,
    )


def _perspectives(
    request: Any, business: Business, found: Together, asked: Asked, style: Style
) -> tuple[Perspective, ...]:
    """The numbers of the tree in the four perspectives of a strategy map, each once."""
    catalogue = door.catalogue_of(request.user, business)
    placed: dict[str, dict[Any, kpis.Way]] = {name: {} for name in PERSPECTIVES}
    for node in found.numbers.tree.nodes:
        kpi = catalogue.kpis.get(node.kpi) if node.kpi else None
        if kpi is not None:
            way = kpis.Way(node.label(style.language), kpis.node_url(business, found.numbers, node, asked))
            placed[perspective(kpi)].setdefault(node.identity, way)
    return tuple(
        Perspective(label.words(style.language), about.words(style.language), tuple(placed[name].values()))
        for name, (label, about) in PERSPECTIVES.items()
    )


# --- one pair ---


@dataclass(frozen=True)
class LagRow:
    delay: str
    r: str
    range: str
    pairs: str
    independent: str
    chosen: bool
    url: str


@dataclass(frozen=True)
class LinkPage:
    title: str
    subtitle: str
    tree: str
    fresh: str
    lens_form: kpis.LensForm
    sentence: str
    chart: Chart | None
    points: Chart | None
    rows: tuple[LagRow, ...]
    rule: str
    turned_url: str
    back_url: str


@business_page()
@require_safe
def link_page(request: HttpRequest, business: Business, tree: str, source: str, target: str) -> HttpResponse:
    """Two numbers on one picture, the driver moved by the delay; the delay stands in the address."""
    asked = Asked.read(request.GET)
    found = _together(request, business, tree, asked)
    nodes = found.numbers.tree.by_id if found is not None else {}
    if found is None or source not in nodes or target not in nodes:
        raise Http404
    style = kpis.style_of(business, found.numbers.known)
    one, other = nodes[source], nodes[target]
    told = found.pair(one, other)
    lag = _lag(request.GET.get("lag", ""), found, one, other, told)
    names = {"source": one.label(style.language), "target": other.label(style.language)}
    sentence = _pair_sentence(names, told.at(lag), lag)
    where = {"business": business.id, "tree": found.numbers.tree.id}
    page = LinkPage(
        title=_("{source} and {target}").format(**names),
        subtitle=kpis.subtitle(business, found.numbers, style),
        tree=found.numbers.tree.id,
        fresh=kpis.fresh_words(found.numbers, style),
        lens_form=kpis.lens_form(business, found.numbers, asked, trees=False),
        sentence=sentence,
        chart=_chart(business, found, one, other, lag, sentence, style),
        points=_points(business, found, one, other, lag, sentence, style),
        rows=tuple(
            LagRow(
                _delay(each.lag),
                _r(each),
                f"{each.low:+.2f} – {each.high:+.2f}".replace("-", "−"),
                str(each.pairs),
                f"{each.independent:.0f}",
                each.lag == lag,
                _pair_url(business, found, one, other, each.lag, asked),
            )
            for each in told.lags
        ),
        rule=_rule_words(found),
        turned_url=_pair_url(business, found, other, one, lag, asked),
        back_url=asked.url(reverse("reasons:links", kwargs=where), by=""),
    )
    return render(request, "reasons/link.html", {"page": page})


def _lag(text: str, found: Together, one: Node, other: Node, told: LagCorrelation) -> int:
    """The delay in the address, else the one the tree states, else the strongest."""
    if text.isdecimal() and len(text) < 3:
        return int(text)
    stated = (b.lag for b in queries.beliefs(found.numbers.tree) if (b.source.id, b.target.id) == (one.id, other.id))
    return next(stated, told.best.lag if told.best is not None else 0)


def _pair_sentence(names: dict[str, str], found: Correlation | None, lag: int) -> str:
    if found is None:
        return _("There are too few periods with both values to say anything.")
    if not found.clear:
        words = _("With a delay of {lag}, {source} and {target} do not move together clearly ({r}, {pairs} pairs).")
    elif found.r > 0:
        words = _("When {source} rises, {target} rises {delay} ({r}, {pairs} pairs).")
    else:
        words = _("When {source} rises, {target} falls {delay} ({r}, {pairs} pairs).")
    return words.format(**names, lag=lag, delay=_delay(lag), r=_r(found), pairs=found.pairs)


def _chart(
    business: Business, found: Together, one: Node, other: Node, lag: int, sentence: str, style: Style
) -> Chart | None:
    """Both numbers over the periods of the outcome; the driver's values stand `lag` periods later than they were."""
    moved, outcome = _moved(found, one, other, lag)
    if all(value is None for value in moved) or all(value is None for value in outcome):
        return None
    return lines(
        _("{source} and {target}").format(source=one.label(style.language), target=other.label(style.language)),
        sentence,
        (
            Line(_earlier(one, lag, style), _of_its_mean(moved)),
            Line(other.label(style.language), _of_its_mean(outcome)),
        ),
        [business.calendar.label(period, style.language) for period in found.periods],
        "number",
        style,
        zero=False,
    )


def _moved(
    found: Together, one: Node, other: Node, lag: int
) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    """The driver's values, `lag` periods later than they were, beside those of the outcome."""
    driver, outcome = found.series[one.id], found.series[other.id]
    return (*(None,) * lag, *driver)[: len(outcome)], tuple(outcome)


def _earlier(one: Node, lag: int, style: Style) -> str:
    name = one.label(style.language)
    return _("{name}, {lag} periods earlier").format(name=name, lag=lag) if lag else name


def _points(
    business: Business, found: Together, one: Node, other: Node, lag: int, sentence: str, style: Style
) -> Chart | None:
    """Every period as a point: the driver across, the outcome up."""
    labels = [business.calendar.label(period, style.language) for period in found.periods]
    dots = [Dot(label, x, y) for label, x, y in zip(labels, *_moved(found, one, other, lag), strict=True)]
    if sum(dot.x is not None and dot.y is not None for dot in dots) < 2:
        return None
    across, up = Axis(_earlier(one, lag, style), one.unit), Axis(other.label(style.language), other.unit)
    return scatter(_("Each period as a point"), sentence, dots, across, up, style)


def _of_its_mean(values: Iterable[float | None]) -> tuple[float | None, ...]:
    """Values in per cent of their mean."""
    values = tuple(values)
    told = [value for value in values if value is not None]
    mean = sum(told) / len(told)
    return tuple(None if value is None or not mean else round(100 * value / mean, 1) for value in values)
