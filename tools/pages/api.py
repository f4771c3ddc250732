"""docs/reference/api.md and api.ja.md: every operation of the REST API, from its OpenAPI document."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tools.pages.markdown import page, table

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "The REST API",
        "lead": "All addresses begin with the address of Keiki. A program sends a token "
        "(Settings, Tokens for programs) in the header `Authorization: Bearer keiki_…`. A name that is not listed here "
        "is refused. Errors have a status of 4xx or 5xx and the fields `error` (one word), `message` (what was wrong, "
        "what was kept, what to do), `id` and `fields`. The OpenAPI document is at `/api/v1/openapi.json` for people "
        "who are signed in.",
        "sent": "Sent",
        "answer": "Answer {status}",
        "head": ("name", "kind", "needed", "meaning"),
        "answered": ("name", "kind", "meaning"),
        "yes": "yes",
    },
    "ja": {
        "title": "REST API",
        "lead": "アドレスはすべて Keiki のアドレスから始まります。プログラムは、設定の「プログラム用トークン」で"
        "作成したトークンをヘッダー `Authorization: Bearer keiki_…` で送ります。ここにない名前は受け付けません。"
        "エラーのときは 4xx か 5xx を返し、`error`（エラーの種類）、`message`（何が起きたか、何が残ったか、"
        "どうすればよいか）、`id`、`fields` が入ります。"
        "OpenAPI の文書は、ログイン中の人が `/api/v1/openapi.json` で見られます。",
        "sent": "送るもの",
        "answer": "応答 {status}",
        "head": ("名前", "型", "必須", "意味"),
        "answered": ("名前", "型", "意味"),
        "yes": "必須",
    },
}


def pages(root: Path) -> dict[str, str]:
    """Both pages by file name; the server is asked in a process of its own, since it needs settings and a home."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "KEIKI_HOME": home, "DJANGO_SETTINGS_MODULE": "keiki.server.site.settings"}
        command = [sys.executable, "-m", "tools.pages.api"]
        answer = subprocess.run(command, env=environment, cwd=root, check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(answer.stdout)
    return {"api.md": _page("en", told["en"]), "api.ja.md": _page("ja", told["ja"])}


def _page(language: str, operations: list[dict[str, Any]]) -> str:
    words = WORDS[language]
    sections = []
    for one in operations:
        text = f"## {one['summary']}\n\n`{one['method']} {one['path']}`\n"
        if one["fields"]:
            rows = [
                [f"`{f['name']}`" if f["name"] else "", f["kind"], words["yes"] if f["required"] else "", f["about"]]
                for f in one["fields"]
            ]
            text += f"\n{words['sent']}\n\n{table(words['head'], rows)}"
        rows = [[f"`{f['name']}`", f["kind"], f["about"]] for f in one["answer"]]
        text += f"\n{words['answer'].format(status=one['status'])}\n\n{table(words['answered'], rows)}"
        sections.append(text)
    return page(words["title"], words["lead"], *sections)


def describe() -> dict[str, list[dict[str, Any]]]:
    """Every operation as plain data, in both languages."""
    import django
    from django.utils.translation import override

    django.setup()
    from keiki.server.site.api_pages import document, operations

    told = {}
    for language in WORDS:
        with override(language):
            told[language] = [asdict(one) for one in operations(document())]
    return told


if __name__ == "__main__":
    print(json.dumps(describe(), ensure_ascii=False))
