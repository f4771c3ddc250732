"""Every error a user can cause: what was wrong, what was kept, what to do, in English and Japanese."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The known name nearest to a misspelt one, or None when nothing is near.

    >>> did_you_mean("n_order", ["n_orders", "mrr_end"])
    'n_orders'
    """
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return near[0] if near else None


class KeikiError(Exception):
    """The person at the screen can mend this. A subclass holds its words in both languages.

    `en` and `ja` are format strings over the keyword arguments given when it is raised.
    `str(error)` is the English text; `error.words("ja")` the Japanese one.
    """

    en: ClassVar[str] = "{message}"
    ja: ClassVar[str] = "{message}"

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.words("en"))

    def words(self, language: str) -> str:
        """The whole message in `en` or `ja`."""
        template = self.ja if language.startswith("ja") else self.en
        return template.format(**self.details)


class UnknownName(KeikiError):
    """A name that nobody declared; pass `known` so that the nearest one is suggested."""

    en = "There is no {kind} called “{name}”.{suggestion}"
    ja = "「{name}」という{kind_ja}はありません。{suggestion_ja}"
    KINDS: ClassVar[dict[str, str]] = {
        "fact": "ファクト",
        "source column": "元データの列",
        "sheet": "シート",
        "transform": "変換",
        "reason": "理由",
        "vocabulary": "値の一覧",
        "column": "列",
        "measure": "メジャー",
        "KPI": "KPI",
        "tree": "ツリー",
        "node": "ノード",
        "field": "項目",
        "dimension": "切り口",
        "parameter": "パラメーター",
        "function": "関数",
        "model": "モデル",
        "export": "取り込み形式",
        "import": "取り込み",
        "grain": "期間の単位",
        "comment": "コメント",
        "business": "事業",
        "member": "メンバー",
        "comparison": "比較",
        "customer": "顧客",
        "register": "記録簿",
        "unit": "単位",
        "person": "人",
        "value": "値",
        "stage": "ステージ",
        "attribution model": "貢献の配分モデル",
    }

    def __init__(self, *, kind: str, name: str, known: Iterable[str] = (), **details: Any) -> None:
        near = did_you_mean(name, known)
        super().__init__(
            kind=kind,
            kind_ja=self.KINDS.get(kind, kind),
            name=name,
            near=near,
            suggestion=f" Did you mean “{near}”?" if near else "",
            suggestion_ja=f"「{near}」ではありませんか。" if near else "",
            **details,
        )


# Measures, catalogue and trees


class UnreadableDeclaration(KeikiError):
    """A file of declarations that is no YAML we can read."""

    en = "{place}: this file cannot be read ({detail}). Nothing of it was taken; mend that line and load it again."
    ja = (
        "{place}：このファイルは読み取れません（{detail}）。中身は何も取り込んでいません。"
        "この行を直して、もう一度読み込んでください。"
    )


class MissingField(KeikiError):
    """A declaration lacks something it must say."""

    en = "“{subject}” has no “{field}”. Add it; until then “{subject}” is left out."
    ja = "「{subject}」に「{field}」がありません。書き足すまで「{subject}」は使われません。"


class WrongField(KeikiError):
    """A declaration says something that cannot be."""

    en = "“{subject}”: “{value}” cannot be its “{field}”. It may be: {options}."
    ja = "「{subject}」の「{field}」に「{value}」は使えません。使えるもの：{options}。"


class FieldMissing(MissingField):
    """A kpi-tree document lacks something it must say; `place` is its line."""

    en = "{place}: “{subject}” has no “{field}”. Nothing of the document was taken; add it and read it again."
    ja = "{place}：「{subject}」に「{field}」がありません。文書は取り込んでいません。書き足して、もう一度読み込んでください。"


class FieldWrong(WrongField):
    """A kpi-tree document says something that cannot be; `place` is its line."""

    en = "{place}: “{subject}”: “{value}” cannot be its “{field}”. It may be: {options}. Nothing of it was taken."
    ja = "{place}：「{subject}」の「{field}」に「{value}」は使えません。使えるもの：{options_ja}。文書は取り込んでいません。"


class FieldUnknown(UnknownName):
    """A kpi-tree document has a field that nobody declared; `place` is its line."""

    en = "{place}: “{subject}” has a field “{name}” that means nothing here.{suggestion} Nothing of it was taken."
    ja = "{place}：「{subject}」の「{name}」という項目には意味がありません。{suggestion_ja}文書は取り込んでいません。"


class NodeTwice(WrongField):
    """Two nodes of one tree with the same id."""

    en = "{place}: the id “{value}” stands twice in the tree “{subject}”. Give one node another {field}, such as {options}."
    ja = "{place}：ツリー「{subject}」に {field}「{value}」が2つあります。片方を {options} などに変えてください。"


class NodeUnderItself(KeikiError):
    """A move that would hang a node below itself."""

    en = "“{node}” cannot hang below “{parent}”, which hangs below it: {path}. Nothing was changed; choose another place."
    ja = (
        "「{node}」を、その下にある「{parent}」の下へは移せません：{path}。変更していません。別の場所を選んでください。"
    )


class KpiUnderItself(KeikiError):
    """A formula in which a KPI would be calculated from itself."""

    en = "“{kpi}” would be calculated from itself: {path}. Nothing was changed; use another KPI, or let a what-if move one between (driver)."
    ja = (
        "「{kpi}」が自分自身から計算されることになります：{path}。変更していません。"
        "別のKPIにするか、間のどれかを「もしも計算で動かせる数字」（driver）にしてください。"
    )


class GoalStays(KeikiError):
    """The goal of a tree can be changed, but not taken away or moved."""

    en = "“{node}” is the goal of this tree and stays at its top. Nothing was changed; change its KPI or its name instead."
    ja = "「{node}」はこのツリーのゴールなので、外したり移したりできません。変更していません。KPIや名前は変えられます。"


class PartOfFormula(KeikiError):
    """A node that cannot leave its parent's formula without giving the rest another meaning."""

    en = (
        "“{node}” cannot leave the formula of “{parent}” ({formula}) without changing its meaning. Nothing was changed; "
        "rewrite that formula first, or make “{node}” an influence."
    )
    ja = (
        "「{node}」を「{parent}」の式（{formula}）から外すと、式の意味が変わってしまいます。変更していません。"
        "先に式を書き直すか、「{node}」を影響の線にしてください。"
    )


class UnreadableLag(KeikiError):
    """How many periods later an influence shows, typed as something else or too far away."""

    en = "An influence shows 0 to {longest} periods later; “{text}” is not among them. Nothing was changed."
    ja = (
        "影響が出るまでの期間は、0から{longest}までの整数で入れてください（「{text}」は使えません）。変更していません。"
    )


class UnreadableBundle(KeikiError):
    """A kpi-tree file that cannot be opened or written."""

    en = "The kpi-tree file {path} cannot be read or written: {detail}. Nothing was changed. Check its name and its rights."
    ja = "kpi-tree のファイル {path} を読み書きできません（{detail}）。変更していません。名前と権限を確かめてください。"


class AlreadyThere(KeikiError):
    """An import that would replace trees or KPIs that say something else."""

    en = "These are here already and say something else: {names}. Nothing was imported. Look with `keiki tree diff`; `--replace` takes those of the file."
    ja = "すでにあり、内容が違うものがあります：{names}。取り込んでいません。`keiki tree diff` で違いを見て、置き換えるなら `--replace` を付けてください。"


class FileWithoutTree(KeikiError):
    """A file that is brought in as a tree holds none."""

    en = "There is no tree in {file}. Bring in a file that has one under `trees:`."
    ja = "{file} にツリーがありません。trees: にツリーのあるファイルを選んでください。"


class OtherwiseDefined(KeikiError):
    """A file that is brought in says something else of KPIs that the business has."""

    en = "These KPIs mean something else here: {names}. Nothing was brought in; give them other ids in the file, or change them here first."
    ja = "この事業では意味の違うKPIがあります：{names}。取り込んでいません。ファイルの id を変えるか、先にこの事業のKPIを直してください。"


