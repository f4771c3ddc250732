"""`keiki tree export|import|diff|check`: KPI trees as code."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.check import as_json_of, counts_of, show_found
from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of_folder
from keiki.cli.screen import complain, show_json, tell
from keiki.cli.words import language, say
from keiki.errors import AlreadyThere, NoBusiness, WrongDeclarations

if TYPE_CHECKING:
    from keiki.catalogue.load import Catalogue
    from keiki.trees.bundle import Bundle

HELP = say(
    "KPI trees: show one with its numbers (`keiki tree ID`), or handle them as files.",
    "KPIツリー：数字つきで表示する（`keiki tree ID`）、またはファイルとして扱う。",
)
HELP_EXPORT = say(
    "Write trees with the KPIs they use as one file; without a name, all of the business.",
    "ツリーと使っているKPIを一つのファイルに書き出す。名前を省くと事業のものすべて。",
)
HELP_IMPORT = say("Take the trees and KPIs of a file into the business.", "ファイルのツリーとKPIを事業に取り込む。")
HELP_DIFF = say("Show what changed between two files or trees.", "二つのファイルやツリーの違いを表示する。")
HELP_CHECK = say(
    "Check trees and the KPIs that come with them: definitions, targets, gaps. Without a name, all of the business.",
    "ツリーと付属のKPIを確かめる（定義、目標が届くか、抜け）。名前を省くと事業のものすべて。",
)
NamedTrees = Annotated[
    list[str] | None,
    typer.Argument(show_default=False, help=say("Ids of trees, or files with them.", "ツリーの ID、またはファイル。")),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help=say("The file to write: .yaml or .json.", "書き出すファイル（.yaml か .json）。")
    ),
]
AsOssie = Annotated[
    bool,
    typer.Option(
        "--ossie",
        help=say(
            "Write the measures and KPIs as Apache Ossie 0.1.1, and tell what it cannot hold.",
            "メジャーとKPIを Apache Ossie 0.1.1 で書き出し、表せないものを知らせる。",
        ),
    ),
]
Tables = Annotated[
    str,
    typer.Option(
        "--tables",
        show_default=False,
        help=say(
            "With --ossie: where the tables of the facts lie, such as analytics.public.",
            "--ossie のとき、ファクトの表の場所。例：analytics.public。",
        ),
    ),
]
Replace = Annotated[
    bool,
    typer.Option(
        "--replace",
        help=say("Replace trees and KPIs that are here and say something else.", "内容の違うツリーやKPIを置き換える。"),
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help=say("Only show what would change.", "何が変わるかだけを表示する。"))
]
File = Annotated[
    Path, typer.Argument(metavar="FILE", help=say("A kpi-tree file: .yaml or .json.", "kpi-tree のファイル。"))
]
Before = Annotated[str, typer.Argument(help=say("A file or the id of a tree: before.", "前：ファイルかツリーの ID。"))]
After = Annotated[str, typer.Argument(help=say("A file or the id of a tree: after.", "後：ファイルかツリーの ID。"))]
ENDINGS = (".yaml", ".yml", ".json")


def export_trees(
    names: NamedTrees = None,
    output: Output = None,
    ossie: AsOssie = False,
    tables: Tables = "",
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> int:
    """Write a bundle, to a file or to the output; with `--ossie` 1 when a KPI had to be left out."""
    from keiki.trees.bundle import bundle_of, over, to_json, to_yaml, write_bundle

    catalogue = catalogue_of(business)
    bundle = _bundle(names, catalogue) if names else bundle_of(catalogue)
    if ossie:
        return _export_ossie(bundle, over(catalogue, bundle), output, tables)
    if output is not None:
        write_bundle(bundle, output)
        tell(_counted(bundle, output.name))
    else:
        print(to_json(bundle) if as_json else to_yaml(bundle), end="")
    return 0


def import_trees(
    file: File,
    replace: Replace = False,
    dry_run: DryRun = False,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> int:
    """Store a file's trees and KPIs; nothing is stored when one of them is wrong or contradicts the business."""
    from dataclasses import replace as with_

    from keiki.trees.bundle import changing, check_bundle, read_bundle, with_targets
    from keiki.trees.diff import diff
    from keiki.trees.folder import contradictions, store

    catalogue = catalogue_of(business, needed=True)
    bundle = read_bundle(file)
    found = check_bundle(bundle, catalogue)
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        raise WrongDeclarations(count=len(errors), first=errors[0].words("en"), first_ja=errors[0].words("ja"))
    laid = with_(bundle, trees=with_targets(bundle, datetime.now(UTC).date()), targets=())
    names = list(contradictions(laid, catalogue))
    if names and not replace and not dry_run:
        raise AlreadyThere(names=", ".join(names))
    changes = diff(_same(laid, catalogue), laid)
    written = () if dry_run else store(laid, business, catalogue)
    if as_json:
        told = {"changes": [change.as_dict() for change in changes], "targets_left_out": list(changing(bundle))}
        show_json({"files": list(written), **told})
        return 0
    for change in changes:
        tell(change.words(language()))
    show_found(found, style_of_folder(business))
    tell(_imported(written, dry_run))
    if left_out := changing(bundle):
        listed = ", ".join(left_out)
        complain(
            say(
                f"Of targets over time a folder keeps the one in force today ({listed}). "
                "Bring the file in on the design page of the server to keep them all.",
                f"時期ごとの目標（{listed}）は、フォルダーには今日有効なものだけが残ります。"
                "すべて残すには、サーバーの設計ページで取り込んでください。",
            )
        )
    return 0


