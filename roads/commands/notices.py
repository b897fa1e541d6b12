"""Letters from the command line of the server: who else is written to, which programs are told, and what came back."""

import sys
from datetime import UTC
from typing import Annotated

import typer

from roads.commands.bounces import token_in
from roads.commands.running import IN_ENGLISH, Language, one_clear_line, surroundings
from roads.db import Role, transaction
from roads.domain.actors import OPERATOR
from roads.domain.notices import NoticeKind
from roads.i18n import say
from roads.usecases.notices import record_bounce
from roads.usecases.webhooks import MakeWebhook, StateAddress, make_webhook, state_address

app = typer.Typer()
EXIT_NO_BOUNCE = 1

Bin = Annotated[str, typer.Argument(help="BIN of the organisation")]


@app.command("state-address")
@one_clear_line
def address(
    number: Bin,
    email: Annotated[str, typer.Argument(help="where the organisation itself is written to")],
    speaks: Annotated[str, typer.Option("--speaks", help="kk, ru or en: the language of letters")] = "kk",
    ended: Annotated[bool, typer.Option("--ended", help="it is written to no more")] = False,
    language: Language = IN_ENGLISH,
) -> None:
    """Have an organisation's own address written to, beside its people."""
    with surroundings() as here, transaction(here.engine, Role.OWNER) as session:
        state_address(session, OPERATOR, StateAddress(number, email, speaks, not ended))
    print(say("command.address_stated", language, {"email": email, "organisation": number}))  # noqa: T201


@app.command("make-webhook")
@one_clear_line
def webhook(
    number: Bin,
    url: Annotated[str, typer.Argument(help="the https address of the program")],
    kind: Annotated[
        list[NoticeKind] | None, typer.Option("--kind", help="what it wants to hear; all by default")
    ] = None,
    language: Language = IN_ENGLISH,
) -> None:
    """Have a program of an organisation told what its people are written; prints the secret, this once."""
    with surroundings() as here, transaction(here.engine, Role.OWNER) as session:
        local = here.settings.webhooks_to_private
        made = make_webhook(session, OPERATOR, MakeWebhook(number, url, kind or (), may_be_local=local))
    print(say("command.webhook_made", language, {"id": made.id}), file=sys.stderr)  # noqa: T201
    print(made.secret)  # noqa: T201


@app.command("read-bounce")
@one_clear_line
def read_bounce(language: Language = IN_ENGLISH) -> None:
    """Read a mail that came back from standard input, as a mail server pipes it, and mark its notice.

    Exit code 1 where it is no bounce of ours: a mail server then keeps it for a person.
    """
    found = token_in(sys.stdin.buffer.read())
    if found is None:
        print(say("command.no_bounce", language), file=sys.stderr)  # noqa: T201
        raise typer.Exit(EXIT_NO_BOUNCE)
    with surroundings() as here, transaction(here.engine) as session:
        notice = record_bounce(session, OPERATOR, found.token, found.reply, now=here.now.astimezone(UTC))
    print(say("command.bounce_read", language, {"id": notice}))  # noqa: T201
