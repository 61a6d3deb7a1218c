"""The member's pages in a real browser: few taps, a bad connection, one effect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import func, select

from registry.audit.services import Actor
from registry.channels.models import Channel
from registry.db import db, unit_of_work
from registry.members.models import MemberState
from registry.members.states import change_state
from registry.messages import ledger, review
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.portal.door_views import queue_of
from registry.portal.services import issue, revoke
from tests import cast, story
from tests.browser.conftest import SignIn, Watch, faults_of, overflow_of

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
KEPT = """async () => {
  const open = indexedDB.open("sang-forms", 1);
  const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const all = db.transaction("forms").objectStore("forms").getAll();
  const rows = await new Promise((done) => { all.onsuccess = () => done(all.result); });
  db.close();
  return rows.map((row) => ({ member: row.member, path: row.path,
    fields: row.fields.map(([name, value]) => [name, value.name || value]) }));
}"""
PHONE = {"width": 360, "height": 780}


@pytest.fixture
def token(app: Flask) -> str:
    with app.app_context(), unit_of_work():
        story.published()
        return issue(Actor.system(), cast.member("malee50"))


@pytest.fixture
def member(page: Page, watch: Watch, token: str) -> Page:
    """The member's page of the message, on a phone."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"/m/{token}/")
    return page


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(story.png(40, 30))
    return path


def _count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


