"""A business's own trees: every version kept, one of two savers wins, and what is saved is published."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection

from keiki.errors import EditConflict, GoalNotReady, NothingToRestore
from keiki.server.accounts.models import Business
from keiki.server.audit.models import Entry
from keiki.server.kpis import actions, queries
from keiki.server.kpis.models import OwnTree, TreeVersion
from keiki.trees.document import NodeDocument, TreeDocument, from_dict, from_yaml

SALES = TreeDocument(
    id="sales",
    ja="売上",
    en="Sales",
    about_ja="試し",
    about_en="A trial",
    root=NodeDocument(
        "revenue",
        kpi="order_revenue",
        formula="orders * aov",
        children=(NodeDocument("orders", kpi="purchases"), NodeDocument("aov", kpi="aov")),
    ),
)
NOTHING = {"what": "edit"}


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Any:
    """Runs what waits for the commit, since a test never commits."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def named(words: str, document: TreeDocument = SALES) -> TreeDocument:
    return replace(document, ja=words, en=words)


def saved(cast: Any, tree: OwnTree, words: str, began_from: int | None = None) -> OwnTree:
    return actions.save_tree(cast.editor, tree, began_from or tree.version, named(words), {"what": "rename"})


def test_add_tree_keeps_a_version_publishes_it_and_tells_the_log(bare: Any, commits: Any) -> None:
    with commits():
        tree = actions.add_tree(bare.editor, bare.business, SALES, NOTHING)
    assert (tree.tree_id, tree.version, tree.published) == ("sales", 1, 1)
    assert from_yaml(tree.path.read_text(encoding="utf-8")) == SALES
    assert tree.is_published
    assert [entry.action for entry in Entry.objects.filter(target="tree:sales")] == ["kpis.add_tree"]


def test_add_tree_finds_a_free_id(bare: Any) -> None:
    for wished, found in (("Sales 2027!", "sales_2027"), ("sales 2027", "sales_2027_2"), ("売上", "tree")):
        document = replace(SALES, id=wished)
        assert actions.add_tree(bare.editor, bare.business, document, NOTHING).tree_id == found


def test_add_tree_leaves_files_written_by_hand_alone(bare: Any) -> None:
    (bare.business.folder / "trees").mkdir(parents=True)
    (bare.business.folder / "trees" / "sales.yaml").write_text("id: sales\n", encoding="utf-8")
    assert actions.add_tree(bare.editor, bare.business, SALES, NOTHING).tree_id == "sales_2"


def test_save_tree_adds_a_version_with_who_and_what(bare: Any, commits: Any) -> None:
    tree = actions.add_tree(bare.owner, bare.business, SALES, NOTHING)
    with commits():
        tree = saved(bare, tree, "Turnover")
    history = queries.tree_history(queries.stored_tree(bare.viewer, bare.business, "sales"))
    assert [(line.number, line.done["what"], line.made_by) for line in history] == [
        (2, "rename", "Emi"),
        (1, "edit", "Olivia"),
    ]
    assert from_yaml(tree.path.read_text(encoding="utf-8")).ja == "Turnover"


def test_save_tree_on_an_old_version_is_refused_and_shows_both(bare: Any) -> None:
    tree = actions.add_tree(bare.owner, bare.business, SALES, NOTHING)
    saved(bare, tree, "Theirs", began_from=1)
    with pytest.raises(EditConflict) as caught:
        saved(bare, tree, "Mine", began_from=1)
    assert (caught.value.details["mine"]["en"], caught.value.details["theirs"]["en"]) == ("Mine", "Theirs")
    assert TreeVersion.objects.filter(tree=tree).count() == 2


