"""Who has been erased: keyed digests of their ids, so that a later import does not bring them back.

A digest cannot be turned into the id, and without the key of the business, which lies in a file beside the lake, nobody
can try ids out.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from keiki.engine.connect import LAKE, LakeSettings, name, quoted
from keiki.engine.imports import Fetch
from keiki.errors import ErasureKeyMissing
from keiki.facts import FACTS
from keiki.facts.personal import Ids, ids_in

ERASED: Final = f"{LAKE}.keiki.erased"
KEY: Final = Path("erasures.key")
"""In the folder of the business, readable by its owner only; a backup holds it."""
BLOCK: Final = 64
REASON: Final = "erased"


def key_file(settings: LakeSettings) -> Path:
    """Where the key of a business lies."""
    return settings.folder / KEY


def make_key(settings: LakeSettings) -> None:
    """Make the key of a business, once."""
    try:
        handle = os.open(key_file(settings), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(BLOCK))
        file.flush()
        os.fsync(file.fileno())


def mark(key: bytes, kind: Ids, was: str) -> str:
    """The digest of an id of a kind: HMAC-SHA256, hexadecimal."""
    return hmac.new(key, f"{kind}:{was}".encode(), hashlib.sha256).hexdigest()


def mark_sql(key: bytes, kind: Ids, column: str) -> str:
    """The same digest of a column, as SQL of DuckDB, which knows SHA-256 only."""
    padded = key.ljust(BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in padded).hex() for pad in (0x36, 0x5C))
    told = f"unhex('{inner}') || encode({quoted(f'{kind}:')} || {column})"
    return f"sha256(unhex('{outer}') || unhex(sha256({told})))"


def is_marked(fetch: Fetch, settings: LakeSettings, was: str) -> bool:
    """Whether the customer of an id has been erased."""
    if not _anybody(fetch):
        return False
    digest = mark(_key(settings), Ids.PERSON, was)
    return bool(fetch(f"SELECT 1 FROM {ERASED} WHERE mark = {quoted(digest)}"))


def write_marks(fetch: Fetch, settings: LakeSettings, identity: str) -> None:
    """Keep the digests of the ids of a table with `kind` and `was`, inside the running transaction."""
    key = _key(settings)
    fetch(f"CREATE TABLE IF NOT EXISTS {ERASED} (mark VARCHAR)")
    digests = " UNION ALL ".join(
        f"SELECT {mark_sql(key, kind, 'was')} AS mark FROM {identity} WHERE kind = {quoted(kind)}" for kind in Ids
    )
    fetch(f"INSERT INTO {ERASED} SELECT mark FROM ({digests}) WHERE mark NOT IN (SELECT mark FROM {ERASED})")


def kept_out(fetch: Fetch, settings: LakeSettings, fact: str, columns: Iterable[str], rows: str) -> str:
    """SQL of arriving rows in which those of an erased person are refused, without a word of what they held."""
    there = {column: kind for column, kind in ids_in(FACTS[fact]).items() if column in set(columns)}
    if not there or not _anybody(fetch):
        return f"SELECT * FROM {rows}"
    key = _key(settings)
    cases = " ".join(
        f"""WHEN {name(column)} IS NOT NULL AND {mark_sql(key, kind, name(column))} IN (SELECT mark FROM {ERASED})
        THEN [{{'column': {quoted(column)}, 'value': NULL::VARCHAR, 'reason': {quoted(REASON)}}}]"""
        for column, kind in there.items()
    )
    return f"SELECT * REPLACE (CASE {cases} ELSE _problems END AS _problems) FROM {rows}"


def _anybody(fetch: Fetch) -> bool:
    found = "SELECT 1 FROM duckdb_tables() WHERE"
    return bool(fetch(f"{found} database_name = '{LAKE}' AND schema_name = 'keiki' AND table_name = 'erased'"))


def _key(settings: LakeSettings) -> bytes:
    try:
        return key_file(settings).read_bytes()
    except FileNotFoundError as error:
        raise ErasureKeyMissing(path=key_file(settings)) from error