class TargetsOtherwise(KeikiError):
    """A file that is brought in changes targets over time of numbers that have a plan here."""

    en = "These numbers have a plan here that differs from the targets over time in the file: {names}. Nothing was brought in; take them out of the file, or change the plan on its page."
    ja = "これらの指標には、ファイルの目標（時期ごと）と違う目標がすでにあります：{names}。取り込んでいません。ファイルから外すか、目標のページで直してください。"


class TargetsNeedOwner(KeikiError):
    """Someone who may not put targets in force brings in a file with targets over time."""

    en = "The file has targets over time ({names}), which hold at once. Nothing was brought in; ask an owner to bring it in, or take them out of the file."
    ja = "ファイルに時期ごとの目標があり（{names}）、取り込むとすぐ有効になります。取り込んでいません。オーナーに頼むか、ファイルから外してください。"


class TargetOutOfReach(KeikiError):
    """What was typed as a target is larger than any number of that unit."""

    en = "“{text}” is more than a target can be ({most} at most). Look whether a digit or the unit is too much."
    ja = "「{text}」は目標として大きすぎます（{most}まで）。桁や単位が多くないか確かめてください。"


class UnitDoesNotFit(KeikiError):
    """What was typed carries the sign of another unit: money for a rate, per cent for a count."""

    en = "“{text}” does not fit: the unit here is {unit}. Write it like {example}."
    ja = "「{text}」は単位が合いません。ここの単位は{unit_ja}です。{example_ja}のように入れてください。"


class UnreadableNumber(KeikiError):
    """What was typed as a number is none."""

    en = "“{text}” is no number. Write one such as 1200, 0.05 or 5%."
    ja = "「{text}」は数値として読めません。1200、0.05、5%のように入れてください。"


class UnreadableTarget(KeikiError):
    """What was typed as a target is no value and no change, or there is no value now that could change."""

    en = "“{text}” cannot be read as a target. Write a value (9.5%), or a change of a known value (-5%, -5 points, +1000)."
    ja = (
        "「{text}」は目標として読めません。値（9.5%）か、今の値が分かるときは変化"
        "（-5%、-5ポイント、+1000）を入れてください。"
    )


class TreeTooLarge(KeikiError):
    """A tree with more nodes or levels than a tree may have."""

    en = "“{subject}” would have {count} {what}; {limit} is the most. Nothing was changed. Split it into several trees."
    ja = "「{subject}」の{what_ja}が{count}になります。上限は{limit}です。変更していません。いくつかのツリーに分けてください。"


class DeclaredTwice(KeikiError):
    """Two declarations of one id in the same folder."""

    en = "“{name}” is declared twice; the one at {first} was kept. Rename or delete the other."
    ja = "「{name}」が2回宣言されています。{first} のものを残しました。もう一方の名前を変えるか、消してください。"


class WrongDeclarations(KeikiError):
    """Declarations that cannot be used; `problems` lists all of them."""

    en = "{count} problem(s) in the declarations. The first: {first}"
    ja = "宣言に問題が{count}件あります。最初の問題：{first_ja}"


# --- periods ---


class CalendarError(KeikiError):
    """A setting of the business calendar that cannot be; `field` names it, `value` is what was given."""

    en = "The calendar setting “{field}” cannot be “{value}”: {expected}. Nothing was changed."
    ja = "暦の設定「{field_ja}」に「{value}」は使えません。{expected_ja}。設定は変えていません。"
    FIELDS: ClassVar[dict[str, tuple[str, str, str]]] = {
        "zone": ("タイムゾーン", "give a time zone such as Asia/Tokyo", "Asia/Tokyo のような名前を入れてください"),
        "week_start": ("週の始まり", "give 0 (Monday) to 6 (Sunday)", "0（月曜）から6（日曜）で入れてください"),
        "fiscal_start": ("年度の始まりの月", "give a month from 1 to 12", "1から12の月で入れてください"),
        "closing_day": (
            "締め日",
            "give a day from 1 to 27, or none for the end of the month",
            "1から27の日、または月末（なし）を入れてください",
        ),
        "label_style": ("期間の呼び方", "give “calendar” or “fiscal”", "calendar か fiscal を入れてください"),
        "country": (
            "祝日の国",
            "give a two-letter country code such as JP, or nothing for no holidays",
            "JP のような国コード、または祝日なし（空）を入れてください",
        ),
    }

    def __init__(self, *, field: str, value: object) -> None:
        self.field = field
        name_ja, expected, expected_ja = self.FIELDS[field]
        super().__init__(field=field, field_ja=name_ja, value=value, expected=expected, expected_ja=expected_ja)


class PeriodError(KeikiError):
    """Days that make no period."""

    en = "{start} to {end} is not a period: the end must not lie before the start. Please swap the dates."
    ja = "{start} から {end} は期間になりません。終わりは始まりより後にしてください。"


class DateOutOfRange(KeikiError):
    """A date beyond the years 1 to 9999."""

    en = "That period lies outside the years 1 to 9999. Please choose a nearer date."
    ja = "その期間は西暦1年から9999年の外にあります。もっと近い日付を選んでください。"


# --- formula ---


class FormulaError(KeikiError):
    """A formula that cannot be read or used. `text` is the formula, `place` the offset, `picture` both with a caret."""

    en = "{reason_en}{suggestion}\n{picture}"
    ja = "{reason_ja}{suggestion_ja}\n{picture}"
    REASONS: ClassVar[dict[str, tuple[str, str]]] = {
        "too_long": (
            "The formula has {size} characters; the limit is {limit}. Please split it into several KPIs.",
            "式が{size}文字あります。上限は{limit}文字です。いくつかのKPIに分けてください。",
        ),
        "too_many_tokens": (
            "The formula has more than {limit} words and signs. Please split it into several KPIs.",
            "式の語と記号が{limit}個を超えています。いくつかのKPIに分けてください。",
        ),
        "too_deep": (
            "The formula is nested more than {limit} levels deep. Please split it into several KPIs.",
            "式の入れ子が{limit}段を超えています。いくつかのKPIに分けてください。",
        ),
        "empty": (
            "The formula is empty. Please write one, such as n_orders / n_sessions.",
            "式が空です。n_orders / n_sessions のように書いてください。",
        ),
        "character": ("The character {found} has no meaning in a formula.", "{found} という文字は式では使えません。"),
        "open_text": (
            "The text that begins here has no closing quote (').",
            "ここから始まる文字列が閉じていません（'）。",
        ),
        "number": (
            "“{found}” is not a number here. Write digits without separators, such as 1200 or 0.5.",
            "「{found}」はここでは数値として読めません。1200 や 0.5 のように区切りなしで書いてください。",
        ),
        "expected": (
            "Expected {wanted} but found {found}.",
            "ここには{wanted_ja}が必要ですが、{found_ja}になっています。",
        ),
        "not_number": (
            "“{found}” is not a number, so it cannot be used in arithmetic.",
            "「{found}」は数値ではないので、計算に使えません。",
        ),
        "not_time": (
            "“{found}” needs two dates or times.",
            "「{found}」には日付か日時が2つ必要です。",
        ),
        "too_heavy": (
            "The formula has too many operations inside each other to be computed row by row. Please split it.",
            "計算の入れ子が多すぎて、行ごとには計算できません。式を分けてください。",
        ),
        "not_condition": (
            "“{found}” says nothing that can be true or false. Compare it, such as status = 'completed'.",
            "「{found}」だけでは条件になりません。status = 'completed' のように比べてください。",
        ),
        "not_value": (
            "“{found}” is a condition; a value is needed here.",
            "「{found}」は条件です。ここには値が必要です。",
        ),
        "column_brackets": (
            "A column takes no brackets. Join conditions with “and”.",
            "列に [ ] は付けられません。条件は and でつないでください。",
        ),
        "twice": ("“{found}” is given twice. Please keep one.", "「{found}」が2回あります。1つにしてください。"),
        "function": ("There is no function called “{found}”.", "「{found}」という関数はありません。"),
        "function_here": (
            "The function “{found}” cannot be used over columns.",
            "関数「{found}」は列の計算では使えません。",
        ),
        "arguments": (
            "“{found}” takes {wanted} but got {count}.",
            "「{found}」の引数は{wanted_ja}ですが、{count}個あります。",
        ),
        "unknown": ("There is no “{found}”.", "「{found}」は見つかりません。"),
        "mismatch": (
            "“{left}” ({left_kind}) cannot be compared with “{right}” ({right_kind}).",
            "「{left}」（{left_kind_ja}）と「{right}」（{right_kind_ja}）は比べられません。",
        ),
        "order": (
            "“{found}” is true or false; it can be compared with = and <> only.",
            "「{found}」は真か偽なので、= と <> でだけ比べられます。",
        ),
        "date": (
            "“{found}” is no date. Write it as year-month-day, such as '2026-10-31'.",
            "「{found}」は日付として読めません。'2026-10-31' のように書いてください。",
        ),
        "no_moment": (
            "as_of means the end of a period, but none was given here.",
            "as_of は期間の終わりを指しますが、ここには期間がありません。",
        ),
        "no_kpi": (
            "this_kpi has a meaning only inside the formula of a KPI.",
            "this_kpi はKPIの式の中でだけ使えます。",
        ),
    }

    def __init__(self, *, reason: str, text: str, place: int, known: Iterable[str] = (), **details: Any) -> None:
        self.reason, self.text, self.place = reason, text, place
        self.picture = _picture(text, place)
        near = did_you_mean(str(details.get("found", "")), known)
        en, ja = (words.format(**details) for words in self.REASONS[reason])
        super().__init__(
            reason_en=en,
            reason_ja=ja,
            suggestion=f" Did you mean “{near}”?" if near else "",
            suggestion_ja=f"「{near}」ではありませんか。" if near else "",
            picture=self.picture,
        )