@pytest.mark.usefixtures("many_connections")
def test_save_tree_by_many_at_once_lets_exactly_one_win(bare: Any) -> None:
    tree = actions.add_tree(bare.owner, bare.business, SALES, NOTHING)
    outcomes: list[str] = []
    together = threading.Barrier(6)

    def save(words: str) -> None:
        together.wait()
        try:
            saved(bare, OwnTree.objects.get(pk=tree.pk), words, began_from=1)
            outcomes.append(words)
        except EditConflict:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(f"Tree {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [words for words in outcomes if words != "refused"]
    stored = queries.stored_tree(bare.owner, bare.business, "sales")
    assert (len(won), len(outcomes), stored.version, stored.document.en) == (1, 6, 2, won[0])
    assert from_yaml(tree.path.read_text(encoding="utf-8")).en == won[0]


def test_tree_is_saved_even_while_its_file_cannot_be_written(own_shop: Any, commits: Any, monkeypatch: Any) -> None:
    def full(self: OwnTree) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk, commits():
        disk.setattr(OwnTree, "publish", full)
        tree = actions.add_tree(own_shop.owner, own_shop.business, SALES, NOTHING)
    assert not tree.path.exists()
    assert [each.id for each in queries.known(own_shop.viewer, own_shop.business).trees] == ["sales"]
    assert tree.is_published


def test_undo_and_redo_walk_the_steps_and_lose_none(bare: Any) -> None:
    tree = actions.add_tree(bare.owner, bare.business, SALES, NOTHING)
    for words in ("One", "Two", "Three"):
        tree = saved(bare, tree, words)
    seen = []
    for step in "uuurr":
        act = actions.step_back if step == "u" else actions.step_again
        tree = act(bare.editor, tree, tree.version)
        seen.append(queries.newest_document(tree).en)
    assert seen == ["Two", "One", "Sales", "One", "Two"]
    tree = saved(bare, tree, "Four")
    with pytest.raises(NothingToRestore):
        actions.step_again(bare.editor, tree, tree.version)
    tree = actions.step_back(bare.editor, tree, tree.version)
    assert queries.newest_document(tree).en == "Two"
    assert tree.version == tree.versions.count() == 11


def test_undo_at_the_first_version_has_nothing_to_do(bare: Any) -> None:
    tree = actions.add_tree(bare.owner, bare.business, SALES, NOTHING)
    with pytest.raises(NothingToRestore):
        actions.step_back(bare.editor, tree, 1)


def test_undo_on_an_old_version_is_refused(bare: Any) -> None:
    tree = actions.add_tree(bare.owner, bare.business, SALES, NOTHING)
    saved(bare, tree, "Theirs")
    with pytest.raises(EditConflict):
        actions.step_back(bare.editor, tree, 1)


def test_half_finished_tree_is_kept_but_the_last_whole_one_stays_published(bare: Any, commits: Any) -> None:
    with commits():
        tree = actions.add_tree(bare.owner, bare.business, SALES, NOTHING)
    half = replace(SALES, root=replace(SALES.root, children=(*SALES.root.children, NodeDocument("loose"))))
    with commits():
        tree = actions.save_tree(bare.editor, tree, 1, half, NOTHING)
    assert (tree.version, tree.published) == (2, 1)
    assert not queries.stored_tree(bare.owner, bare.business, "sales").measurable
    assert from_yaml(tree.path.read_text(encoding="utf-8")) == SALES


def test_archived_tree_leaves_the_folder_and_comes_back(own_shop: Any, commits: Any) -> None:
    with commits():
        tree = actions.add_tree(own_shop.owner, own_shop.business, SALES, NOTHING)
    with commits():
        actions.archive_tree(own_shop.editor, tree)
    assert not tree.path.exists()
    assert queries.stored_trees(own_shop.viewer, own_shop.business) == ()
    assert [each.id for each in queries.stored_trees(own_shop.viewer, own_shop.business, archived=True)] == ["sales"]
    with commits():
        actions.bring_back_tree(own_shop.editor, tree)
    assert tree.path.exists()


def test_known_shows_own_trees_first_and_heals_a_missing_file(own_shop: Any, commits: Any) -> None:
    assert queries.known(own_shop.viewer, own_shop.business).trees[0].id == "simple_orders"
    with commits():
        tree = actions.add_tree(own_shop.owner, own_shop.business, SALES, NOTHING)
    assert [each.id for each in queries.known(own_shop.viewer, own_shop.business).trees] == ["sales"]
    tree.path.unlink()
    assert [each.id for each in queries.known(own_shop.viewer, own_shop.business).trees] == ["sales"]
    assert tree.path.exists()


def test_known_survives_a_tree_that_cannot_be_measured(own_shop: Any) -> None:
    folder = own_shop.business.folder / "trees"
    folder.mkdir(exist_ok=True)
    (folder / "broken.yaml").write_text(
        "id: broken\nja: 壊\nen: Broken\nabout_ja: 壊\nabout_en: Broken\nroot: {kpi: no_such_kpi}\n", encoding="utf-8"
    )
    assert queries.known(own_shop.viewer, own_shop.business).trees[0].id == "simple_orders"


def test_own_trees_are_closed_to_outsiders(bare: Any) -> None:
    actions.add_tree(bare.owner, bare.business, SALES, NOTHING)
    for ask in (queries.stored_trees, lambda user, business: queries.stored_tree(user, business, "sales")):
        with pytest.raises(Business.DoesNotExist):
            ask(bare.outsider, bare.business)


def test_lists_of_trees_ask_the_database_as_often_for_three_as_for_one(
    bare: Any, django_assert_num_queries: Any
) -> None:
    actions.add_tree(bare.owner, bare.business, SALES, NOTHING)
    with django_assert_num_queries(4):
        assert len(queries.stored_trees(bare.owner, bare.business)) == 1
    for _ in range(2):
        actions.add_tree(bare.owner, bare.business, SALES, NOTHING)
    with django_assert_num_queries(4):
        assert len(queries.stored_trees(bare.owner, bare.business)) == 3


# --- templates ---


def test_template_used_twice_makes_one_tree(bare: Any) -> None:
    first, fresh = actions.use_template(bare.editor, bare.business, "simple_orders")
    again, second = actions.use_template(bare.editor, bare.business, "simple_orders")
    assert (fresh, second, again.pk) == (True, False, first.pk)
    copy, third = actions.use_template(bare.editor, bare.business, "simple_orders", copy=True)
    assert (third, copy.tree_id, OwnTree.objects.count()) == (True, "simple_orders_2", 2)


@pytest.mark.usefixtures("many_connections")
def test_template_used_by_two_at_once_makes_one_tree(bare: Any) -> None:
    together = threading.Barrier(4)

    def use() -> None:
        together.wait()
        try:
            actions.use_template(bare.editor, bare.business, "simple_orders")
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [tree.tree_id for tree in OwnTree.objects.all()] == ["simple_orders"]


# --- goals ---


def goal(cast: Any, rank: int | None, team: str = "EC") -> OwnTree:
    document = replace(SALES, rank=rank, team=team)
    return actions.add_tree(cast.owner, cast.business, document, NOTHING)


BY = date(2027, 3, 31)


@pytest.mark.parametrize(("value", "deadline", "lacking"), [(None, BY, "value"), (1.0, None, "deadline")])
def test_goal_without_value_or_deadline_cannot_be_activated(
    bare: Any, value: float | None, deadline: date | None, lacking: str
) -> None:
    tree = goal(bare, 1)
    with pytest.raises(GoalNotReady) as caught:
        actions.activate_goal(bare.editor, tree, value, deadline)
    assert caught.value.lacking == lacking
    assert not queries.stored_tree(bare.owner, bare.business, tree.tree_id).active


@pytest.mark.feature("F-003")
def test_two_goals_of_a_team_need_ranks_of_their_own(bare: Any) -> None:
    first, second, unranked = goal(bare, 1), goal(bare, 1), goal(bare, None)
    for tree, lacking in ((first, "rank_taken"), (unranked, "rank")):
        with pytest.raises(GoalNotReady) as caught:
            actions.activate_goal(bare.editor, tree, 1.0, BY)
        assert caught.value.lacking == lacking
    actions.save_tree(bare.editor, second, 1, replace(SALES, rank=2, team="EC"), NOTHING)
    actions.save_tree(bare.editor, unranked, 1, replace(SALES, rank=3, team="EC"), NOTHING)
    assert [actions.activate_goal(bare.editor, tree, 1.0, BY) for tree in (first, second)] == [1, 2]


def test_activating_counts_the_goals_of_the_team_alone(bare: Any) -> None:
    for rank in (1, 2, 3):
        actions.activate_goal(bare.editor, goal(bare, rank), 1.0, BY)
    assert actions.activate_goal(bare.editor, goal(bare, 1, team="Store"), 1.0, BY) == 1
    assert actions.activate_goal(bare.editor, goal(bare, 4), 1.0, BY) == 4


def test_paused_goal_is_a_draft_again(bare: Any) -> None:
    tree = goal(bare, 1)
    actions.activate_goal(bare.editor, tree, 1.0, BY)
    actions.pause_goal(bare.editor, tree)
    assert not queries.stored_tree(bare.owner, bare.business, tree.tree_id).active


def test_tree_whose_goal_no_data_tells_is_not_the_one_a_page_opens_with(own_shop: Any) -> None:
    business, owner = own_shop.business, own_shop.owner
    for kpi in ("mrr", "order_revenue"):
        below = [{"id": "part", "kpi": kpi, "where": "channel = 'web'"}]
        root = {"id": "goal", "kpi": kpi, "formula": "part", "children": below}
        names = {"id": kpi, "ja": f"1 {kpi}" if kpi == "mrr" else f"2 {kpi}", "en": kpi}
        document = from_dict({**names, "about_ja": "例。", "about_en": "An example.", "root": root})
        actions.add_tree(owner, business, document, {"what": "new"})
    assert [tree.root.kpi for tree in queries.known(owner, business).trees] == ["order_revenue", "mrr"]