def diff_trees(
    before: Before, after: After, business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False
) -> int:
    """List every change; 0 when there is none, 1 otherwise."""
    from keiki.trees.diff import diff

    catalogue = catalogue_of(business)
    one, other = _bundle([before], catalogue), _bundle([after], catalogue)
    alone = not one.kpis and not other.kpis and len(one.trees) == len(other.trees) == 1
    changes = diff(one.trees[0], other.trees[0]) if alone else diff(one, other)
    if as_json:
        show_json([change.as_dict() for change in changes])
    else:
        for change in changes:
            tell(change.words(language()))
        if not changes:
            tell(say("No difference.", "違いはありません。"))
    return 1 if changes else 0


def check_trees(names: NamedTrees = None, business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False) -> int:
    """List what a design tells by itself, without data; 1 when there is an error (✕), 0 with warnings and hints."""
    from keiki.trees.bundle import bundle_of, review_bundle

    catalogue = catalogue_of(business)
    bundle = _bundle(names, catalogue) if names else bundle_of(catalogue)
    found = review_bundle(bundle, catalogue, datetime.now(UTC).date())
    if as_json:
        show_json(as_json_of(found))
    else:
        show_found(found, style_of_folder(business))
        trees, kpis = len(bundle.trees), len(bundle.kpis)
        wrong, warnings, hints = counts_of(found)
        tell(
            say(
                f"{trees} trees, {kpis} KPIs. Errors: {wrong}, warnings: {warnings}, hints: {hints}.",
                f"ツリー {trees}、KPI {kpis}。エラー {wrong}、注意 {warnings}、ヒント {hints}。",
            )
        )
    return 1 if counts_of(found)[0] else 0


def catalogue_of(business: Path, *, needed: bool = False) -> Catalogue:
    """What the folder declares over what Keiki brings; only the latter when there is no folder and none is needed."""
    from keiki.catalogue.load import builtin, load_catalogue

    if (business / "business.yaml").exists():
        return load_catalogue((business,))
    if needed or business != DEFAULT_BUSINESS:
        raise NoBusiness(folder=business)
    return builtin()


def _bundle(names: list[str], catalogue: Catalogue) -> Bundle:
    """Files and trees of those names as one."""
    from keiki.trees.bundle import Bundle, bundle_of, read_bundle

    found = Bundle()
    for name in names:
        more = read_bundle(name) if name.endswith(ENDINGS) else bundle_of(catalogue, [name])
        known = {kpi.id for kpi in found.kpis}
        kpis = tuple(kpi for kpi in more.kpis if kpi.id not in known)
        found = Bundle(found.trees + more.trees, found.kpis + kpis, found.targets + more.targets)
    return found


def _same(bundle: Bundle, catalogue: Catalogue) -> Bundle:
    """What the business has under the ids of a bundle."""
    from keiki.trees.bundle import Bundle
    from keiki.trees.document import template
    from keiki.trees.kpi_document import kpi_document

    trees = tuple(template(catalogue, tree.id) for tree in bundle.trees if tree.id in catalogue.trees)
    kpis = tuple(kpi_document(catalogue.kpis[kpi.id]) for kpi in bundle.kpis if kpi.id in catalogue.kpis)
    return Bundle(trees, kpis)


def _export_ossie(bundle: Bundle, catalogue: Catalogue, output: Path | None, tables: str) -> int:
    import json

    from keiki.trees.ossie import ossie

    model = ossie(bundle, catalogue, tables=tables)
    text = json.dumps(model.document, ensure_ascii=False, indent=2) + "\n"
    if output is not None:
        output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    for loss in model.losses:
        complain(loss.words(language()))
    return 1 if any(loss.gone for loss in model.losses) else 0


def _counted(bundle: Bundle, name: str) -> str:
    trees, kpis, targets = len(bundle.trees), len(bundle.kpis), len(bundle.targets)
    return say(
        f"{name}: {trees} trees, {kpis} KPIs, {targets} targets.",
        f"{name}：ツリー {trees}、KPI {kpis}、目標 {targets}。",
    )


def _imported(written: tuple[str, ...], dry_run: bool) -> str:
    if dry_run:
        return say("Nothing was imported (--dry-run).", "取り込んでいません（--dry-run）。")
    if not written:
        return say("All of it is here already.", "すべて取り込み済みです。")
    return say(f"Written: {', '.join(written)}.", f"書き込みました：{'、'.join(written)}。")