class Taps:
    """Counts what the member taps, from the list of messages on."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def tap(self, text: str, role: str = "button") -> None:
        """One tap on a button or link that is seen."""
        place = self.page.locator("main")
        found = (
            place.get_by_text(text, exact=True)
            if role == "text"
            else place.get_by_role(
                role,
                name=text,
                exact=True,  # type: ignore[arg-type]
            )
        )
        found.first.click()
        self.count += 1


def _open(page: Page) -> Taps:
    taps = Taps(page)
    page.locator(".message-card").click()
    taps.count += 1
    return taps


def test_received_and_not_passing_on_in_two_taps(app: Flask, member: Page) -> None:
    taps = _open(member)
    taps.tap("ได้รับข้อมูลแล้ว")
    expect(member.locator(".alert-success")).to_be_visible()
    assert taps.count == 2
    taps.tap("ขอไม่เผยแพร่ต่อ")
    expect(member.locator("form[action$='/declined']")).to_have_count(0)
    assert taps.count == 3
    with app.app_context():
        row = db.session.scalars(
            select(Recipient).where(Recipient.member_id == cast.member("malee50").id)
        ).one()
        assert row.received_via == "link"
        assert row.declined_at is not None


def test_passed_on_in_three_taps(app: Flask, member: Page) -> None:
    taps = _open(member)
    taps.tap("เผยแพร่ต่อแล้ว", "text")
    taps.tap("ส่ง")
    expect(member.locator(".alert-success")).to_be_visible()
    assert taps.count == 3
    assert _count(app, Dissemination) == 1


def test_a_question_in_three_taps(app: Flask, member: Page) -> None:
    taps = _open(member)
    taps.tap("มีคำถาม", "text")
    member.locator("#text").fill("ใช้ทรายอะเบทได้ไหม")
    member.locator("details[open] button").click()
    taps.count += 1
    expect(member.locator(".alert-success")).to_be_visible()
    assert taps.count == 3
    assert _count(app, Question) == 1


def test_a_new_channel_right_there(app: Flask, member: Page) -> None:
    _open(member).tap("เผยแพร่ต่อแล้ว", "text")
    expect(member.locator("#new_name")).to_be_hidden()
    member.locator("#channel-new").check()
    member.locator("#new_name").fill("กลุ่มแม่บ้าน")
    member.locator("#audience").fill("45")
    member.locator("details[open] .btn-success >> text=ส่ง").last.click()
    expect(member.locator(".alert-success")).to_be_visible()
    with app.app_context():
        row = db.session.scalars(select(Channel).where(Channel.name == "กลุ่มแม่บ้าน")).one()
        assert row.member_id == cast.member("malee50").id


def _cut_off(page: Page) -> None:
    """Take the line away once the page has all that belongs to it."""
    page.wait_for_load_state()
    page.context.set_offline(True)


def _fill_report(page: Page, photo: Path) -> None:
    page.locator(".message-card").click()
    page.get_by_text("เผยแพร่ต่อแล้ว", exact=True).first.click()
    page.locator("#audience").fill("60")
    page.locator("#picture").set_input_files(photo)


def _send(page: Page) -> None:
    page.locator("form[enctype] button").click()


def test_a_report_with_a_picture_waits_for_the_connection(
    app: Flask, context: BrowserContext, member: Page, token: str, photo: Path
) -> None:
    _fill_report(member, photo)
    _cut_off(member)
    _send(member)
    waiting = member.locator("#waiting")
    expect(waiting).to_contain_text("รอส่ง")
    expect(waiting).to_contain_text("photo.png")
    expect(waiting.locator("[data-send]")).to_be_visible()
    kept = member.evaluate(KEPT)
    with app.app_context():
        assert [row["member"] for row in kept] == [queue_of(cast.member("malee50").id)]
    assert token.split(".")[1] not in str(kept)
    assert "csrf_token" not in str(kept)
    assert _count(app, Dissemination) == 0
    context.set_offline(False)
    expect(waiting).to_contain_text("ส่งแล้ว")
    expect(waiting.locator("li")).to_have_count(0)
    assert member.evaluate(KEPT) == []
    with app.app_context():
        row = db.session.scalars(select(Dissemination)).one()
        assert (row.audience_reported, row.source) == (60, "link")
        assert row.evidence is not None


def test_a_report_with_a_date_waits_for_the_connection(
    app: Flask, context: BrowserContext, member: Page, photo: Path
) -> None:
    _fill_report(member, photo)
    member.locator("#on").fill("12/6/2569")
    _cut_off(member)
    _send(member)
    expect(member.locator("#waiting li")).to_have_count(1)
    context.set_offline(False)
    expect(member.locator("#waiting")).to_contain_text("ส่งแล้ว")
    with app.app_context():
        row = db.session.scalars(select(Dissemination)).one()
        assert (row.on, row.time_known, row.audience_reported) == (date(2026, 6, 12), False, 60)


def test_what_waits_survives_a_reload_and_a_new_session(
    app: Flask, context: BrowserContext, member: Page, watch: Watch
) -> None:
    member.locator(".portal-nav a").nth(1).click()
    member.locator("#text").fill("น้ำเข้าหมู่บ้าน")
    _cut_off(member)
    member.locator("main form button").click()
    expect(member.locator("#waiting")).to_contain_text("น้ำเข้าหมู่บ้าน")
    expect(member.locator("#text")).to_have_value("")
    member.locator("#text").fill("ถนนขาดแล้ว")
    member.locator("main form button").click()
    expect(member.locator("#waiting li")).to_have_count(2)
    context.clear_cookies()
    context.set_offline(False)
    expect(member.locator("#waiting li")).to_have_count(0)
    with app.app_context():
        texts = set(db.session.scalars(select(MemberNews.text)))
        assert texts == {"น้ำเข้าหมู่บ้าน", "ถนนขาดแล้ว"}


LOSE_ONE_ANSWER = """const real = window.fetch;
window.fetch = async (...asked) => {
  const answer = await real(...asked);
  if (!String(asked[0]).endsWith("/passed-on") || sessionStorage.lost) return answer;
  sessionStorage.lost = "yes";
  throw new TypeError("the answer was lost");
};"""


def test_a_lost_answer_makes_one_report(app: Flask, member: Page, photo: Path) -> None:
    member.add_init_script(LOSE_ONE_ANSWER)
    _fill_report(member, photo)
    _send(member)
    expect(member.locator("#waiting li")).to_have_count(1)
    assert _count(app, Dissemination) == 1
    member.reload()
    expect(member.locator("#waiting [data-said]")).to_have_text("ส่งแล้ว")
    expect(member.locator("#waiting li")).to_have_count(0)
    assert _count(app, Dissemination) == 1


def _refused(context: BrowserContext, page: Page, photo: Path) -> None:
    """A report that waited and that the server then does not take."""
    _fill_report(page, photo)
    page.locator("#link").fill("ไม่ใช่ลิงก์")
    _cut_off(page)
    _send(page)
    expect(page.locator("#waiting li")).to_have_count(1)
    context.set_offline(False)
    expect(page.locator("#waiting .field-error")).to_contain_text("ระบบไม่รับ")
    expect(page.locator("#waiting [data-said]")).to_be_empty()


def test_what_was_refused_is_mended_and_sent(
    app: Flask, context: BrowserContext, member: Page, watch: Watch, photo: Path
) -> None:
    _refused(context, member, photo)
    member.goto(member.url.split("/messages/")[0] + "/news")
    member.get_by_role("button", name="แก้ไขแล้วส่ง").click()
    expect(member.locator("#audience")).to_have_value("60")
    expect(member.locator("#link")).to_have_value("ไม่ใช่ลิงก์")
    assert member.locator("#picture").evaluate("input => input.files[0].name") == "photo.png"
    member.locator("#link").fill("https://example.org/post")
    _send(member)
    expect(member.locator(".alert-success")).to_be_visible()
    assert member.evaluate(KEPT) == []
    with app.app_context():
        row = db.session.scalars(select(Dissemination)).one()
        assert (row.audience_reported, row.link) == (60, "https://example.org/post")
        assert row.evidence is not None
    assert [fault for fault in watch.faults if "422" not in fault] == []
    watch.faults.clear()


def test_what_was_refused_is_thrown_away_only_after_a_question(
    app: Flask, context: BrowserContext, member: Page, watch: Watch, photo: Path
) -> None:
    _refused(context, member, photo)
    member.once("dialog", lambda dialog: dialog.dismiss())
    member.get_by_role("button", name="นำออก").click()
    assert len(member.evaluate(KEPT)) == 1
    member.once("dialog", lambda dialog: dialog.accept())
    member.get_by_role("button", name="นำออก").click()
    expect(member.locator("#waiting")).to_be_hidden()
    assert _count(app, Dissemination) == 0
    watch.faults.clear()


def test_a_number_that_is_none_does_not_wait(
    context: BrowserContext, member: Page, watch: Watch, photo: Path
) -> None:
    _fill_report(member, photo)
    member.locator("#audience").fill("หลายคน")
    _cut_off(member)
    _send(member)
    expect(member.locator("form[enctype] .alert-danger")).to_contain_text("เฉพาะตัวเลข")
    expect(member.locator("#audience")).to_have_value("หลายคน")
    assert member.evaluate(KEPT) == []
    context.set_offline(False)
    watch.faults.clear()


def test_the_page_shows_what_was_just_sent(
    context: BrowserContext, member: Page, watch: Watch
) -> None:
    member.locator(".message-card").click()
    expect(member.get_by_role("button", name="ได้รับข้อมูลแล้ว")).to_be_visible()
    _cut_off(member)
    member.get_by_role("button", name="ได้รับข้อมูลแล้ว").click()
    expect(member.locator("#waiting li")).to_have_count(1)
    context.set_offline(False)
    expect(member.locator("main .alert-success")).to_be_visible()
    expect(member.get_by_role("button", name="ได้รับข้อมูลแล้ว")).to_have_count(0)
    expect(member.locator("[data-copy]")).to_be_visible()


def test_a_form_to_mend_keeps_the_picture(
    app: Flask, member: Page, watch: Watch, photo: Path
) -> None:
    _fill_report(member, photo)
    member.locator("#audience").fill("หลายคน")
    _send(member)
    expect(member.locator(".field-error").first).to_be_visible()
    assert member.locator("#picture").evaluate("input => input.files[0].name") == "photo.png"
    expect(member.locator("[data-copy]")).to_be_visible()
    member.locator("#audience").fill("50")
    _send(member)
    expect(member.locator(".alert-success")).to_be_visible()
    with app.app_context():
        assert db.session.scalars(select(Dissemination)).one().evidence is not None
    assert [fault for fault in watch.faults if "422" not in fault] == []
    watch.faults.clear()


def test_what_was_handed_back_to_mend_is_not_wiped_by_what_was_sent_meanwhile(
    app: Flask, context: BrowserContext, member: Page, watch: Watch
) -> None:
    _open(member).tap("เผยแพร่ต่อแล้ว", "text")
    member.locator("#audience").fill("หลายคน")
    _send(member)
    expect(member.locator(".field-error").first).to_be_visible()
    _cut_off(member)
    member.get_by_role("button", name="ได้รับข้อมูลแล้ว").click()
    expect(member.locator("#waiting li")).to_have_count(1)
    context.set_offline(False)
    expect(member.locator("#waiting [data-said]")).to_have_text("ส่งแล้ว")
    expect(member.locator("#audience")).to_have_value("หลายคน")
    member.locator("#audience").fill("50")
    _cut_off(member)
    _send(member)
    expect(member.locator("#waiting li")).to_have_count(1)
    expect(member.locator("#audience")).to_have_value("")
    context.set_offline(False)
    expect(member.locator("#waiting li")).to_have_count(0)
    with app.app_context():
        assert db.session.scalars(select(Dissemination.audience_reported)).one() == 50
    assert [fault for fault in watch.faults if "422" not in fault] == []
    watch.faults.clear()


def _leave() -> None:
    day = to_bangkok_date(utc_now())
    change_state(Actor.system(), cast.member("malee50"), MemberState.LEFT, on=day, reason="ย้าย")


def _end_while_waiting(
    app: Flask, context: BrowserContext, member: Page, end: str, act: Callable[[], object]
) -> None:
    """A form waits on the phone; then its link ends, and the phone is told."""
    member.locator(".portal-nav a").nth(1).click()
    member.locator("#text").fill("ความลับของฉัน")
    _cut_off(member)
    member.locator("main form button").click()
    expect(member.locator("#waiting li")).to_have_count(1)
    with app.app_context(), unit_of_work():
        act()
    context.set_offline(False)
    expect(member.locator(f"[data-link-end={end}]")).to_be_visible()
    member.wait_for_timeout(300)


def test_what_waits_is_cleared_when_the_member_leaves(
    app: Flask, context: BrowserContext, member: Page, watch: Watch
) -> None:
    _end_while_waiting(app, context, member, "left", _leave)
    assert member.evaluate(KEPT) == []
    assert _count(app, MemberNews) == 0
    assert [fault for fault in watch.faults if "404" not in fault] == []
    watch.faults.clear()


def test_what_waits_goes_out_with_the_members_next_link(
    app: Flask, context: BrowserContext, member: Page, watch: Watch
) -> None:
    _end_while_waiting(
        app,
        context,
        member,
        "revoked",
        lambda: revoke(Actor.system(), cast.member("malee50")),
    )
    assert len(member.evaluate(KEPT)) == 1
    assert _count(app, MemberNews) == 0
    with app.app_context(), unit_of_work():
        theirs = issue(Actor.system(), cast.member("dao50"))
        renewed = issue(Actor.system(), cast.member("malee50"), single_use=True)
    member.goto(f"/m/{theirs}/")
    member.wait_for_timeout(300)
    assert len(member.evaluate(KEPT)) == 1, "another member's link sends and shows nothing of it"
    expect(member.locator("#waiting li")).to_have_count(0)
    member.goto(f"/m/{renewed}/")
    expect(member.locator("#waiting [data-said]")).to_have_text("ส่งแล้ว")
    assert member.evaluate(KEPT) == []
    assert _count(app, MemberNews) == 1
    with app.app_context():
        sender = db.session.scalars(select(MemberNews.member_id)).one()
        assert sender == cast.member("malee50").id
    assert [fault for fault in watch.faults if "404" not in fault] == []
    watch.faults.clear()


OLD = """async () => {
  const open = indexedDB.open("sang-forms", 1);
  const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const forms = db.transaction("forms", "readwrite").objectStore("forms");
  const all = forms.getAll();
  const rows = await new Promise((done) => { all.onsuccess = () => done(all.result); });
  for (const row of rows) forms.put({ ...row, problem: "x", at: "2020-01-01T00:00:00Z" });
  await new Promise((done) => { forms.transaction.oncomplete = done; });
  db.close();
}"""


def test_what_waits_longer_than_thirty_days_is_forgotten(
    context: BrowserContext, member: Page, watch: Watch
) -> None:
    member.locator(".portal-nav a").nth(1).click()
    member.locator("#text").fill("เรื่องเก่า")
    _cut_off(member)
    member.locator("main form button").click()
    expect(member.locator("#waiting li")).to_have_count(1)
    member.evaluate(OLD)
    context.set_offline(False)
    member.reload()
    member.wait_for_timeout(300)
    assert member.evaluate(KEPT) == []


@pytest.mark.parametrize("status", [404, 413])
def test_an_error_leaves_the_form_as_it_was(
    app: Flask, member: Page, watch: Watch, photo: Path, status: int
) -> None:
    _fill_report(member, photo)
    page = "<main><p data-problem>ไม่พบหน้านี้</p></main>"
    member.route("**/passed-on", lambda route: route.fulfill(status=status, body=page))
    _send(member)
    said = "ภาพมีขนาดใหญ่เกินกว่าจะส่งได้" if status == 413 else "ไม่พบหน้านี้"
    expect(member.locator("form[enctype] .alert-danger")).to_contain_text(said)
    expect(member.locator("#audience")).to_have_value("60")
    assert member.locator("#picture").evaluate("input => input.files[0].name") == "photo.png"
    member.unroute("**/passed-on")
    _send(member)
    expect(member.locator(".alert-success")).to_be_visible()
    assert _count(app, Dissemination) == 1
    watch.faults.clear()


def test_a_link_by_line_stays_on_the_first_phone(
    app: Flask, member: Page, watch: Watch, browser: Browser, site: str
) -> None:
    with app.app_context(), unit_of_work():
        token = issue(Actor.system(), cast.member("dao50"), single_use=True)
    member.goto(f"/m/{token}/record")
    member.locator("main form button").click()
    expect(member.locator("h1")).to_have_text("ข้อมูลของฉัน")
    other = browser.new_context(base_url=site).new_page()
    other.goto(f"/m/{token}/")
    expect(other.locator("[data-link-end=used]")).to_be_visible()
    member.goto(f"/m/{token}/")
    expect(member.locator(".message-card")).to_have_count(1)


def _accepted(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = db.session.scalars(select(story.KeyMessage)).one()
        told = story.entry(message, audience_reported=120, link="https://example.org/1")
        row = ledger.record_dissemination(story.acting("officer50"), story.ALL, told)
        review.review(story.acting("officer50"), [row], accept=True)


@pytest.mark.parametrize("locale", ["th", "en"])
def test_no_page_is_crooked_or_unreadable(
    app: Flask, member: Page, watch: Watch, token: str, locale: str
) -> None:
    _accepted(app)
    with app.app_context():
        number = db.session.scalars(select(story.KeyMessage)).one()
        message, code = number.id, number.code
    if locale == "en":
        member.locator("form.language button").click()
    faults = []
    pages = ["", f"messages/{message}", "news", "results", "record"]
    paths = [f"/m/{token}/{page}" for page in pages]
    member.goto(f"/m/{token}/record")
    member.locator("main form button").click()
    for path in (*paths, "/genuine/", f"/genuine/{code}", "/m/x/"):
        member.goto(path)
        member.evaluate(
            "document.querySelectorAll('main details').forEach(part => { part.open = true; })"
        )
        for width in (320, 360, 390, 1280):
            member.set_viewport_size({"width": width, "height": 800})
            if overflow_of(member):
                faults.append(f"{path} scrolls sideways at {width}")
        faults += [f"{path}: {fault}" for fault in faults_of(member)]
    assert not faults, "\n".join(faults).replace(token, "…")
    assert [fault for fault in watch.faults if "404" not in fault] == []
    watch.faults.clear()


def test_the_telephone_page_works_by_keyboard(
    app: Flask, page: Page, watch: Watch, signed_in: SignIn
) -> None:
    with app.app_context(), unit_of_work():
        story.published()
    signed_in("officer50")
    page.goto("/phone/")
    page.keyboard.type("มาลี")
    page.keyboard.press("Enter")
    page.locator(".phone-found a").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".phone-taps .btn-primary").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".alert-success")).to_be_visible()
    assert faults_of(page) == []
    page.set_viewport_size({"width": 360, "height": 780})
    assert overflow_of(page) == 0
