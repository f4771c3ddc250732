"""Comments on KPIs: who writes and reads them, whom they tell, and where they are never shown."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.server.cockpit.test_screens import make
from tests.server.kpis.test_restricted import program, restrict

from keiki.cli.main import run
from keiki.server.accounts import actions as accounts
from keiki.server.accounts.models import Membership
from keiki.server.accounts.rules import Onlooker
from keiki.server.audit.models import Entry
from keiki.server.jobs.actions import KINDS
from keiki.server.jobs.models import Run
from keiki.server.kpis import queries
from keiki.server.kpis.actions import comments as actions
from keiki.server.kpis.models import LONGEST_COMMENT, Comment, Notice
from keiki.server.reports.actions import send_notices, stop_token

KPI = "order_revenue"
OCTOBER = {"grain": "month", "day": "2026-10-01"}


def address(cast: Any, page: str, **ids: Any) -> str:
    return reverse(page, kwargs={"business": cast.business.id, **ids})


def say(cast: Any, browser_of: Any, text: str, who: str = "viewer", kpi: str = KPI, **more: Any) -> Any:
    browser = browser_of(getattr(cast, who))
    return browser.post(address(cast, "kpis:write_comment", kpi=kpi), OCTOBER | {"text": text} | more, follow=True)


def told(cast: Any, who: str) -> list[tuple[str, str]]:
    found = queries.notices(getattr(cast, who), cast.business)
    return [(each.why, each.comment.text) for each in found]


@pytest.mark.feature("F-210")
def test_comment_is_shown_with_author_and_time_and_a_mention_creates_a_notification(shop: Any, browser_of: Any) -> None:
    before = timezone.now()
    shown = say(shop, browser_of, "Half the team was away. @Emi, what did you see?")
    comment = Comment.objects.get()
    (thread,) = shown.context["page"].talk.threads
    assert (thread.first.who, thread.period) == ("Vera", "Oct 2026")
    assert before <= thread.first.at <= timezone.now()
    words = shown.content.decode()
    at = timezone.localtime(comment.made_at, ZoneInfo(shop.business.zone)).isoformat()
    assert f'<time datetime="{at}">' in words
    assert '<b class="named">@Emi</b>' in words
    assert "Emi will find it under Notices." in words

    inbox = browser_of(shop.editor).get(address(shop, "inbox:inbox"))
    (line,) = inbox.context["page"].lines
    assert (line.why, line.title, line.beside, line.who) == ("You were mentioned", "Order revenue", "Oct 2026", "Vera")
    assert line.unread
    assert inbox.context["shell"].unread == 1
    assert [told(shop, who) for who in ("owner", "viewer")] == [[], []]


def test_notice_is_read_when_it_is_opened_and_comments_can_be_kept_from_the_inbox(shop: Any, browser_of: Any) -> None:
    say(shop, browser_of, "@Emi one", "viewer")
    say(shop, browser_of, "@Emi two", "viewer")
    browser, inbox = browser_of(shop.editor), address(shop, "inbox:inbox")
    two, one = browser.get(inbox).context["page"].lines
    read = address(shop, "inbox:read")
    opened = browser.post(read, {"kind": "comment", "number": two.number, "open": "1"})
    assert opened["Location"] == f"{address(shop, 'kpis:kpi', kpi=KPI)}#comment-{Comment.objects.latest('pk').pk}"
    assert browser.get(inbox).context["shell"].unread == 1
    others = {"kind": "comment", "number": one.number}
    assert [browser_of(shop.owner).post(read, others).status_code, browser.post(read, {"kind": "x"}).status_code] == [
        404,
        404,
    ]
    assert browser.post(read, others)["Location"] == inbox
    assert [line.unread for line in browser.get(inbox).context["page"].lines] == [False, False]
    say(shop, browser_of, "@Emi three", "viewer")
    browser.post(address(shop, "inbox:choose"), {"kind": "named", "channel": "here", "wanted": "0"})
    quiet = browser.get(inbox).context
    assert (quiet["page"].lines, quiet["shell"].unread) == ((), 0)


def test_frame_asks_once_how_much_is_not_read(shop: Any, browser_of: Any) -> None:
    browser, settings = browser_of(shop.editor), address(shop, "accounts:settings")
    with CaptureQueriesContext(connection) as asked:
        browser.get(settings)
    assert sum("kpis_notice" in each["sql"] or "inbox_quiet" in each["sql"] for each in asked.captured_queries) == 1


def test_replies_stand_in_one_flat_thread_and_tell_whoever_began_it(shop: Any, browser_of: Any) -> None:
    say(shop, browser_of, "Why so low?", "viewer")
    first = Comment.objects.get()
    say(shop, browser_of, "The price went up", "editor", answers=first.pk, day="2026-05-01")
    second = Comment.objects.exclude(pk=first.pk).get()
    page = say(shop, browser_of, "In May already", "owner", answers=second.pk).context["page"]
    (thread,) = page.talk.threads
    assert [line.text for line in thread.answers] == ["The price went up", "In May already"]
    assert {each.day for each in Comment.objects.all()} == {date(2026, 10, 1)}, "an answer is about the same period"
    assert told(shop, "viewer") == [("answered", "In May already"), ("answered", "The price went up")]
    assert page.talk.count == 3


def test_author_changes_and_takes_back_and_the_audit_log_keeps_the_words(shop: Any, browser_of: Any) -> None:
    say(shop, browser_of, "Ask @Emi", "viewer")
    comment = Comment.objects.get()
    change = address(shop, "kpis:change_comment", comment=comment.pk)
    back = address(shop, "kpis:take_back_comment", comment=comment.pk)
    assert [browser_of(shop.editor).post(url, {"text": "no"}).status_code for url in (change, back)] == [403, 403]
    page = browser_of(shop.viewer).post(change, {"text": "Ask @Olivia"}, follow=True).context["page"]
    assert page.talk.threads[0].first.changed
    assert (told(shop, "editor"), told(shop, "owner")) == ([], [("mentioned", "Ask @Olivia")])
    say(shop, browser_of, "I did", "editor", answers=comment.pk)
    shown = browser_of(shop.viewer).post(back, follow=True)
    (thread,) = shown.context["page"].talk.threads
    assert (thread.first.deleted, thread.first.text, thread.answers[0].text) == (True, "", "I did")
    assert told(shop, "owner") == []
    reply = say(shop, browser_of, "Thanks", "owner", answers=thread.answered).context["page"].talk
    assert [line.text for line in reply.threads[0].answers] == ["I did", "Thanks"]
    kept = Entry.objects.filter(target=f"comment:{comment.pk}").order_by("pk").values_list("action", "old", "new")
    assert [(action, old.get("text"), new.get("text")) for action, old, new in kept] == [
        ("kpis.write_comment", None, "Ask @Emi"),
        ("kpis.change_comment", "Ask @Emi", "Ask @Olivia"),
        ("kpis.take_back_comment", "Ask @Olivia", None),
    ]
    assert browser_of(shop.viewer).post(change, {"text": "again"}).status_code == 404


def test_owner_may_take_back_what_others_said_but_not_change_it(shop: Any, browser_of: Any) -> None:
    say(shop, browser_of, "Not for here", "editor")
    ids = {"comment": Comment.objects.get().pk}
    assert browser_of(shop.owner).post(address(shop, "kpis:change_comment", **ids), {"text": "x"}).status_code == 403
    assert browser_of(shop.owner).post(address(shop, "kpis:take_back_comment", **ids)).status_code == 302
    assert queries.threads(shop.owner, shop.business, KPI) == ()


def test_whoever_may_not_see_the_kpi_reads_nothing_and_is_not_told_and_the_author_hears_so(
    own_shop: Any, browser_of: Any
) -> None:
    say(own_shop, browser_of, "@Vera see this", "editor")
    assert told(own_shop, "viewer") == [("mentioned", "@Vera see this")]
    assert restrict(own_shop, browser_of, kpi=KPI) == 302
    assert told(own_shop, "viewer") == [], "closed since: the notice is gone"
    assert browser_of(own_shop.viewer).get(address(own_shop, "inbox:inbox")).context["page"].lines == ()
    shown = say(own_shop, browser_of, "@Vera and @Olivia", "editor")
    words = shown.content.decode()
    assert "Vera may not see this KPI, so nobody tells them. The comment was kept." in words
    assert "Olivia will find it under Notices." in words
    assert (len(told(own_shop, "owner")), told(own_shop, "viewer")) == (1, [])
    comment = Comment.objects.latest("pk")
    refused = [
        say(own_shop, browser_of, "let me in").status_code,
        say(own_shop, browser_of, "let me in", answers=comment.pk).status_code,
        browser_of(own_shop.viewer)
        .post(address(own_shop, "kpis:change_comment", comment=comment.pk), {"text": "x"})
        .status_code,
        program(own_shop, "viewer").get(f"/api/v1/businesses/tea-shop/kpis/{KPI}/comments").status_code,
    ]
    assert refused == [404, 404, 404, 404]


def test_mention_of_somebody_limited_to_another_department_does_not_tell_them(shop: Any, browser_of: Any) -> None:
    membership = shop.membership("editor")
    accounts.limit_member(shop.owner, membership, ["inside_sales"])
    words = say(shop, browser_of, "@Emi @Vera", "viewer", kpi="aov").content.decode()
    assert "Emi may not see this KPI" in words
    assert not Notice.objects.exists(), "and nobody is told of what they said themselves"


def test_name_of_several_members_tells_nobody_and_says_so(shop: Any, browser_of: Any) -> None:
    shop.owner.name, shop.editor.name = "Sato Olivia", "Sato Emi"
    shop.owner.save()
    shop.editor.save()
    words = say(shop, browser_of, "@Sato please").content.decode()
    assert "Several members are called @Sato, so none of them is told." in words
    assert not Notice.objects.exists()
    say(shop, browser_of, "@sato emi please")
    assert (len(told(shop, "editor")), told(shop, "owner")) == (1, [])


def test_what_was_typed_is_plain_text_with_safe_links(shop: Any, browser_of: Any) -> None:
    text = "<script>alert(1)</script> [x](javascript:alert(1)) see https://example.jp/a?b=1&c=2\nand more"
    words = say(shop, browser_of, text).content.decode()
    assert "<script>alert(1)" not in words
    assert '<a href="https://example.jp/a?b=1&amp;c=2" rel="nofollow">https://example.jp/a?b=1&amp;c=2</a>' in words
    assert 'href="javascript' not in words


@pytest.mark.parametrize(
    ("text", "error"),
    [("   ", "Please fill this in."), ("x" * (LONGEST_COMMENT + 1), "Ensure this value has at most 2000")],
    ids=["nothing", "too long"],
)
def test_form_keeps_what_was_typed(shop: Any, browser_of: Any, text: str, error: str) -> None:
    shown = say(shop, browser_of, text, "editor")
    assert shown.status_code == 422
    assert (shown.context["page"].talk.typed.text, shown.context["page"].talk.typed.at) == (text, "new")
    assert error in shown.content.decode()
    assert not Comment.objects.exists()


def test_comment_about_what_no_form_offers_is_refused(shop: Any, browser_of: Any) -> None:
    say(shop, browser_of, "Elsewhere", "editor", kpi="aov")
    wrong: tuple[dict[str, Any], ...] = (
        {"grain": "century"},
        {"day": "soon"},
        {"where": "channel = 'any'"},
        {"answers": Comment.objects.get().pk},
        {"answers": 10**12},
    )
    assert [say(shop, browser_of, "x", "editor", **each).status_code for each in wrong] == [404] * len(wrong)
    assert Comment.objects.count() == 1


def test_cards_panels_and_nodes_carry_a_small_count_for_their_period_and_no_link_does(
    shop: Any, browser_of: Any
) -> None:
    say(shop, browser_of, "A word", "editor")
    browser = browser_of(shop.viewer)
    tree = browser.get(address(shop, "cockpit:tree", tree="simple_orders") + "?open=all&grain=month&on=2026-10-01")
    said = {card.id: card.said for card in tree.context["page"].cards}
    assert {name for name, count in said.items() if count} == {"revenue"}
    year = browser.get(address(shop, "cockpit:tree", tree="simple_orders") + "?open=all&grain=year&on=2026-10-01")
    assert {card.said for card in year.context["page"].cards if card.id == "revenue"} == {1}
    other = browser.get(address(shop, "cockpit:tree", tree="simple_orders") + "?open=all&grain=month&on=2026-09-01")
    assert {card.said for card in other.context["page"].cards} == {0}
    node = browser.get(address(shop, "cockpit:node", tree="simple_orders", node="revenue"))
    assert [each.first.text for each in node.context["page"].talk.threads] == ["A word"]
    asked = "?tree=simple_orders&grain=month&on=2026-10-01"
    today = browser.get(address(shop, "cockpit:today") + asked).context["page"]
    assert sum(card.said for card in today.headlines) == 1
    board = address(shop, "cockpit:dashboard", name="executive") + asked
    panels = [panel for part in browser.get(board).context["page"].sections for panel in part.panels]
    assert {panel.said for panel in panels if panel.spec.kind == "number" and panel.title == "Order revenue"} == {1}
    file = browser.get(f"{board}&file=page")
    assert "A word" not in file.content.decode()
    assert 'class="said"' not in file.content.decode()
    shared = Client().get(make(shop, browser_of, kind="share", dashboards=["executive"]))
    assert "Order revenue" in shared.content.decode()
    assert "A word" not in shared.content.decode()
    assert {panel.said for part in shared.context["page"].sections for panel in part.panels} == {0}
    assert queries.threads(Onlooker(shop.owner), shop.business, KPI) == ()


def test_program_reads_and_writes_comments_with_the_rights_of_its_person(shop: Any) -> None:
    root = f"/api/v1/businesses/tea-shop/kpis/{KPI}/comments"
    reader = program(shop, "viewer")
    body = json.dumps({"text": "@Emi look", "when": "2026-W44"})
    refused = reader.post(root, body, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]) == (403, "token_only_reads")
    token = accounts.make_api_token(shop.viewer, shop.business, "talks", "write", None)
    writer = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})
    made = writer.post(root, body, content_type="application/json")
    assert made.status_code == 201
    comment = made.json()["comment"]
    assert (comment["grain"], comment["day"], comment["author"]) == ("week", "2026-10-26", "Vera")
    assert made.json()["told"] == ["Emi"]
    answer = writer.post(
        root, json.dumps({"text": "me too", "answers": comment["id"]}), content_type="application/json"
    )
    assert answer.json()["comment"]["answers"] == comment["id"]
    assert [each["text"] for each in reader.get(root).json()] == ["@Emi look", "me too"]
    notices = program(shop, "editor").get("/api/v1/businesses/tea-shop/notices?unread=true").json()
    assert [(each["why"], each["comment"]["text"]) for each in notices] == [("mentioned", "@Emi look")]
    wrong = {"when": "2026-08..2026-10"}, {"answers": 10**12}, {"text": " "}
    found = [
        writer.post(root, json.dumps({"text": "x"} | each), content_type="application/json").status_code
        for each in wrong
    ]
    assert found == [422, 422, 422]


def test_command_line_reads_and_writes_comments_as_a_member(shop: Any, capsys: Any) -> None:
    person = ["--as", "vera@example.jp"]
    assert run(["comments", "write", "tea-shop", KPI, "@Emi look", "--period", "2026-10", *person]) == 0
    assert "Emi" in capsys.readouterr().out
    assert run(["comments", "list", "tea-shop", KPI, *person]) == 0
    assert "@Emi look" in capsys.readouterr().out
    assert run(["comments", "list", "tea-shop", KPI, "--json", *person]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert (line["text"], line["day"], line["author"]) == ("@Emi look", "2026-10-01", "Vera")
    assert run(["comments", "write", "tea-shop", KPI, "  ", *person]) == 2
    assert "1 to 2000" in capsys.readouterr().err.replace("2,000", "2000")
    assert run(["comments", "list", "tea-shop", KPI, "--as", "otto@example.jp"]) == 2
    assert run(["comments", "list", "tea-shop", "no_such_kpi", *person]) == 2
    assert Comment.objects.count() == 1


def test_mention_goes_by_mail_once_where_mail_is_set_up_and_the_person_wants_it(
    shop: Any, browser_of: Any, settings: Any
) -> None:
    say(shop, browser_of, "@Emi @Olivia please look", "viewer")
    assert Run.objects.filter(kind=actions.NOTICES_JOB).count() == 1
    assert KINDS[actions.NOTICES_JOB].every == timedelta(minutes=10)
    now = timezone.now()
    assert send_notices(now) == {"sent": 0, "failed": 0}, "no mail server is set up"
    settings.EMAIL_CONFIGURED = True
    stop = reverse("reports:stop", kwargs={"token": stop_token(shop.owner, shop.business, "named")})
    assert Client().post(stop).status_code == 200
    assert send_notices(now + timedelta(days=2)) == {"sent": 0, "failed": 0}, "too old to be news"
    assert send_notices(now) == {"sent": 1, "failed": 0}
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["emi@example.jp"], "1 comment for you: Tea shop")
    for part in (message.body, message.alternatives[0][0]):
        assert "@Emi @Olivia please look" in part
        assert "Order revenue" in part
        assert "Vera" in part
        assert f"#comment-{Comment.objects.get().pk}" in part
    assert send_notices(now) == {"sent": 0, "failed": 0}


def test_mail_of_a_comment_that_could_not_be_sent_goes_out_the_next_time(
    shop: Any, browser_of: Any, settings: Any, monkeypatch: Any
) -> None:
    settings.EMAIL_CONFIGURED = True
    say(shop, browser_of, "@Emi", "viewer")

    def refuse(_self: Any, fail_silently: bool = False) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        assert send_notices(timezone.now()) == {"sent": 0, "failed": 1}
    assert send_notices(timezone.now()) == {"sent": 1, "failed": 0}


def test_page_asks_as_often_for_many_comments_as_for_one(shop: Any, browser_of: Any) -> None:
    browser, counts = browser_of(shop.viewer), []
    for who in (("editor",), ("owner", "editor", "viewer")):
        for each in who:
            say(shop, browser_of, "a word", each)
        browser.get(address(shop, "kpis:kpi", kpi=KPI))
        with CaptureQueriesContext(connection) as asked:
            browser.get(address(shop, "kpis:kpi", kpi=KPI))
            counts.append(len(asked.captured_queries))
    assert counts[0] == counts[1]


def test_person_who_has_left_is_told_nothing_and_their_words_stay(shop: Any, browser_of: Any) -> None:
    say(shop, browser_of, "Goodbye", "editor")
    Membership.objects.filter(user=shop.editor).delete()
    shown = say(shop, browser_of, "@Emi come back", "viewer", answers=Comment.objects.get().pk)
    assert not Notice.objects.exists()
    shop.editor.delete()
    again = browser_of(shop.viewer).get(address(shop, "kpis:kpi", kpi=KPI))
    assert shown.status_code == again.status_code == 200
    assert "Somebody who has left" in again.content.decode()