def _picture(text: str, place: int, reach: int = 50) -> str:
    """The text around a place with a caret under it; wide characters are underlaid with wide spaces."""
    start, end = max(0, place - reach), min(len(text), place + reach)
    before = ("…" if start else "") + printable(text[start:place])
    after = printable(text[place:end]) + ("…" if end < len(text) else "")
    indent = "".join("\u3000" if unicodedata.east_asian_width(sign) in "WF" else " " for sign in before)
    return f"{before}{after}\n{indent}^"


def printable(text: str) -> str:
    """The text with every sign that cannot be shown replaced, so that places stay the same."""
    return "".join(sign if sign.isprintable() else "\ufffd" if not sign.isspace() else " " for sign in text)


class CycleOfKpis(KeikiError):
    """KPIs whose formulas lead back to themselves."""

    en = "These KPIs go round in a circle: {path}. Change one of their formulas so that it ends at a measure."
    ja = "KPIの計算が循環しています：{path}。どれか1つの計算式を変えて、メジャーで終わるようにしてください。"


class UnitClash(KeikiError):
    """A formula adds or compares two units that cannot be added."""

    en = "The formula {formula} adds {left} to {right}. Convert one of them first."
    ja = "計算式 {formula} は {left} と {right} を足し引きしています。先に単位をそろえてください。"


class UnitMismatch(KeikiError):
    """A formula that cannot have the unit its KPI declares."""

    en = "The unit is declared as “{unit}”, but {formula} cannot give that. Correct the unit or the formula."
    ja = "単位は「{unit}」と宣言されていますが、{formula} からその単位にはなりません。単位か計算式を直してください。"


class NoQualityBeside(KeikiError):
    """A KPI that counts how much, with no KPI beside it that says how good."""

    en = "“{name}” only counts how much. Name a KPI to read beside it that says how good (pairs_with)."
    ja = "「{name}」は量だけのKPIです。あわせて見る質のKPIを pairs_with に書いてください。"


# Customers, journeys and the demo company


class UnreadableWindow(KeikiError):
    """A length of time that is not written like 60d."""

    en = "“{text}” is not a length of time. Write a number and h, d, w, m or y, such as 60d or 6m."
    ja = "「{text}」は期間の長さとして読めません。60d や 6m のように、数字と h・d・w・m・y で書いてください。"


class UnknownActivityWindow(KeikiError):
    """A length of time in which active people cannot be counted."""

    en = "Active people are counted per day, week or month, not per “{text}”. Write one of these, such as month."
    ja = "アクティブな人は、日・週・月ごとに数えます。「{text}」ごとには数えられません。month のように day・week・month のどれかを書いてください。"


# --- command line ---


class UnreadablePeriod(KeikiError):
    """A period that was typed and is none."""

    en = "“{text}” is not a period. Write 2026-10-31, 2026-W44, 2026-10, 2026-Q4, 2026, or a range like 2026-08..2026-10."
    ja = (
        "「{text}」は期間として読めません。2026-10-31、2026-W44、2026-10、2026-Q4、2026、"
        "または 2026-08..2026-10 のように書いてください。"
    )


class ServerNotInstalled(KeikiError):
    """The library is here, the control plane is not."""

    en = "Only the library is installed. For the server run: pip install 'keiki[server]'"
    ja = "ライブラリだけが入っています。サーバーを使うには pip install 'keiki[server]' を実行してください。"


class AddressTaken(KeikiError):
    """The server cannot listen where it was told to."""

    en = "Cannot listen on {host}:{port} ({detail}). Nothing was started. Choose another port: --port {other}"
    ja = "{host}:{port} で待ち受けできません（{detail}）。何も起動していません。別のポートを選んでください：--port {other}"

    def __init__(self, *, host: str, port: int, detail: str | None) -> None:
        super().__init__(host=host, port=port, detail=detail, other=port + 1)


class BusinessNotEmpty(KeikiError):
    """The demo company would mix with data that is there."""

    en = "{folder} holds another business with data; nothing was changed. Choose an empty folder: --business FOLDER"
    ja = "{folder} には別の事業のデータがあります。何も変えていません。空のフォルダーを指定してください：--business フォルダー"


class NothingToBackUp(KeikiError):
    """A folder that holds no data of Keiki."""

    en = "{folder} holds nothing of Keiki; no file was written. Name its folder: --folder FOLDER"
    ja = "{folder} に Keiki のデータがありません。ファイルは書き出していません。フォルダーを指定してください：--folder フォルダー"


class FileTaken(KeikiError):
    """A file that would be overwritten."""

    en = "{path} is there already and was left as it is. Choose another name."
    ja = "{path} はすでにあるため、そのままにしました。別の名前を指定してください。"


class FolderTaken(KeikiError):
    """A folder that a backup would mix with."""

    en = "{folder} is not empty; nothing was restored. Choose an empty folder, or move its content away first."
    ja = "{folder} は空ではありません。何も戻していません。空のフォルダーを指定するか、先に中身を移してください。"


class BackupUnreadable(KeikiError):
    """A file that is no backup, or a damaged one."""

    en = "{path} is no backup of Keiki or is damaged ({detail}); nothing was restored. Try an earlier backup."
    ja = "{path} は Keiki のバックアップではないか、壊れています（{detail}）。何も戻していません。前のバックアップをお試しください。"


class UnfitComment(KeikiError):
    """A comment without words, or a very long one."""

    en = "A comment has 1 to {most} characters; this one has {length}. Nothing was kept; change it and send it again."
    ja = "コメントは1〜{most}文字です（いまは{length}文字）。何も保存していません。直して、もう一度送ってください。"


class NoSuchPerson(KeikiError):
    """An e-mail address that nobody signs in with."""

    en = "Nobody signs in with {email}. Check the address; it must be the one on the person's account."
    ja = "{email} でログインする人はいません。登録されているメールアドレスを確かめてください。"


