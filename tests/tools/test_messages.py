from __future__ import annotations

from pathlib import Path

import pytest

from tools import messages


@pytest.mark.parametrize("app", list(messages.apps()), ids=lambda app: app.name)
def test_every_string_has_its_japanese_and_is_compiled(app: Path) -> None:
    assert messages.problems((app.name,)) == []


def test_strings_come_from_python_and_templates(tmp_path: Path) -> None:
    (tmp_path / "pages.py").write_text('x = _("From Python")\ny = pgettext("here", "With context")\n')
    (tmp_path / "page.html").write_text(
        '  {% translate "From a tag" %}\n'
        '{% blocktranslate with name=n %}Dear {{ name }}{% endblocktranslate %} "{{ _("Inline") }}"\n'
    )
    found = {(each.id, each.context) for each in messages.strings_of(tmp_path) if each.id}
    assert found == {
        ("From Python", None),
        ("With context", "here"),
        ("From a tag", None),
        ("Dear %(name)s", None),
        ("Inline", None),
    }


def test_missing_stale_and_misplaced_translations_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "SERVER", tmp_path)
    app = tmp_path / "shop"
    app.mkdir()
    (app / "__init__.py").write_text("")
    (app / "pages.py").write_text('_("Hello")\n_("Dear {name}")\n')
    messages.gather()
    assert messages.problems() == [
        "shop: no Japanese for 'Hello' (pages.py)",
        "shop: no Japanese for 'Dear {name}' (pages.py)",
    ]
    path = messages.po_path(app)
    path.write_text(
        path.read_text()
        .replace('msgid "Hello"\nmsgstr ""', 'msgid "Hello"\nmsgstr "こんにちは"')
        .replace('msgid "Dear {name}"\nmsgstr ""', 'msgid "Dear {name}"\nmsgstr "{nmae}さん"')
    )
    (app / "pages.py").write_text('_("Dear {name}")\n')
    assert messages.problems() == [
        "shop: other placeholders in the Japanese of 'Dear {name}'",
        "shop: nothing says 'Hello' any more",
        "shop: django.mo is not compiled from django.po",
    ]


def test_no_string_has_two_meanings() -> None:
    assert messages.disagreements() == []


def test_a_string_that_two_apps_translate_differently_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "SERVER", tmp_path)
    for name, plan, week in (("shop", "計画", "週"), ("club", "プラン", "週"), ("desk", "計画", "")):
        app = tmp_path / name
        app.mkdir()
        (app / "__init__.py").write_text('_("Plan")\n_("Week")\npgettext("contract", "Plan")\n')
        messages.gather()
        path = messages.po_path(app)
        words = path.read_text().replace('msgid "Week"\nmsgstr ""', f'msgid "Week"\nmsgstr "{week}"')
        words = words.replace(
            'msgctxt "contract"\nmsgid "Plan"\nmsgstr ""', 'msgctxt "contract"\nmsgid "Plan"\nmsgstr "契約"'
        )
        path.write_text(words.replace('msgid "Plan"\nmsgstr ""', f'msgid "Plan"\nmsgstr "{plan}"'))
    assert messages.disagreements() == ["'Plan' has two meanings: 'プラン' in club; '計画' in desk, shop"]
    club = messages.po_path(tmp_path / "club")
    club.write_text(club.read_text().replace('"契約"', '"契約プラン"'))
    assert messages.disagreements()[1:] == [
        "'Plan' (contract) has two meanings: '契約プラン' in club; '契約' in desk, shop"
    ]


def test_a_translation_inside_an_f_string_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "SERVER", tmp_path)
    app = tmp_path / "shop"
    app.mkdir()
    (app / "__init__.py").write_text("name = f\"{shop} / {_('Hidden')}\"\nother = f'{name} {shop(1)}'\n")
    assert "shop: __init__.py line 1 translates inside an f-string" in messages.problems()


def test_gathering_again_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "SERVER", tmp_path)
    app = tmp_path / "shop"
    app.mkdir()
    (app / "__init__.py").write_text('_("Hello")\n')
    messages.gather()
    path = messages.po_path(app)
    path.write_text(path.read_text().replace('msgid "Hello"\nmsgstr ""', 'msgid "Hello"\nmsgstr "こんにちは"'))
    messages.gather()
    first = path.with_suffix(".mo").read_bytes()
    messages.gather()
    assert messages.problems() == []
    assert path.with_suffix(".mo").read_bytes() == first
    assert "こんにちは".encode() in first
