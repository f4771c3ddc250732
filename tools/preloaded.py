"""What a command of the guides finds loaded when it begins: the large packages, and the catalogue as it comes.

Of the command line nothing: its words are those of the reader's language.
"""

import ibis.backends.duckdb
import ibis.formats.pandas
import ibis.formats.pyarrow
import pyarrow.parquet
import rich.console
import rich.markdown
import typer._adapters
import typer.rich_utils

import keiki.charts.format
import keiki.engine.backup
import keiki.engine.business
from keiki.catalogue.load import builtin
from keiki.measures.load import load_measures

__all__ = ["ibis", "keiki", "pyarrow", "rich", "typer"]
load_measures()
builtin()