class UnreadableTreeFile(KeikiError):
    """A file that was named as a tree and cannot be opened."""

    en = "The tree {path} cannot be read: {detail}. Give the id of a tree (`keiki tree` lists them) or a YAML file."
    ja = (
        "ツリー {path} を読み取れません（{detail}）。"
        "ツリーの ID（`keiki tree` で一覧）か YAML ファイルを指定してください。"
    )


class UnreadableMappingFile(KeikiError):
    """A mapping file for an import that is no mapping."""

    en = "The mapping {path} cannot be read: {detail}. Nothing was imported."
    ja = "マッピング {path} を読み取れません（{detail}）。何も取り込んでいません。"


class RateImpossible(KeikiError):
    """An exchange rate that cannot be."""

    en = (
        "“{value}” cannot be an exchange rate. It needs two different currencies of three letters such as USD, a day such "
        "as 2026-10-31, and a number above 0 with at most eight decimal places. Nothing was changed."
    )
    ja = (
        "「{value}」は為替レートとして使えません。USD のような3文字の通貨を2つ（別々のもの）、2026-10-31 のような日、"
        "0より大きく小数8桁までの数を指定してください。何も変えていません。"
    )


class RatesUnreadable(KeikiError):
    """A file of exchange rates that cannot be read; `place` is its line."""

    en = "Line {place} of the rates cannot be read: {detail}. Columns: currency, since, rate. Nothing was changed."
    ja = "為替レートの{place}行目を読み取れません（{detail}）。列は currency・since・rate です。何も変えていません。"


# --- the control plane ---------------------------------------------------------------------------------


class GoalNotReady(KeikiError):
    """A goal lacks what it needs before it counts; `lacking` is one of `REASONS`."""

    en = "“{goal}” cannot be activated yet: {reason}. It stays a draft and nothing of it was changed."
    ja = "「{goal}」はまだ有効にできません。{reason_ja}。下書きのまま残してあります。"
    REASONS: ClassVar[dict[str, tuple[str, str]]] = {
        "value": (
            "it has no target value; set one on the page of targets",
            "目標値がありません。目標ページで入れてください",
        ),
        "deadline": ("its target has no deadline; say by when", "目標に期限がありません。いつまでかを入れてください"),
        "rank": (
            "its team has several goals; give each a rank of its own",
            "このチームにはゴールが複数あります。優先順位を1つずつ付けてください",
        ),
        "rank_taken": (
            "another goal of its team has the same rank; choose another one",
            "同じチームの別のゴールと優先順位が重なっています。別の順位にしてください",
        ),
    }

    def __init__(self, *, goal: str, lacking: str) -> None:
        self.lacking = lacking
        reason, reason_ja = self.REASONS[lacking]
        super().__init__(goal=goal, reason=reason, reason_ja=reason_ja)


class UnsharedBoard(KeikiError):
    """A team's board without a KPI of long-term profit that all departments share."""

    en = (
        "“{board}” was not saved: a team’s board needs a long-term profit that all departments share. "
        "Put one on it without a filter, such as {options}."
    )
    ja = (
        "「{board_ja}」は保存していません。チームのボードには、全部門に共通する長期利益のKPIが1つ必要です。"
        "{options_ja}などを、絞り込みなしで置いてください。"
    )


class NothingToRestore(KeikiError):
    """Undo at the first version, or redo at the last."""

    en = "There is nothing more to undo or redo. The tree is as it was."
    ja = "これ以上、元に戻す・やり直す操作はありません。ツリーはそのままです。"


class TargetsDisagree(KeikiError):
    """A target is to be approved while the figure from above and that of the team differ; `top` and `bottom`."""

    en = (
        "From above {top} is asked for, the team offers {bottom}. Choose one or agree on a third; nothing was approved."
    )
    ja = "上からの目標は{top}、現場の積み上げは{bottom}です。どちらかを選ぶか、合意した値を入れてください。まだ承認していません。"


class IssueNeedsNote(KeikiError):
    """A data-quality issue is written about without a word."""

    en = "Write what was done: an issue is closed with a note. Nothing was changed."
    ja = "何をしたかを書いてください。課題はメモを付けて閉じます。まだ何も変えていません。"


class EditConflict(KeikiError):
    """Somebody else saved the same thing in between; `mine` and `theirs` hold both values."""

    en = "Somebody else has changed this in the meantime. Nothing of yours was saved; compare and save again."
    ja = "開いているあいだに、ほかの人が変更しました。まだ保存していません。内容を見比べて、もう一度保存してください。"


class MayNotEdit(KeikiError):
    """A member who only looks at a business is to write something there."""

    en = (
        "{email} may look at this business but not change it. Nothing was kept; ask an owner for the role of an editor."
    )
    ja = "{email} はこの事業を見られますが、変更はできません。何も保存していません。編集者の役割をオーナーに頼んでください。"


class RegisterRefused(KeikiError):
    """A row for a register in which something is missing or cannot be; `wrong` says so field by field."""

    en = "Nothing was kept in the register “{register}”. {wrong} Mend that and send the row again."
    ja = "記録簿「{register}」には何も保存していません。{wrong} 直して、もう一度送ってください。"


class EffectStored(KeikiError):
    """A change whose effect was measured already is given another number or another expected value."""

    en = (
        "What this change brought has been measured, so its number and the values expected of measured months stay. "
        "Nothing was changed. Write down another change instead."
    )
    ja = (
        "この変更の効果はすでに測定したため、ねらう数字と、測定済みの月の見込みは変えられません。何も変更していません。"
        "別の変更として記録してください。"
    )


class LastOwner(KeikiError):
    """A business keeps at least one owner."""

    en = "“{business}” needs at least one owner. Make somebody else an owner first."
    ja = "「{business}」には所有者が1人以上必要です。先にほかの人を所有者にしてください。"


class AlreadyMember(KeikiError):
    """The invited person belongs to the business already."""

    en = "{email} already belongs to this business. Change the role in the list instead."
    ja = "{email} はすでにこの事業のメンバーです。役割は一覧で変えられます。"


class UnknownJob(KeikiError):
    """A kind of background work that no app has declared."""

    en = "There is no background work called “{kind}”."
    ja = "「{kind}」という処理はありません。"


# --- engine: connections and the lake ---


class ExtensionMissing(KeikiError):
    en = (
        "DuckDB {version} has no extension “{extension}” here, and it could not be fetched. "
        "Install the package duckdb-extension-{package}=={version}."
    )
    ja = (
        "DuckDB {version} の拡張「{extension}」がなく、取得もできませんでした。"
        "パッケージ duckdb-extension-{package}=={version} を入れてください。"
    )

    def __init__(self, *, extension: str, version: str) -> None:
        super().__init__(extension=extension, version=version, package=extension.replace("_", "-"))


class LakeUnreachable(KeikiError):
    en = "The facts in {folder} cannot be opened. Nothing was changed. Check that their catalogue can be reached."
    ja = "{folder} のデータを開けません。何も変わっていません。カタログに接続できるか確かめてください。"


class LakeUnwritable(KeikiError):
    en = (
        "Nothing can be written to {folder}: {detail}. What was there before is unchanged. "
        "Free some space or allow writing, then try again."
    )
    ja = (
        "{folder} に書き込めません（{detail}）。以前のデータはそのままです。"
        "空き容量か書き込みの許可を確かめて、もう一度お試しください。"
    )


class LakeBusy(KeikiError):
    en = "Another import has been at work for a long time. Nothing was changed. Please try again when it is done."
    ja = "ほかの取り込みが長く続いています。何も変わっていません。終わってからもう一度お試しください。"


class TooLittleMemory(KeikiError):
    en = "The import needs more than {memory} of memory. Nothing was changed. Allow more memory, or split the file."
    ja = "取り込みには {memory} を超えるメモリーが必要です。何も変わっていません。上限を上げるか、ファイルを分けてください。"


class ImportFailed(KeikiError):
    en = "The import stopped: {detail}. Nothing was changed."
    ja = "取り込みを中止しました（{detail}）。何も変わっていません。"


class ImportCancelled(KeikiError):
    en = "The import was cancelled. Nothing was changed."
    ja = "取り込みを取り消しました。何も変わっていません。"


