"""`keiki customers ideal`, `keep-ideal`, `withdraw-ideal`, `exceptions`, `contacts`: the ideal customer."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.comments import BusinessId, Email
from keiki.cli.control_plane import control_plane
from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of, style_of_folder
from keiki.cli.screen import show_json, show_table, tell, tell_what_is
from keiki.cli.words import language, say
from keiki.errors import KeptByServer, NoProfile, NothingLearned, UnreadableProfile

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.customers.ideal import IdealProfile
    from keiki.engine.ideal_customers import FitTotals, Learned

LEARNED = "learned"
HELP = say(
    "The ideal customer in force, what the others cost, and what good customers have in common.",
    "理想顧客像と、そのほかの顧客にかけた費用、良い顧客に共通すること。",
)
KEEP = say("Put a profile of the ideal customer in force.", "理想顧客像を決める。")
WITHDRAW = say("Have no profile of the ideal customer in force any longer.", "理想顧客像を取り下げる。")
EXCEPTIONS = say(
    "Who is marketed to although they do not fit: list, add, withdraw.",
    "合わなくても案内する顧客（例外）を一覧・追加・取り消しする。",
)
WITHDRAWN = say(
    "Who fits is as the customers' data says again; where it says nothing, KPIs that ask who fits have no value.",
    "合うかどうかは顧客データの記録に従います。記録がなければ、合うかどうかで分けるKPIは値がなくなります。",
)
CONTACTS = say("Who may be marketed to, or is left out, as CSV.", "案内してよい顧客・除外する顧客を CSV で出す。")
AsMember = Annotated[
    str | None,
    typer.Option(
        "--as",
        help=say(
            "On the server, as the member with this address: their rights hold.",
            "サーバー上で、このメールアドレスのメンバーとして（その人の権限で扱う）。",
        ),
    ),
]
VERDICTS = {
    "better": ("aim at it", "狙う"),
    "worse": ("leave it out", "避ける"),
    "like_all": ("like all", "全体並み"),
    "few": ("too few", "人数不足"),
}


class ContactFile(StrEnum):
    """Who may be marketed to, and who is left out."""

    NURTURE = "nurture"
    EXCLUDE = "exclude"


def ideal(
    everything: Annotated[
        bool, typer.Option("--all", help=say("Values like all others, too.", "全体並みの値も表示する。"))
    ] = False,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """The profile in force with who fits and what was spent on the others; values of customers' attributes with the
    share of good ones, its range, profit per customer and what to do.
    """
    import keiki
    from keiki.charts.rule_words import ideal_words, without_cost_words

    with keiki.open(business) as own:
        profile, found = own.settings.ideal, keiki.learned_profile(own)
        totals = None if profile is None else keiki.fit_totals(own, profile)
        style = style_of(own)
        uncertain = without_cost_words(keiki.gross_margin(own).unknown, style)
    if as_json:
        show_json(_plain(profile, totals, found))
        return
    tell(ideal_words(profile, style))
    if totals is not None:
        _show_totals(totals, style)
    _show(found, style, everything=everything)
    tell_what_is(uncertain)


def keep_ideal(
    profile: Annotated[
        str,
        typer.Argument(
            help=say(
                "`learned` (what profit suggests), or a YAML file with `threshold` and `traits`.",
                "learned（利益から提案されたもの）、または threshold と traits を書いた YAML ファイル。",
            )
        ),
    ],
    business: BusinessFolder = DEFAULT_BUSINESS,
    member: AsMember = None,
) -> None:
    """From now on `icp_fit` of customers follows the profile, whatever the file said: KPIs, splits and lists."""
    import keiki
    from keiki.charts.rule_words import ideal_words

    wanted = None if profile == LEARNED else _read(Path(profile))
    if member is not None:
        number, kept = control_plane().keep_ideal(member, business.name, wanted)
        tell(say("Version {} is in force.", "第{}版に決めました。").format(number))
        tell(ideal_words(kept, style_of_folder(business)))
        return
    _not_of_server(business)
    with keiki.open(business) as own:
        found = wanted or keiki.learned_profile(own).profile
        if found is None:
            raise NothingLearned
        replace(own.settings, ideal=found).save(own.folder)
        tell(ideal_words(found, style_of(own)))


def withdraw_ideal(business: BusinessFolder = DEFAULT_BUSINESS, member: AsMember = None) -> None:
    """On the server it is a version of its own: the earlier ones stay, and any can be put in force again."""
    import keiki

    if member is not None:
        number = control_plane().withdraw_ideal(member, business.name)
        tell(say("The profile is withdrawn (version {}).", "理想顧客像を取り下げました（第{}版）。").format(number))
        tell(WITHDRAWN)
        return
    _not_of_server(business)
    with keiki.open(business) as own:
        if own.settings.ideal is None:
            raise NoProfile
        replace(own.settings, ideal=None).save(own.folder)
    tell(say("The profile is withdrawn.", "理想顧客像を取り下げました。"))
    tell(WITHDRAWN)


def exceptions(
    business: BusinessId,
    email: Email,
    customer: Annotated[
        str, typer.Argument(help=say("The id of a customer, to change its exception.", "変更する顧客のID。"))
    ] = "",
    reason: Annotated[
        str | None,
        typer.Option("--reason", help=say("Why it is marketed to anyway.", "合わなくても案内する理由。")),
    ] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help=say("Treat it by the profile again.", "例外を取り消す。"))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The exceptions that follow, the newest first."""
    from keiki.charts.format import MISSING

    found = control_plane().fit_exceptions(email, business, customer, reason, withdraw=withdraw)
    if as_json:
        show_json(found)
        return
    if not found:
        tell(say("There are no exceptions: everybody is treated by the profile.", "例外はありません。"))
        return
    head = (say("Customer", "顧客"), say("Reason", "理由"), say("Who", "誰が"), say("At", "日時"))
    rows = [
        (each["customer_id"], each["reason"], each["made_by"] or MISSING, f"{each['made_at']:%Y-%m-%d %H:%M}")
        for each in found
    ]
    show_table(head, rows, figures=len(head))


