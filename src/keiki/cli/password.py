"""`keiki password`: a link for somebody who cannot sign in, where no e-mail can be sent."""

from __future__ import annotations

from typing import Annotated

import typer

from keiki.cli.control_plane import control_plane
from keiki.cli.screen import tell
from keiki.cli.words import say
from keiki.errors import NoSuchPerson

HELP = say(
    "Make a one-time link with which a person chooses a fresh password.",
    "パスワードを決め直すための、1回だけ使えるリンクを作る。",
)


def password(
    email: Annotated[
        str, typer.Argument(help=say("The address the person signs in with.", "ログインに使うメールアドレス。"))
    ],
) -> None:
    """Print the path of the link; put the address of your Keiki in front."""
    path = control_plane().create_password_link(email)
    if path is None:
        raise NoSuchPerson(email=email)
    tell(path)