class UndoImpossible(KeikiError):
    """`reason` is one of `REASONS`."""

    en = "The import {import_id} cannot be undone: {reason_en}"
    ja = "取り込み {import_id} は元に戻せません。{reason_ja}"
    REASONS: ClassVar[dict[str, tuple[str, str]]] = {
        "undone": ("it has been undone already.", "すでに元に戻してあります。"),
        "undo": (
            "it is itself an undo. Import the file again instead.",
            "これは取り消しの記録です。ファイルをもう一度取り込んでください。",
        ),
        "erase": (
            "it erased a customer, and nothing of that person is left.",
            "顧客の消去の記録です。その人のデータは残っていません。",
        ),
        "forgotten": ("the state before it has been deleted.", "取り込む前の状態が削除されています。"),
    }

    def __init__(self, *, import_id: str, reason: str) -> None:
        en, ja = self.REASONS[reason]
        super().__init__(import_id=import_id, reason_en=en, reason_ja=ja)


class NoSuchCustomer(KeikiError):
    """The message may be kept in logs, so the id stands in it only as it was asked for."""

    en = "No row names the customer “{customer}”. Nothing was changed. Check the id: capitals and zeros count."
    ja = "顧客「{customer}」のデータは1行もありません。何も変わっていません。IDを確かめてください（大文字・小文字、先頭の0も区別します）。"


class ErasureNotConfirmed(KeikiError):
    en = "The typed id is not that of the customer. Nothing was changed. Type the id as it stands above."
    ja = "入力したIDが顧客のIDと違います。何も変わっていません。上に表示したIDのとおりに入力してください。"


class ErasureKeyMissing(KeikiError):
    en = (
        "Customers of this business were erased, but the key that tells who must not come back, {path}, is not there. "
        "Nothing was changed. Put the file back from a backup."
    )
    ja = (
        "この事業では顧客を消去していますが、その人の行を見分ける鍵 {path} がありません。何も変わっていません。"
        "バックアップからこのファイルを戻してください。"
    )


class UnknownSnapshot(KeikiError):
    en = "There is no snapshot {snapshot} of the facts; the newest is {newest}."
    ja = "データのスナップショット {snapshot} はありません。最新は {newest} です。"


class EngineUnknown(KeikiError):
    en = "“{address}” is no engine. Use duckdb, spark://local[2] or spark://host:port."
    ja = "「{address}」というエンジンはありません。duckdb、spark://local[2]、spark://ホスト:ポート のどれかにしてください。"


class SparkMissing(KeikiError):
    en = "Spark is not installed. Install keiki[spark] and a Java runtime, or use DuckDB."
    ja = "Spark が入っていません。keiki[spark] と Java を入れるか、DuckDB をお使いください。"


# --- end of engine: connections and the lake ---


class ChildNotInFormula(KeikiError):
    """A node of a tree hangs below a formula that does not use it."""

    en = (
        "“{child}” hangs below “{node}” but is not in its formula. Put it into the formula, "
        "or mark it as an influence (influence: {{sign, lag}})."
    )
    ja = (
        "「{child}」は「{node}」の下にありますが、計算式に入っていません。計算式に入れるか、"
        "影響（influence: {{sign, lag}}）として示してください。"
    )


class NodeWithoutNumber(KeikiError):
    """A node of a tree that has nothing to give it a value."""

    en = "“{node}” has neither a KPI nor anything below it. Give it a KPI, or remove it."
    ja = "「{node}」にはKPIも下位の項目もありません。KPIを選ぶか、取り除いてください。"


class NotADriver(KeikiError):
    """A what-if tries to move a node that follows from others."""

    en = "“{node}” is not marked as one that moves by itself. You can move: {drivers}."
    ja = "「{node}」は「動かせる」になっていないため、直接は動かせません。動かせるもの：{drivers}。"


class ShareBelowZero(KeikiError):
    """A what-if moves a rate of counts below 0 %."""

    en = "“{node}” is a share of a number: it is never below 0 %. Move it to 0 or more."
    ja = "「{node}」は件数の割合なので、0%より下にはなりません。0%以上にしてください。"


class UnreadableMove(KeikiError):
    """A move of a what-if does not say which driver goes where."""

    en = "“{text}” does not say which driver goes where. Write it like cvr=2.5% or visits=+10%."
    ja = "「{text}」は、どの指標をいくつにするのか読めません。cvr=2.5% や visits=+10% のように書いてください。"


class SeekIncomplete(KeikiError):
    """A goal is sought without a driver, or a driver is named without a goal."""

    en = "To seek a goal, give both: --goal with its value and --by with the driver that may move."
    ja = "目標に届く値を探すには、--goal（目標の値）と --by（動かす指標）の両方を指定してください。"


class ImpossibleTrial(KeikiError):
    """Somebody plans a trial that no number of people could decide."""

    en = "A trial cannot tell {wished} from {base}. Give two different rates between 0 and 100 %."
    ja = "{base} と {wished} は試験で区別できません。0〜100% の間の、異なる2つの率を入れてください。"


class NoTargetsThere(KeikiError):
    """A tree was to be compared with its targets, and has none in that period, or only a part of the business was asked."""

    en = (
        "“{tree}” has no target to compare {when} with. Targets are for whole days, weeks, months, quarters and years of "
        "the whole business: set one, or leave “where” out."
    )
    ja = (
        "「{tree}」には{when}と比べる目標がありません。目標は事業全体の日・週・月・四半期・年に対するものです。"
        "目標を決めるか、where を外してください。"
    )


class NoValueToStartFrom(KeikiError):
    """A goal seek or a Monte Carlo meets a number that has no value."""

    en = "“{node}” has no value in this period, so nothing can be worked out from it. Choose a period with data or set it first."
    ja = "「{node}」にこの期間の値がないため、計算を始められません。データのある期間を選ぶか、先に値を入れてください。"


class WrongLimits(KeikiError):
    """The limits of a driver leave nothing between them."""

    en = "The limits of “{node}” ({low} to {high}) leave nothing between them. The lower one has to be smaller."
    ja = "「{node}」の範囲（{low}〜{high}）に幅がありません。下限を上限より小さくしてください。"


class MixWithoutDrivers(KeikiError):
    """The cheapest mix is asked for without anything that may move."""

    en = "Nothing may move, so no mix can be looked for. Choose at least one driver with its limits."
    ja = "動かせるものがないため、組み合わせを探せません。動かす指標と範囲を1つ以上選んでください。"


class TooShortHistory(KeikiError):
    """A Monte Carlo without enough history of the drivers."""

    en = (
        "The drivers have only {periods} complete periods of history; at least {least} are needed to say how they vary."
    )
    ja = "動かす指標の履歴が{periods}期間しかありません。ばらつきを見るには少なくとも{least}期間が必要です。"


class ScenarioNameTaken(KeikiError):
    """A scenario of the same tree has the name already."""

    en = "There is already a scenario “{name}” for this tree. Nothing was kept yet; choose another name."
    ja = "このツリーには「{name}」というシナリオがすでにあります。まだ保存していません。別の名前にしてください。"


class TooManyPanels(KeikiError):
    """A dashboard holds as many panels as a page can show."""

    en = "This dashboard has {most} panels already. Remove one, or begin another dashboard."
    ja = "このダッシュボードにはもう{most}枚のパネルがあります。1枚外すか、別のダッシュボードを作ってください。"


class TooManyIdeas(KeikiError):
    """A tree has as many ideas as anybody could weigh."""

    en = "A tree keeps at most {most} ideas. Nothing was kept; remove one that is no longer wanted."
    ja = "1つのツリーに残せるアイデアは{most}件までです。まだ保存していません。不要なものを外してから保存してください。"


class TooManyScenarios(KeikiError):
    """A tree has as many scenarios as a page can compare."""

    en = "A tree keeps at most {most} scenarios. Nothing was kept; remove one that is no longer needed."
    ja = "1つのツリーに保存できるシナリオは{most}個までです。まだ保存していません。不要なものを外してから保存してください。"