def contacts(
    file: Annotated[
        ContactFile,
        typer.Argument(
            help=say(
                "nurture: who may be marketed to; exclude: everybody else.",
                "nurture：案内してよい顧客。exclude：そのほか全員。",
            )
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=say("The file to write.", "書き出すファイル。"))
    ] = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    member: AsMember = None,
) -> None:
    """On the server only owners get e-mail addresses, and the log says who took the file."""
    import keiki
    from keiki.charts.files_out import Sheet, csv_lines
    from keiki.engine.ideal_customers import CONTACT, contacts_left_out, contacts_to_nurture

    if member is not None:
        _write(csv_lines(control_plane().contacts(member, business.name, file.value)), output)
        return
    _not_of_server(business)
    with keiki.open(business) as own:
        if own.settings.ideal is None:
            raise NoProfile
        listed = contacts_to_nurture if file is ContactFile.NURTURE else contacts_left_out
        rows = (tuple(getattr(each, name) for name in CONTACT) for each in listed(own, own.settings.ideal))
        _write(csv_lines(Sheet(CONTACT, rows)), output)


def _read(path: Path) -> IdealProfile:
    """The profile of a YAML file."""
    import yaml

    from keiki.customers.ideal import IdealProfile

    try:
        found = IdealProfile.read(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnreadableProfile(path=path, detail=str(error).splitlines()[0]) from error
    if found is None:
        raise UnreadableProfile(path=path, detail=say("it is empty", "空です"))
    return found


def _not_of_server(business: Path) -> None:
    """Raises `KeptByServer` for the folder of a business that a server keeps (`KEIKI_HOME`/businesses/id)."""
    place = business.resolve()
    if place.parent.name == "businesses" and (place.parent.parent / "secret.key").exists():
        raise KeptByServer(business=place.name)


def _write(lines: Iterable[bytes], output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.writelines(lines)
        return
    with output.open("wb") as written:
        written.writelines(lines)


def _plain(profile: IdealProfile | None, totals: FitTotals | None, found: Learned) -> dict[str, object]:
    return {
        "in_force": None if profile is None else profile.plain,
        "totals": None if totals is None else asdict(totals) | {"spend_out_share": totals.spend_out_share},
        "lessons": [asdict(each) | {"share": each.share} for each in found.lessons],
        "profile": None if found.profile is None else found.profile.plain,
        "rule": asdict(found.rule),
    }


def _show_totals(totals: FitTotals, style: Style) -> None:
    from keiki.charts.format import MISSING, number

    rows = [
        [name, *(number(value, unit, style) for value in pair)]
        for name, unit, pair in (
            (say("Customers", "顧客"), "count", (totals.customers_in, totals.customers_out)),
            (say("Prospects", "見込み客"), "count", (totals.prospects_in, totals.prospects_out)),
            (say("Acquisition", "獲得費用"), "currency", (totals.spend_in, totals.spend_out)),
            (say("Profit so far", "これまでの利益"), "currency", (totals.profit_in, totals.profit_out)),
        )
    ]
    show_table(("", say("fits", "合う"), say("does not fit", "合わない")), rows)
    share = totals.spend_out_share
    spent = MISSING if share is None else number(share, "ratio", style)
    tell(say("Spent on customers who do not fit: {}.", "合わない顧客に使った獲得費用：{}。").format(spent))
    if totals.unknown_spend:
        nobody = number(totals.unknown_spend, "currency", style)
        tell(say("On nobody who can be judged: {}.", "どの顧客の分か判定できない獲得費用：{}。").format(nobody))


def _show(found: Learned, style: Style, *, everything: bool) -> None:
    from keiki.charts.format import number
    from keiki.facts import FACTS

    told = [each for each in found.lessons if everything or each.verdict in {"better", "worse"}]
    if not told:
        tell(
            say(
                "Nothing sets good customers apart from the others.",
                "良い顧客に特有のものは見つかりません。",
            )
        )
        return
    rows = []
    for each in told:
        column = FACTS["customers"].column({"channel": "acquisition_channel"}.get(each.attribute, each.attribute))
        name = each.attribute if column is None else column.ja if language() == "ja" else column.en
        low, high = number(each.low, "ratio", style), number(each.high, "ratio", style)
        rows.append(
            [
                name,
                each.value,
                number(each.customers, "count", style),
                number(each.share, "ratio", style),
                f"{low} – {high}",
                number(each.profit, "currency", style),
                say(*VERDICTS[each.verdict]),
            ]
        )
    head = [say("Attribute", "属性"), say("value", "値"), say("customers", "人数"), say("good", "良い顧客")]
    show_table([*head, say("range", "幅"), say("profit each", "1人の利益"), say("advice", "提案")], rows)
