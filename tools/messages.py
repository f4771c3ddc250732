"""Japanese beside English: gathers every translatable string of the server's templates and Python by app, keeps each
app's `locale/ja/LC_MESSAGES/django.po`, and compiles it. `--check` changes nothing and lists what is missing. Django
reads all apps into one dictionary: a string has one Japanese for all, and one that means two things needs a context.

    python -m tools.messages [app …]      gather and compile, for all apps or for the named ones
    python -m tools.messages --check      fail when a string has no Japanese or two, or a .mo is not its .po
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)  # a date that moved with every run would make every .mo differ
HEADER = """msgid ""
msgstr ""
"Language: ja\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
SERVER = Path(__file__).parents[1] / "src" / "keiki" / "server"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def apps(names: tuple[str, ...] = ()) -> Iterator[Path]:
    """The folders of the server's apps, all or those named."""
    folders = (path for path in sorted(SERVER.iterdir()) if (path / "__init__.py").exists())
    return (path for path in folders if not names or path.name in names)


def strings_of(app: Path) -> Catalog:
    """Every translatable string of one app, with the file it stands in."""
    catalog = _empty()
    files = [path for path in sorted(app.rglob("*")) if path.suffix in {".py", ".html", ".txt"}]
    for path in files:
        if "migrations" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # Django writes a template as Python; the indentation of what it blanks out means nothing.
            source = "\n".join(line.lstrip() for line in templatize(source, str(path)).splitlines())
        for _line, message, comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            catalog.add(
                message, locations=[(path.relative_to(app).as_posix(), 0)], auto_comments=comments, context=context
            )
    return catalog


def _empty() -> Catalog:
    return Catalog(locale="ja", domain="django", creation_date=LONG_AGO, revision_date=LONG_AGO, fuzzy=False)


def po_path(app: Path) -> Path:
    return app / "locale" / "ja" / "LC_MESSAGES" / "django.po"


def translated(app: Path) -> Catalog:
    """What has been translated so far."""
    path = po_path(app)
    if not path.exists():
        return _empty()
    with path.open("rb") as file:
        catalog = read_po(file, locale="ja", domain="django")
    catalog.creation_date = catalog.revision_date = LONG_AGO
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """The .mo of a catalogue."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def problems(names: tuple[str, ...] = ()) -> list[str]:
    """Strings without Japanese, translations of strings that are gone, and compiled files that are not their source."""
    found = []
    for app in apps(names):
        wanted, known = strings_of(app), translated(app)
        found += [f"{app.name}: {each}" for each in _untranslated(wanted, known)]
        gone = [each.id for each in known if each.id and wanted.get(_first(each.id), each.context) is None]
        found += [f"{app.name}: nothing says {each!r} any more" for each in gone]
        found += [f"{app.name}: {each}" for each in _ungathered(app)]
        mo = po_path(app).with_suffix(".mo")
        if len(known) and (not mo.exists() or mo.read_bytes() != compiled(known)):
            found.append(f"{app.name}: django.mo is not compiled from django.po")
    return found


def _untranslated(wanted: Catalog, known: Catalog) -> Iterator[str]:
    for message in wanted:
        if not message.id:
            continue
        has = known.get(_first(message.id), message.context)
        string = has.string if has is not None else None
        texts = [string] if isinstance(string, str) else list(string or ())
        if not texts or not all(texts):
            yield f"no Japanese for {message.id!r} ({message.locations[0][0]})"
        elif _places(_first(message.id)) != _places(texts[0]):
            yield f"other placeholders in the Japanese of {message.id!r}"


def _ungathered(app: Path) -> Iterator[str]:
    """Translations inside an f-string, where gathering does not see them."""
    for path in sorted(app.rglob("*.py")):
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for call in ast.walk(text) if isinstance(text, ast.JoinedStr) else ():
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS:
                    yield f"{path.relative_to(app).as_posix()} line {call.lineno} translates inside an f-string"


def disagreements() -> list[str]:
    """Strings that two apps translate differently: Django would show one app's Japanese on the pages of both."""
    said: dict[tuple[str, str], dict[str, list[str]]] = {}
    for app in apps():
        for message in translated(app):
            texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
            if message.id and texts and all(texts):
                word = (_first(message.id), message.context or "")
                said.setdefault(word, {}).setdefault(" / ".join(texts), []).append(app.name)
    return [
        f"{word!r}{f' ({context})' if context else ''} has two meanings: "
        + "; ".join(f"{text!r} in {', '.join(names)}" for text, names in texts_of.items())
        for (word, context), texts_of in said.items()
        if len(texts_of) > 1
    ]


def _first(identity: str | list[str] | tuple[str, ...]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def _places(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|\{\w*\}", text))


def gather(names: tuple[str, ...] = ()) -> None:
    """Bring each app's .po up to date, keep its translations, and compile it."""
    for app in apps(names):
        wanted, known = strings_of(app), translated(app)
        if not len(wanted):
            continue
        for message in wanted:
            has = known.get(_first(message.id), message.context) if message.id else None
            if has is not None:
                message.string = has.string
        path = po_path(app)
        path.parent.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        write_po(buffer, wanted, width=120, sort_output=True, omit_header=True, include_lineno=False)
        path.write_bytes(HEADER.encode() + buffer.getvalue())
        path.with_suffix(".mo").write_bytes(compiled(translated(app)))


def main() -> int:
    """Gather and compile unless only asked to check; exit code 1 when something is missing."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
    names = tuple(each for each in sys.argv[1:] if not each.startswith("--"))
    if "--check" not in sys.argv:
        gather(names)
    trouble = problems(names) + disagreements()
    print("\n".join(trouble) or "Every string has its Japanese.")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