class SameNumberAbove(KeikiError):
    """A node of a tree is the same number as a node above it, so a what-if would go round."""

    en = "“{node}” is the same number as “{above}” above it. Mark a number between them as one that a what-if may move."
    ja = "「{node}」は上にある「{above}」と同じ数字です。間のどれかを「もしも計算で動かせる数字」にしてください。"


class SuccessFactorWithoutReason(KeikiError):
    """A success factor does not say why it leads to the goal."""

    en = "“{node}” does not say why it leads to the goal. Write one sentence in each language."
    ja = "「{node}」が目標につながる理由がありません。日本語と英語で1文ずつ書いてください。"


class NothingToMove(KeikiError):
    """No node of the tree can be moved by a what-if."""

    en = "A what-if can move nothing in “{tree}”. Mark the numbers you work on: a what-if may move them."
    ja = "「{tree_ja}」には、もしもの計算で動かせる項目がありません。自分たちで動かす数字を「もしも計算で動かせる数字」にしてください。"


# Explaining changes and taking goals apart


class NotARatio(KeikiError):
    """A KPI whose segments do not add up to it is to be taken apart by a dimension."""

    en = (
        "“{kpi}” ({formula}) is neither a sum nor one sum divided by another, so its change cannot be shared out by "
        "segment. Choose one of the KPIs it is made of."
    )
    ja = (
        "「{kpi}」（{formula}）は合計でも、合計どうしの割り算でもないため、切り口ごとの変化に分けられません。"
        "計算に使われているKPIを選んでください。"
    )


class UnknownDecomposition(KeikiError):
    """A way to take a goal apart that does not fit the KPI."""

    en = "“{kpi}” cannot be taken apart by “{name}”. Ways that fit it: {known}."
    ja = "「{kpi}」は「{name}」では分けられません。使える分け方：{known}。"


class MappingIncomplete(KeikiError):
    """A mapping that leaves required columns of its fact without a source."""

    en = (
        "To load {fact}, tell where these columns come from: {missing}. "
        "The source has: {columns}. Nothing was imported."
    )
    ja = "{fact} を取り込むには、次の列の元を決めてください：{missing}。元データの列：{columns}。まだ何も取り込んでいません。"


class NotLoadable(KeikiError):
    """A mapping that fills a column which is computed after loading."""

    en = "“{column}” of {fact} is worked out after loading and cannot be filled. Leave it out of the mapping."
    ja = "{fact} の「{column}」は取り込み後に計算される列です。対応づけから外してください。"


class RuleShort(KeikiError):
    """A rule that names fewer columns than it needs."""

    en = "“{transform}” needs {needed} column(s) of the source and names {given}. Add the missing ones."
    ja = "「{transform}」には元データの列が{needed}個必要ですが、{given}個しかありません。列を足してください。"


class SourceMissing(KeikiError):
    """A file that is not there."""

    en = "There is no file “{name}”. Nothing was imported; check the name."
    ja = "ファイル「{name}」が見つかりません。まだ何も取り込んでいません。名前を確かめてください。"


class SourceEmpty(KeikiError):
    """A file or table without a single row."""

    en = "“{name}” holds no rows. Nothing was imported."
    ja = "「{name}」には行がありません。何も取り込んでいません。"


class SourceTooLarge(KeikiError):
    """A file beyond the limits of size, unpacked size or columns."""

    en = "“{name}” is too large: {size} where {most} is the most (MiB, or columns). Split it and import the parts."
    ja = "「{name}」が大きすぎます（{size}、上限は {most}。単位は MiB または列数）。分けて取り込んでください。"


class SourceLocked(KeikiError):
    """A workbook under a password."""

    en = "“{name}” is protected by a password. Save a copy without one and import that."
    ja = "「{name}」はパスワードで保護されています。パスワードなしで保存したものを取り込んでください。"


class SourceUnreadable(KeikiError):
    """A file that is broken or no table."""

    en = "“{name}” cannot be read as a table ({detail}). Nothing was imported; save it again as CSV, Excel or Parquet."
    ja = (
        "「{name}」を表として読めません（{detail}）。何も取り込んでいません。"
        "CSV・Excel・Parquet のどれかで保存し直してください。"
    )


class SourceNotTabular(KeikiError):
    """An object from Python that has no columns."""

    en = "A {kind} is no table {detail}. Give a file, a data frame, a dict of columns or a list of rows."
    ja = "{kind} は表ではありません {detail}。ファイル、データフレーム、列の辞書、行のリストのどれかを渡してください。"


class TableNotNamed(KeikiError):
    """The address of a database without the name of a table."""

    en = "“{name}” names no table. Put it behind a #, for example #public.orders."
    ja = "「{name}」にテーブル名がありません。#public.orders のように # の後に書いてください。"


class DatabaseUnreachable(KeikiError):
    """A database or table that cannot be read."""

    en = "“{name}” cannot be read: {detail}. Nothing was imported."
    ja = "「{name}」を読めません：{detail}。何も取り込んでいません。"


class FactNotGuessed(KeikiError):
    """A source that looks like no fact."""

    en = "It is not clear what the rows of “{name}” are (columns: {columns}). Choose the fact, or give a mapping."
    ja = "「{name}」が何の表か分かりません（列：{columns}）。ファクトを選ぶか、列を対応づけてください。"


# --- end of facts and sources ---


# --- measuring and businesses -------------------------------------------------------------------------------------


class MeasureNotReadable(KeikiError):
    """A measure of a model that this version does not have."""

    en = "The measure “{measure}” reads the model “{model}”, which this version does not have yet."
    ja = "メジャー「{measure}」が使うモデル「{model}」は、この版にはまだありません。"


class NobodySaysWhoFits(KeikiError):
    """A number by who fits the ideal customer, of which neither a profile nor the data says anything."""

    en = (
        "Nobody has said yet who fits the ideal customer: no profile is in force, and the customers' data says of "
        "nobody whether it fits (`icp_fit`). Put a profile in force under Customers, Ideal customers, or with "
        "`keiki customers keep-ideal learned`."
    )
    ja = (
        "誰が理想の顧客像に合うかがまだ決まっていません。理想顧客像がなく、顧客データにも合うかどうか（icp_fit）の記録が"
        "ありません。「顧客価値」の「理想の顧客」か `keiki customers keep-ideal learned` で決めてください。"
    )


class NothingCounted(KeikiError):
    """A fact that has rows, but none in the periods that a measure counts."""

    en = "“{fact}” has rows, but none of them counts here for “{measure}”{where}."
    ja = "「{fact}」にデータはありますが、この期間に「{measure_ja}」として数える行がありません{where_ja}。"


class ParameterNeeded(KeikiError):
    """A measure asked without a parameter that it cannot do without."""

    en = "The model “{model}” needs the parameter “{name}”. Write it into the reference, such as {example}."
    ja = "モデル「{model}」にはパラメーター「{name}」が必要です。{example} のように、参照に書き加えてください。"


class NoBusiness(KeikiError):
    """A folder that holds no business."""

    en = "There is no business in “{folder}”. Make one with `keiki demo`, or import a first file with `keiki import FILE`."
    ja = "「{folder}」に事業がありません。`keiki demo` で見本を作るか、`keiki import ファイル` で取り込みを始めてください。"


class TooManyPeriods(KeikiError):
    """A question over more periods than one answer should hold."""

    en = "That is {asked} periods; one question may hold {most}. Nothing was measured. Ask for a longer grain or in parts."
    ja = (
        "期間が{asked}個あります。1回に測れるのは{most}個までです。何も測っていません。"
        "期間の単位を長くするか、分けてお試しください。"
    )


class TokenOnlyReads(KeikiError):
    """A token without the right to write."""

    en = "This token only reads. Nothing was changed. Make a token that may write under Settings, Tokens for programs."
    ja = (
        "このトークンは読み取り専用です。何も変更していません。"
        "設定の「プログラム用トークン」で、書き込めるトークンを作成してください。"
    )


class UnreadableSettings(KeikiError):
    """`business.yaml` is damaged or holds an impossible value. The data is untouched."""

    en = "The settings in “{path}” cannot be read: {detail}. The data is untouched; correct the file and try again."
    ja = (
        "設定ファイル「{path}」を読めません（{detail}）。データはそのままです。ファイルを直してもう一度お試しください。"
    )


class RuleUnknown(UnknownName):
    """A setting under `rules` that nobody declared."""

    en = "There is no setting of the rules called “{name}”.{suggestion} Nothing was changed; correct the name and try again."
    ja = (
        "計算のルールに「{name}」という設定はありません。{suggestion_ja}"
        "何も変更していません。名前を直してもう一度お試しください。"
    )

    def __init__(self, *, name: str, known: Iterable[str] = ()) -> None:
        super().__init__(kind="setting", name=name, known=known)


class RuleImpossible(WrongField):
    """A setting under `rules` that cannot be."""

    en = "“{subject}”: “{value}” cannot be its “{field}”. It may be: {options}. Nothing was changed."
    ja = "「{subject}」の「{field}」に「{value}」は使えません。使えるもの：{options_ja}。何も変更していません。"


# --- what customers will be worth ---


class NoCustomers(KeikiError):
    """A model of customer value without a single customer."""

    en = "There are no customers to learn from. Nothing was calculated; load purchases or contracts first."
    ja = "学習に使える顧客がいません。計算していません。先に購入か契約のデータを取り込んでください。"


class OneDayOnly(NoCustomers):
    """Customers who all bought on the one day that the data speaks of."""

    en = (
        "All purchases are of one day, {day}, and the data ends with it: what customers do afterwards cannot be learned "
        "from it. Nothing was calculated; load purchases of further days."
    )
    ja = (
        "購入が{day}の1日だけで、データもその日で終わっているため、その後の行動を学習できません。計算していません。"
        "ほかの日の購入も取り込んでください。"
    )


class OnePeriodOnly(NoCustomers):
    """Customers whose purchases leave fewer than two whole periods to learn from."""

    en = (
        "Purchases begin on {first}, and the data ends on {last}: that holds no two whole periods ({grain}), so nothing "
        "can be learned from one to the next. Nothing was calculated; choose shorter periods or load more."
    )
    ja = (
        "購入は{first}から、データは{last}までで、まるまる含まれる期間（{grain_ja}）が2つないため学習できません。"
        "計算していません。短い期間を選ぶか、データを追加してください。"
    )


class CustomersImpossible(KeikiError):
    """Numbers of a customer that cannot be, such as a last purchase after today."""

    en = "Row {row} of the customers breaks the rule “{rule}”. Nothing was calculated; please correct that row."
    ja = "顧客の{row}行目が「{rule}」を満たしていません。計算していません。その行を直してください。"


class SplitImpossible(KeikiError):
    """A day that does not part the purchases into those that a forecast knows and those it is proved by."""

    en = "{day} leaves nothing to learn from or nothing to prove it by. Choose a day from {first} to {last}."
    ja = "{day}では、学習または検証に使う購入がありません。{first}から{last}までの日を選んでください。"


class LtvTermMissing(KeikiError):
    """A formula of lifetime value lacks a number."""

    en = "“{term}” is missing. Formulas without it are worked out; fill it in to see this one."
    ja = "「{term_ja}」がありません。これを使わない式は計算します。入力するとこの式も計算できます。"


class LtvTermImpossible(KeikiError):
    """A number that a term of a lifetime value cannot have."""

    en = "“{term}” cannot be {value}. It may be {bounds}. Nothing was calculated with it; please correct it."
    ja = "「{term_ja}」に {value} は使えません。使える範囲：{bounds}。計算に使っていません。値を直してください。"


class ChurnIsZero(KeikiError):
    """A lifetime that would have no end."""

    en = (
        "Churn is 0 %: nobody left, so this formula has no end and gives no value. "
        "Take the churn of a longer period, or a formula with years or a contract period."
    )
    ja = (
        "解約率が0%です。だれも離れていないので、この式では値が決まりません。"
        "もっと長い期間の解約率を使うか、継続年数・契約期間の式を使ってください。"
    )


class ValueGrowsForEver(KeikiError):
    """Revenue that grows faster than customers leave."""

    en = (
        "Revenue grows by {growth} a month and only {churn} leave, so the sum has no end. Nothing was calculated; "
        "take a lower growth, or the contract period."
    )
    ja = (
        "売上が月に{growth}伸び、解約は{churn}だけなので、合計に終わりがありません。計算していません。"
        "成長率を下げるか、契約期間の式を使ってください。"
    )


class IdealProfileImpossible(KeikiError):
    """A profile of the ideal customer whose weights or threshold cannot be."""

    en = (
        "The weights sum to {total} and the threshold is {threshold}. Weights must be above 0 and sum to 100, each "
        "attribute once with at least one value, the threshold 1 to 100. Nothing was kept; please correct them."
    )
    ja = (
        "重みの合計が{total}、しきい値が{threshold}です。重みは1以上で合計100、属性は重複なしで値を1つ以上、"
        "しきい値は1から100にしてください。保存していません。"
    )


class UnreadableProfile(KeikiError):
    """A file that was named as a profile of the ideal customer and is none."""

    en = (
        "The profile {path} cannot be read: {detail}. Nothing was changed. Write a YAML file with `threshold` and `traits` "
        "(attribute: values, weight), or say `learned`."
    )
    ja = (
        "理想顧客像 {path} を読み取れません（{detail}）。変更していません。"
        "threshold と traits（属性ごとに values と weight）を書いた YAML か、learned を指定してください。"
    )


class NothingLearned(KeikiError):
    """The profile that profit suggests is asked for and nothing sets good customers apart."""

    en = "Nothing sets good customers apart from the others, so there is no profile to follow. Nothing was changed."
    ja = "良い顧客に特有のものが見つからないため、従うべき理想顧客像がありません。変更していません。"


class NoProfile(KeikiError):
    """Something follows the profile of the ideal customer, and none is in force."""

    en = "No profile of the ideal customer is in force. Put one in force first: `keiki customers keep-ideal learned`."
    ja = "理想顧客像がまだありません。先に決めてください：`keiki customers keep-ideal learned`。"


class NoSuchException(KeikiError):
    """An exception to the ideal customer that nobody made."""

    en = "No exception is made for the customer “{customer}”. Nothing was changed."
    ja = "顧客「{customer}」は例外になっていません。変更していません。"


class KeptByServer(KeikiError):
    """A command that needs a member's rights was given the folder of a business that a server keeps."""

    en = "The server keeps “{business}”, with its versions and its rights. Nothing was done; say as whom: `--as EMAIL`."
    ja = "事業「{business}」はサーバーが版と権限を管理しています。何もしていません。誰として行うかを `--as メールアドレス` で指定してください。"


class LeadRuleImpossible(KeikiError):
    """A rule for the score of leads that cannot be."""

    en = (
        "A rule for leads has 1 to 40 criteria, each with a name of its own, at least one value, and points from −100 "
        "to 100 other than 0; here are {count}{where}. Nothing was kept; please correct it."
    )
    ja = (
        "リードの採点ルールは条件が1〜40個で、それぞれ重複しない名前、1つ以上の値、0以外で−100〜100の点数が必要です"
        "（いまは{count}個{where_ja}）。保存していません。直してもう一度送ってください。"
    )

    def __init__(self, count: int, wrong: Sequence[str]) -> None:
        names = ", ".join(wrong)
        super().__init__(
            count=count,
            where=f", and wrong are: {names}" if names else "",
            where_ja=f"、直すところ：{names}" if names else "",
        )


class LeadRuleNotAgreed(KeikiError):
    """One person who speaks for both marketing and sales."""

    en = "Marketing and sales each agree by a person of their own; you have agreed for the other side. Nothing changed."
    ja = "マーケティングと営業は、別の人が承認します。あなたはもう一方として承認済みです。変更していません。"


class ReasonNeeded(KeikiError):
    """An exception for a customer without its reason."""

    en = "An exception needs a reason that others can follow. Nothing was kept; write one and send it again."
    ja = "例外には、ほかの人にも分かる理由が必要です。保存していません。理由を書いて、もう一度送ってください。"


class NothingSpentThere(KeikiError):
    """Money moved from or to a place where none was spent so far."""

    en = "Nothing was spent on winning customers by “{name}”, so nobody knows what money brings there. Choose another."
    ja = "「{name}」には獲得費用を使った実績がないので、お金を動かした効果は分かりません。別のものを選んでください。"


class AcquisitionImpossible(KeikiError):
    """A cost or a count of an acquisition that cannot be."""

    en = "{value} cannot be a cost or a number of customers. Nothing was calculated; please correct it."
    ja = "{value} は費用や顧客数として使えません。計算していません。値を直してください。"


# --- KPIs of a business's own ---


class FormulaTooWide(KeikiError):
    """A formula over KPIs that unfolds to more parts than anybody could follow."""

    en = "Written out over measures this formula has more than {limit} parts. Nothing was saved; please simplify it."
    ja = "メジャーまで展開すると{limit}個を超える部品になります。保存していません。計算式をもっと簡単にしてください。"


class KpiIdTaken(KeikiError):
    """An id that a measure, or a KPI declared in a file, has already."""

    en = "There is already a {kind} called “{name}”. Nothing was saved; please choose another id."
    ja = "「{name}」という{kind_ja}がすでにあります。保存していません。別のIDにしてください。"


class StartsTooEarly(KeikiError):
    """A definition that would begin before the one it follows."""

    en = "The present definition began on {since}; the next one must begin later. Nothing was saved."
    ja = "今の定義は{since}に始まりました。次の定義はそれより後の日から始めてください。保存していません。"


class LinksUnanswered(KeikiError):
    """A KPI is to go while links begin or end at it, and nobody has said what becomes of them."""

    en = "{count} links of trees begin or end at this KPI. Nothing was changed. Say whether they go with it or stay."
    ja = "このKPIには、ツリーのつながりが{count}本あります。まだ何も変えていません。一緒に外すか、残すかを選んでください。"


# --- alerts ---


class AddressNotAllowed(KeikiError):
    """An address for alerts that is not one in the public internet, or not a safe one."""

    en = (
        "Alerts cannot be posted to “{host}”. Nothing was sent or kept. Use an https address in the public internet; "
        "a host of your own network is allowed by whoever runs the server (KEIKI_WEBHOOK_HOSTS)."
    )
    ja = (
        "「{host}」にはアラートを送れません。送信も保存もしていません。インターネット上のhttpsのアドレスを使ってください。"
        "社内のホストは、サーバーの管理者が許可します（KEIKI_WEBHOOK_HOSTS）。"
    )


# --- files sent to the control plane ---


class FileTooLarge(KeikiError):
    """An upload beyond the limit of the installation."""

    en = "The file is larger than {limit}. Nothing was kept. Send it in parts, or import it with “keiki import”."
    ja = (
        "ファイルが上限の{limit}を超えています。何も保存していません。分けて送るか、keiki import で取り込んでください。"
    )


class UnknownFileKind(KeikiError):
    """An upload whose name ends in something no source reads."""

    en = "“{name}” is not a kind of file that can be read ({known}). Nothing was kept. Export it as CSV or Excel."
    ja = "「{name}」は読める種類のファイルではありません（{known}）。何も保存していません。CSV か Excel で書き出してください。"


class EmptyFile(KeikiError):
    """An upload without a byte."""

    en = "“{name}” is empty. Nothing was kept. Export it again and send it once more."
    ja = "「{name}」は空です。何も保存していません。書き出し直して、もう一度送ってください。"


class FileGone(KeikiError):
    """The file of an upload is no longer on the disk."""

    en = "The file “{name}” is no longer here. What was imported is safe. Send the file once more."
    ja = "ファイル「{name}」はもうありません。取り込み済みのデータは無事です。もう一度送ってください。"


class MeaningTwice(KeikiError):
    """Two columns of a file were given one meaning."""

    en = "Two columns have the meaning “{meaning}”: {columns}. Nothing was imported. Give one of them another meaning."
    ja = "2つの列が同じ意味「{meaning}」になっています（{columns}）。まだ取り込んでいません。どちらかを変えてください。"


class TooManyAnswers(KeikiError):
    """More answers to a survey within a minute than one link takes."""

    en = "Too many answers are coming in just now. This one was not kept. Please send it again in a minute."
    ja = "今、回答が集中しています。この回答は保存していません。1分ほど待ってから、もう一度送ってください。"


class CurrenciesDiffer(KeikiError):
    """Money of businesses in different currencies cannot be added. `currencies`: name of the business → currency."""

    en = "No total of “{name}”: {listed}. Choose businesses of one currency, or a KPI without money."
    ja = "「{name_ja}」は合計できません。通貨が違います（{listed_ja}）。同じ通貨の事業か、金額でないKPIを選んでください。"

    def __init__(self, kpi: Any, currencies: Mapping[str, str]) -> None:
        said = [f"{name}: {currency}" for name, currency in currencies.items()]
        super().__init__(name=kpi.en, name_ja=kpi.ja, listed=", ".join(said), listed_ja="、".join(said))


class Restricted(KeikiError):
    """Numbers that would show a KPI which is closed to this person. `owners` may be left out."""

    en = (
        "Not shown to you: it would tell numbers that “{business}” shows to some roles only. Ask {whom} if you need it."
    )
    ja = "表示できません。「{business}」が一部の役割だけに公開している数字が分かってしまうためです。必要なときは{whom_ja}に相談してください。"

    def __init__(self, business: str, owners: Sequence[str] = ()) -> None:
        whom = (
            (" or ".join(owners), "または".join(f"{each}さん" for each in owners))
            if owners
            else ("an owner", "オーナー")
        )
        super().__init__(business=business, whom=whom[0], whom_ja=whom[1])


class OfBusinesses(KeikiError):
    """A KPI of several businesses has no total because of some of them."""

    en = "No total of “{name}” because of {listed}."
    ja = "{listed_ja}のため、「{name_ja}」は合計できません。"

    def __init__(self, kpi: Any, names: Sequence[str]) -> None:
        super().__init__(name=kpi.en, name_ja=kpi.ja, listed=", ".join(names), listed_ja="、".join(names))


class DefinitionsDiffer(OfBusinesses):
    """A KPI means something else in another business, or does not exist there."""

    en = "No total of “{name}”: {listed} does not have it, or defines it in another way. Make the definitions alike."
    ja = "「{name_ja}」は合計できません。{listed_ja}にこのKPIがないか、定義が違います。定義をそろえてください。"


class NoValueThere(OfBusinesses):
    """A business has no value, and a total without it would not be one."""

    en = "No total of “{name}”: {listed} has no value for this period. Leave it out, or bring in its data."
    ja = "「{name_ja}」は合計できません。{listed_ja}にこの期間の値がありません。外すか、データを取り込んでください。"


class EnteredNotMeasured(OfBusinesses):
    """The value of a business was entered by hand, so what it is divided by is not known."""

    en = "No total of “{name}”: in {listed} it was entered by hand, without the numbers it is calculated from."
    ja = "「{name_ja}」は合計できません。{listed_ja}では手入力の値で、計算のもとになる数がありません。"


class CannotBeAdded(KeikiError):
    """A mean, a rank or a score of several businesses follows from nothing that was measured of each."""

    en = "No total of “{name}”: “{measure}” is a mean or a state that cannot be added up over businesses."
    ja = "「{name_ja}」は合計できません。「{measure_ja}」は平均などの値で、事業をまたいで足せません。"

    def __init__(self, kpi: Any, measure: Any) -> None:
        super().__init__(name=kpi.en, name_ja=kpi.ja, measure=measure.en, measure_ja=measure.ja)
