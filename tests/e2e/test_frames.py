"""Applications inside the portal's page: with the official SDK, with the script library, and with ill will."""

import json
import re
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Frame, expect

from support.browsers import DESKTOP, SIZES, picture, window
from support.frames import SCOPES, Host, Pages, host
from support.sdk import ROOT, node
from support.served import Scene, Served
from tieline.api import php_form

pytestmark = pytest.mark.xdist_group("frames")  # they share a server
ADMIN, OPERATOR = "ada@example.com", "olga@example.com"
UNSEEN_MS = 300  # long enough for a message that must have no effect to have had one


@pytest.fixture(scope="module")
def people(served: Served) -> dict[str, int]:
    return {
        "Ada": served.person("Ada Admin", ADMIN, admin=True),
        "Olga": served.person("Olga Operator", OPERATOR),
    }


@pytest.fixture(scope="module")
def admin(browser: Browser, served: Served, people: dict[str, int]) -> Iterator[Host]:
    """An administrator on a wide screen."""
    with window(browser, DESKTOP) as context:
        yield host(context, served.url, ADMIN)


@pytest.fixture(scope="module")
def operator(browser: Browser, served: Served, people: dict[str, int]) -> Iterator[Host]:
    """Somebody without rights of an administrator."""
    with window(browser, DESKTOP) as context:
        yield host(context, served.url, OPERATOR)


@pytest.fixture
def sdk(served: Served, pages: Pages, admin: Host) -> Frame:
    """The page of an installed application that uses the official SDK."""
    return admin.open(added(served, f"{pages.url}/sdk")["id"])


@pytest.fixture
def library(served: Served, pages: Pages, admin: Host) -> Frame:
    """The page of an installed application that uses the portal's script library."""
    return admin.open(added(served, f"{pages.url}/library")["id"])


def added(served: Served, handler: str, install_url: str = "") -> dict:
    settings = {"name": "Supplier dashboard", "scopes": SCOPES, "handler": handler}
    return served.ask("app.add", **settings, install_url=install_url)


def called(frame: Frame, call: str) -> object:
    """Do a call of the library that ends in a callback, and return what that got."""
    return frame.evaluate(f"() => new Promise((done) => BX24.{call})")


def asked(frame: Frame, method: str, params: dict | None = None) -> object:
    """Call a method with the library and return what it answered."""
    return frame.evaluate(
        """([method, params]) => new Promise((done) => BX24.callMethod(method, params, (r) => done(r.data())))""",
        [method, params or {}],
    )


# ---- The official SDK ------------------------------------------------------------------------------------------


def test_sdk_learns_where_it_is(sdk: Frame, admin: Host, served: Served) -> None:
    told = sdk.evaluate(
        """() => ({
            placement: b24.placement.placement, options: b24.placement.options, admin: b24.auth.isAdmin,
            lang: b24.getLang(), origin: b24.getTargetOrigin(), installing: b24.isInstallMode,
            member: b24.auth.getAuthData().member_id,
        })"""
    )
    member = told.pop("member")
    assert re.fullmatch(r"[0-9a-f]{32}", member)
    assert told == {
        "placement": "DEFAULT",
        "options": {"URI": admin.page.url.removeprefix(served.url)},
        "admin": True,
        "lang": "en",
        "origin": served.url,
        "installing": False,
    }
    admin.shows_title("Supplier dashboard")


def test_sdk_calls_and_batches(sdk: Frame, people: dict[str, int]) -> None:
    call = "async () => (await b24.actions.v2.call.make({ method: 'user.current', requestId: 'a' })).getData().result"
    assert sdk.evaluate(call)["ID"] == str(people["Ada"])
    batch = """async () => (await b24.actions.v2.batch.make({
        calls: { me: { method: 'user.current' }, scopes: ['scope', {}] }, options: { requestId: 'b' },
    })).getData()"""
    answered = sdk.evaluate(batch)
    assert answered["me"]["ID"] == str(people["Ada"])
    assert set(SCOPES) <= set(answered["scopes"])


def test_sdk_renews_its_tokens(sdk: Frame, served: Served) -> None:
    before, after = sdk.evaluate(
        "async () => [b24.auth.getAuthData().access_token, (await b24.auth.refreshAuth()).access_token]"
    )
    assert before != after
    with served.client() as client:
        assert client.post("/rest/user.current", json={"auth": after}).status_code == 200


def test_sdk_shapes_its_frame(sdk: Frame, admin: Host) -> None:
    sdk.evaluate("() => b24.parent.setTitle('Parts: 12 orders, 50% done')")
    admin.shows_title("Parts: 12 orders, 50% done")
    sdk.evaluate("() => b24.parent.resizeWindow(640, 1800)")
    expect(admin.frames).to_have_css("width", "640px")
    expect(admin.frames).to_have_css("height", "1800px")
    sdk.evaluate("() => b24.parent.scrollParentWindow(700)")
    until = "(element) => element.parentElement.scrollTop === 700"
    admin.page.wait_for_function(until, arg=admin.frames.element_handle())
    sdk.evaluate("() => b24.parent.fitWindow()")
    width = admin.sliders.bounding_box()["width"]
    expect(admin.frames).to_have_css("width", f"{width:g}px")


@pytest.mark.slow
def test_size_that_an_application_asks_for_is_bounded(sdk: Frame, admin: Host) -> None:
    sdk.evaluate("() => b24.parent.resizeWindow(99999, 9999999)")
    expect(admin.frames).to_have_css("height", "20000px")
    assert admin.frames.bounding_box()["width"] <= admin.sliders.bounding_box()["width"]
    sdk.evaluate("() => b24.parent.resizeWindow(1, 1)")
    expect(admin.frames).to_have_css("width", "100px")
    expect(admin.frames).to_have_css("height", "50px")


def test_sdk_keeps_options(sdk: Frame, admin: Host) -> None:
    sdk.evaluate(
        """async () => {
            await b24.options.appSet('colour', { name: 'a:b', shades: [1, 2] })
            await b24.options.userSet('view', 'list')
        }"""
    )
    admin.page.reload()
    again = admin.top()
    read = again.evaluate("() => [b24.options.appGet('colour'), b24.options.userGet('view')]")
    assert read == [{"name": "a:b", "shades": [1, 2]}, "list"]


def test_sdk_opens_itself_in_a_slider_and_hears_of_its_end(sdk: Frame, admin: Host) -> None:
    sdk.evaluate(
        """() => void b24.slider.openSliderAppPage({
            order: 17, nested: { a: [1] }, bx24_title: 'Order 17', bx24_width: 600,
            bx24_label: { text: 'new', bgColor: '#0a6b3d', color: '#ffffff' },
        }).then(() => { window.ended = true })"""
    )
    expect(admin.sliders).to_have_count(2)
    second = admin.top()
    options = second.evaluate("() => b24.placement.options")
    assert (options["order"], options["nested"]) == (17, {"a": [1]})
    assert second.evaluate("() => b24.placement.isSliderMode") is True
    admin.shows_title("Order 17")
    expect(admin.operator.part("slider-label")).to_have_text("new")
    assert admin.sliders.last.bounding_box()["width"] == 600
    second.evaluate("() => void b24.slider.closeSliderAppPage()")
    expect(admin.sliders).to_have_count(1)
    sdk.wait_for_function("() => window.ended")


@pytest.mark.slow
def test_sdk_opens_pages_of_the_portal(sdk: Frame, admin: Host) -> None:
    sdk.evaluate(
        """() => void b24.slider.openPath(b24.slider.getUrl('/contact_center/'), 900)
            .then((status) => { window.outcome = status })"""
    )
    inside = admin.page.frame_locator("[data-test='page-frame']")
    expect(inside.get_by_role("heading", name="Contact centre")).to_be_visible()
    expect(inside.get_by_role("navigation")).to_have_count(0)
    admin.close()
    sdk.wait_for_function("() => window.outcome")
    assert sdk.evaluate("() => window.outcome") == {"isOpenAtNewWindow": False, "isClose": True}


NO_PAGES = ("/crm/deal/details/5/", "//elsewhere.example/", "/app/login", "/rest/user.current", "/", "", "inbox")


def test_path_without_a_page_is_not_available(library: Frame, admin: Host) -> None:
    for path in NO_PAGES:
        answer = called(library, f"openPath({json.dumps(path)}, done)")
        assert answer == {"result": "error", "errorCode": "PATH_NOT_AVAILABLE"}, path
    expect(admin.sliders).to_have_count(1)


def test_sdk_lets_people_be_chosen(sdk: Frame, admin: Host, people: dict[str, int]) -> None:
    part = admin.operator.part
    sdk.evaluate("() => void b24.dialog.selectUser().then((one) => { window.one = one })")
    part("picker-search").fill("olg")
    expect(part("picker-choice")).to_have_count(1)
    part("picker-choice").click()
    sdk.wait_for_function("() => window.one")
    one = sdk.evaluate("() => window.one")
    assert one == {
        "id": people["Olga"],
        "name": "Olga Operator",
        "photo": "",
        "position": "",
        "url": f"/company/personal/user/{people['Olga']}/",
    }
    sdk.evaluate("() => void b24.dialog.selectUsers().then((all) => { window.all = all })")
    for name in ("Ada", "Olga"):
        part("picker-choice").filter(has_text=name).click()
    part("picker-done").click()
    sdk.wait_for_function("() => window.all")
    assert sdk.evaluate("() => window.all.map(({ name }) => name)") == ["Ada Admin", "Olga Operator"]


def test_sdk_lets_access_be_chosen(sdk: Frame, admin: Host, people: dict[str, int]) -> None:
    part = admin.operator.part
    blocked = f"U{people['Ada']}"
    sdk.evaluate("(blocked) => void b24.dialog.selectAccess([blocked]).then((all) => { window.all = all })", blocked)
    expect(part("picker-choice").filter(has_text="Olga")).to_be_visible()
    expect(part("picker-choice").filter(has_text="Ada")).to_have_count(0)
    part("picker-choice").filter(has_text="Everybody").click()
    part("picker-choice").filter(has_text="Olga").click()
    part("picker-done").click()
    sdk.wait_for_function("() => window.all")
    chosen = sdk.evaluate("() => window.all")
    assert chosen == [
        {"id": "AU", "name": "Everybody who is signed in"},
        {"id": f"U{people['Olga']}", "name": "Olga Operator"},
    ]


@pytest.mark.slow
def test_choice_that_is_given_up_is_not_answered(library: Frame, admin: Host) -> None:
    library.evaluate("() => BX24.selectUser(() => { window.chosen = true })")
    expect(admin.operator.part("picker")).to_be_visible()
    admin.page.keyboard.press("Escape")
    expect(admin.operator.part("picker")).to_have_count(0)
    admin.page.wait_for_timeout(UNSEEN_MS)
    assert library.evaluate("() => window.chosen") is None
    expect(admin.sliders).to_have_count(1)


def test_sdk_lets_objects_of_the_crm_be_chosen(sdk: Frame, admin: Host, served: Served) -> None:
    hook = urlsplit(served.ask("webhook.add", user=1, scopes=["crm"])["url"]).path
    with served.client() as client:
        for noun, fields in (
            ("lead", {"TITLE": "Oak table", "NAME": "Anna"}),
            ("lead", {"TITLE": "Chair"}),
            ("contact", {"NAME": "Oakley"}),
        ):
            client.post(f"{hook}crm.{noun}.add", json={"fields": fields})
    part = admin.operator.part
    ask = "(params) => void b24.dialog.selectCRM(params).then((chosen) => { window.chosen = chosen })"
    sdk.evaluate(ask, {"entityType": ["lead", "contact", "quote"], "multiple": True, "value": {"lead": [2]}})
    part("picker-search").fill("oak")
    expect(part("picker-choice")).to_have_count(2)
    part("picker-choice").filter(has_text="Contact").click()
    part("picker-done").click()
    sdk.wait_for_function("() => window.chosen")
    lead, contact = (
        {"id": code, "type": noun, "place": noun, "title": title, "desc": "", "url": f"/crm/{noun}/show/{number}/"}
        for code, noun, title, number in (("L_2", "lead", "Chair", 2), ("C_1", "contact", "Oakley", 1))
    )
    assert sdk.evaluate("() => window.chosen") == {"lead": [lead], "contact": [contact], "quote": []}
    sdk.evaluate("() => { window.chosen = null }")
    sdk.evaluate(ask, {"entityType": ["lead"]})
    part("picker-choice").filter(has_text="Oak table").click()
    sdk.wait_for_function("() => window.chosen")
    assert sdk.evaluate("() => window.chosen.lead.map(({ title, desc }) => [title, desc])") == [["Oak table", "Anna"]]
    sdk.evaluate(ask, {"entityType": ["deal"]})
    expect(part("picker")).to_contain_text("The CRM has nothing of this kind yet.")
    part("picker-cancel").click()


def test_sdk_ends_its_installation(served: Served, pages: Pages, admin: Host) -> None:
    app = added(served, f"{pages.url}/sdk", f"{pages.url}/sdk?installer")
    installer = admin.open(app["id"])
    assert installer.evaluate("() => [b24.isInstallMode, b24.isFirstRun]") == [True, True]
    installer.evaluate("() => void b24.installFinish()")
    expect(admin.frames).to_have_attribute("name", re.compile(r"\|0\|"))
    admin.page.wait_for_function(
        "(before) => document.querySelector('[data-test=app-frame]')?.name !== before",
        arg=installer.name,
    )
    page = admin.top()
    assert "installer" not in page.url
    assert page.evaluate("() => [b24.isInstallMode, b24.isFirstRun]") == [False, False]
    assert asked_with_sdk(page, "app.info")["INSTALLED"] is True


def asked_with_sdk(frame: Frame, method: str) -> dict:
    return frame.evaluate(
        "async (method) => (await b24.actions.v2.call.make({ method, requestId: 'c' })).getData().result", method
    )


def test_messenger_opens_the_dialog(served: Served, pages: Pages, admin: Host) -> None:
    scene = Scene(served, f"{pages.url}/handler", connector="framed", email="erik@example.com")
    with served.client() as client:
        sent = scene.send(client, "42", "1", "Is the chair in stock?")
    session = sent["session"]
    app = admin.open(added(served, f"{pages.url}/sdk")["id"])
    for dialog in (f"chat{session['CHAT_ID']}", f"imol|{session['ID']}"):
        app.evaluate("(dialog) => b24.parent.imOpenMessenger(dialog)", dialog)
        inside = admin.page.frame_locator("[data-test='page-frame']")
        expect(inside.locator("[data-test='message']")).to_contain_text("Is the chair in stock?")
        admin.close()
        expect(admin.sliders).to_have_count(1)


# ---- The script library ----------------------------------------------------------------------------------------


def test_library_learns_where_it_is(library: Frame, served: Served, admin: Host) -> None:
    told = library.evaluate(
        "() => [BX24.placement.info(), BX24.isAdmin(), BX24.getLang(), BX24.getDomain(), BX24.isReady()]"
    )
    options = {"URI": admin.page.url.removeprefix(served.url)}
    assert told == [{"placement": "DEFAULT", "options": options}, True, "en", f"localhost:{served.port}", True]
    auth = library.evaluate("() => BX24.getAuth()")
    assert set(auth) == {"access_token", "refresh_token", "expires_in", "domain", "member_id"}
    assert called(library, "placement.getInterface(done)") == {"command": [], "event": []}


def test_library_calls_a_method(library: Frame, people: dict[str, int]) -> None:
    read = "[r.error(), r.data().map(({ NAME }) => NAME), r.more(), r.total(), typeof r.time().duration]"
    params = json.dumps({"FILTER": {"ID": [people["Ada"], people["Olga"]]}, "SORT": "ID"})
    told = called(library, f"callMethod('user.get', {params}, (r) => done({read}))")
    assert told == [None, ["Ada", "Olga"], False, 2, "number"]


def test_library_tells_an_error(library: Frame) -> None:
    told = library.evaluate(
        """() => new Promise((done) => BX24.callMethod('no.such.method', {}, (r) =>
            done([r.error().status, r.error().ex, `${r.error()}`, r.data()])))"""
    )
    text = "Method not found!"
    error = {"error": "ERROR_METHOD_NOT_FOUND", "error_description": text}
    assert told == [404, error, f"ERROR_METHOD_NOT_FOUND: {text}", None]


@pytest.mark.slow
def test_library_turns_pages(served: Served, library: Frame) -> None:
    for number in range(50):
        served.ask("person.add", name=f"Person {number}", email=f"{number}@example.com", password_hash="")
    sizes, total, after = called(
        library,
        """callMethod('user.get', { SORT: 'ID' }, function turn(r) {
            (window.sizes ??= []).push(r.data().length)
            if (!r.more()) done([sizes, r.total(), r.next()])
            else if (sizes.length > 1) throw new Error('too many pages')
            else r.next()
        })""",
    )
    assert (sizes, after) == ([50, total - 50], False)
    assert total > 50


def test_library_batches(library: Frame, people: dict[str, int]) -> None:
    read = "Object.fromEntries(Object.entries(r).map(([key, one]) => [key, [one.data(), one.error()?.ex.error]]))"
    named = called(
        library,
        "callBatch({ me: ['user.current', {}], again: { method: 'user.get', params: { ID: '$result[me][ID]' } }, "
        f"bad: ['no.such.method', {{}}] }}, (r) => done({read}))",
    )
    assert named["me"][0]["ID"] == named["again"][0][0]["ID"] == str(people["Ada"])
    assert named["bad"] == [None, "ERROR_METHOD_NOT_FOUND"]
    read = "Array.isArray(r) && r.map((one) => [one.data() === undefined, one.error()?.ex.error])"
    calls = "[['no.such.method', {}], ['user.current', {}]]"
    unknown = [True, "ERROR_METHOD_NOT_FOUND"]
    assert called(library, f"callBatch({calls}, (r) => done({read}))") == [unknown, [False, None]]
    assert called(library, f"callBatch({calls}, (r) => done({read}), true)") == [unknown, [True, None]]


@pytest.mark.slow
def test_library_sends_what_php_reads(library: Frame, admin: Host) -> None:
    library.evaluate(
        """() => {
            const form = document.createElement('form')
            form.innerHTML = '<input value="from a field"><input type="checkbox" value="x"><input type="file">'
            document.body.append(form)
            const files = new DataTransfer()
            files.items.add(new File(['content'], 'note.txt'))
            form.lastChild.files = files.files
            window.fields = form.elements
        }"""
    )
    with admin.page.expect_request("**/rest/event.test") as sent:
        told = called(
            library,
            """callMethod('event.test', { ANY: {
                yes: true, no: false, nothing: null, missing: undefined, list: [1, ['ä&=']], empty: [],
                field: fields[0], unchecked: fields[1], file: fields[2], day: new Date(0),
            } }, (r) => done(r.data()))""",
        )
    assert told == 1
    assert php_form.decode(sent.value.post_data)["ANY"] == {
        "yes": "1",
        "no": "0",
        "nothing": "",
        "list": ["1", ["ä&="]],
        "empty": "",
        "field": "from a field",
        "unchecked": "",
        "file": ["note.txt", "Y29udGVudA=="],
        "day": "1970-01-01T00:00:00.000Z",
    }


@pytest.mark.slow
def test_library_renews_expired_tokens_once(library: Frame, admin: Host) -> None:
    refused = {"status": 401, "content_type": "application/json", "headers": {"access-control-allow-origin": "*"}}
    body = json.dumps({"error": "expired_token", "error_description": "The access token provided has expired."})
    tokens: list[str] = []
    before = library.evaluate("() => BX24.getAuth().access_token")

    def expired(route) -> None:
        tokens.append(route.request.post_data)
        if len(tokens) == 1:
            route.fulfill(body=body, **refused)
        else:
            route.continue_()

    admin.page.route("**/rest/user.current", expired)
    try:
        assert asked(library, "user.current")["NAME"] == "Ada"
    finally:
        admin.page.unroute("**/rest/user.current")
    after = library.evaluate("() => BX24.getAuth().access_token")
    assert before != after
    assert [before in tokens[0], after in tokens[1], len(tokens)] == [True, True, 2]

    asked_for: list[str] = []
    admin.page.route("**/rest/scope", lambda route: (asked_for.append(""), route.fulfill(body=body, **refused)))
    try:
        code = called(library, "callMethod('scope', {}, (r) => done(r.error().ex.error))")
    finally:
        admin.page.unroute("**/rest/scope")
    assert (code, len(asked_for)) == ("expired_token", 2)


def test_library_renews_its_tokens(library: Frame) -> None:
    before = library.evaluate("() => BX24.getAuth()")
    after = called(library, "refreshAuth(done)")
    assert before["access_token"] != after["access_token"]
    assert library.evaluate("() => BX24.getAuth()") == after
    assert asked(library, "user.current")["NAME"] == "Ada"


@pytest.mark.slow
def test_library_binds_events(library: Frame, pages: Pages) -> None:
    url = f"{pages.url}/handler"
    assert called(library, f"callBind('OnAppTest', '{url}', (r) => done(r.data()))") is True
    assert [(row["event"], row["handler"]) for row in asked(library, "event.get")] == [("ONAPPTEST", url)]
    assert called(library, f"callUnbind('OnAppTest', '{url}', 0, (r) => done(r.data()))") == {"count": 1}
    assert asked(library, "event.get") == []


@pytest.mark.slow
def test_library_keeps_options(library: Frame, admin: Host) -> None:
    set_and_read = """BX24.userOption.set('view', { columns: [1, 2] })
        BX24.appOption.set('limit', 5, (options) =>
            done([options, BX24.userOption.get('view'), BX24.appOption.get('no')]))"""
    told = library.evaluate(f"() => new Promise((done) => {{ {set_and_read} }})")
    assert told == [{"limit": 5}, {"columns": [1, 2]}, None]
    admin.page.reload()
    read = admin.top().evaluate("() => [BX24.appOption.get('limit'), BX24.userOption.get('view')]")
    assert read == [5, {"columns": [1, 2]}]


def test_operator_finds_no_path_to_pages_of_administrators(served: Served, pages: Pages, operator: Host) -> None:
    app = added(served, f"{pages.url}/library")["id"]
    frame = operator.open(app)
    answer = called(frame, "openPath('/contact_center/', done)")
    assert answer == {"result": "error", "errorCode": "PATH_NOT_AVAILABLE"}


def test_operator_cannot_set_the_options_of_an_application(served: Served, pages: Pages, operator: Host) -> None:
    app = added(served, f"{pages.url}/library")["id"]
    frame = operator.open(app)
    assert frame.evaluate("() => BX24.isAdmin()") is False
    frame.evaluate("() => BX24.appOption.set('limit', 5, () => { window.kept = true })")
    assert called(frame, "setTitle('Later', () => done('answered'))") == "answered"
    operator.page.wait_for_timeout(UNSEEN_MS)
    assert frame.evaluate("() => window.kept") is None
    operator.page.reload()
    assert operator.top().evaluate("() => BX24.appOption.get('limit')") is None


@pytest.mark.slow
def test_library_shapes_its_frame(library: Frame, admin: Host) -> None:
    assert called(library, "setTitle('Colons: a:b:{\"c\":1}', () => done('sent'))") == "sent"
    admin.shows_title('Colons: a:b:{"c":1}')
    assert called(library, "resizeWindow('500', '1700', () => done('sent'))") == "sent"
    expect(admin.frames).to_have_css("width", "500px")
    expect(admin.frames).to_have_css("height", "1700px")
    called(library, "scrollParentWindow(300, () => done('sent'))")
    assert admin.frames.evaluate("(element) => element.parentElement.scrollTop") == 300
    library.evaluate("() => { document.body.style.height = '2500px' }")
    height = library.evaluate("() => BX24.getScrollSize().scrollHeight")
    called(library, "fitWindow(() => done('sent'))")
    assert height >= 2500
    expect(admin.frames).to_have_css("height", f"{height}px")


@pytest.mark.slow
def test_page_that_loads_itself_anew_is_still_known(library: Frame, admin: Host) -> None:
    library.evaluate("() => { location.href += '&again' }")
    library.wait_for_url("**&again")
    again = admin.top()
    assert asked(again, "user.current")["NAME"] == "Ada"
    assert called(again, "setTitle('Again', () => done('sent'))") == "sent"
    admin.shows_title("Again")


@pytest.mark.slow
def test_library_reloads_its_page(library: Frame, admin: Host) -> None:
    library.evaluate("() => BX24.reloadWindow()")
    expect(admin.frames).not_to_have_attribute("name", library.name)
    again = admin.top()
    assert again.name != library.name
    assert again.evaluate("() => order") == ["init"]


@pytest.mark.slow
def test_library_opens_itself_in_sliders_that_close_with_it(library: Frame, admin: Host) -> None:
    library.evaluate("() => BX24.openApplication({ step: 1 }, () => order.push('closed'), { title: 'Step 1' })")
    admin.shows_title("Step 1")
    first = admin.top()
    assert first.evaluate("() => BX24.placement.info().options.step") == 1
    first.evaluate("() => BX24.openApplication({ step: 2 }, () => order.push('closed'))")
    expect(admin.sliders).to_have_count(3)
    admin.top()
    admin.page.keyboard.press("Escape")
    expect(admin.sliders).to_have_count(2)
    first.wait_for_function("() => order.includes('closed')")
    first.evaluate("() => BX24.closeApplication()")
    expect(admin.sliders).to_have_count(1)
    library.wait_for_function("() => order.includes('closed')")
    library.evaluate("() => BX24.closeApplication()")
    expect(admin.sliders).to_have_count(0)
    expect(admin.page).to_have_url(f"{admin.url}/app/")


@pytest.mark.slow
def test_library_runs_the_first_run_before_the_rest(served: Served, pages: Pages, admin: Host) -> None:
    app = added(served, f"{pages.url}/library", f"{pages.url}/first")
    admin.show(app["id"])
    element = admin.frames.first
    expect(element.content_frame.get_by_role("heading", name="First run")).to_be_visible()
    installer = admin.inside(element)
    installer.wait_for_function("() => order.length === 1")
    assert installer.evaluate("() => order") == ["install Ada"]
    installer.evaluate("() => BX24.installFinish()")
    expect(element.content_frame.get_by_role("heading", name="With the library")).to_be_visible()
    page = admin.top()
    assert page.evaluate("() => order") == ["init"]
    assert asked(page, "app.info")["INSTALLED"] is True


@pytest.mark.slow
def test_library_helps_with_the_page(library: Frame) -> None:
    told = library.evaluate(
        """() => new Promise((done) => {
            const target = { name: 'target', read() { return [this.name, BX24.proxyContext() === button] } }
            const button = document.createElement('button')
            const heard = []
            const proxied = BX24.proxy(target.read, target)
            const hear = function () { heard.push(proxied.call(this)) }
            BX24.bind(button, 'click', hear)
            button.click()
            BX24.unbind(button, 'click', hear)
            button.click()
            BX24.loadScript(['/b24jssdk.js', '/missing.js'], () => done([
                heard, proxied === BX24.proxy(target.read, target), BX24.proxyContext(), typeof B24Js,
            ]))
        })"""
    )
    assert told == [[["target", True]], True, None, "object"]


# ---- Placements, places and people -----------------------------------------------------------------------------


def test_placement_opens_with_its_options(served: Served, pages: Pages, admin: Host, library: Frame) -> None:
    bound = {"PLACEMENT": "CONTACT_CENTER", "HANDLER": f"{pages.url}/sdk?tile", "TITLE": "Pigeon post"}
    assert asked(library, "placement.bind", bound) is True
    (tile,) = [one for one in asked(library, "placement.get") if one["placement"] == "CONTACT_CENTER"]
    app = int(re.search(r"/app/(\d+)/", admin.page.url).group(1))
    frame = admin.open(app, int(tile["id"]))
    admin.shows_title("Pigeon post")
    assert frame.evaluate("() => b24.placement.placement") == "CONTACT_CENTER"
    assert frame.evaluate("() => b24.placement.options.ID") == str(tile["id"])
    form = pages.last("/sdk").flat
    assert json.loads(form["PLACEMENT_OPTIONS"]) == frame.evaluate("() => b24.placement.options")


@pytest.mark.slow
def test_application_knows_the_address_that_the_page_was_opened_under(
    browser: Browser, served: Served, pages: Pages, people: dict[str, int]
) -> None:
    assert served.http_url != served.url
    app = added(served, f"{pages.url}/sdk")["id"]
    with window(browser, DESKTOP) as context:
        frame = host(context, served.http_url, ADMIN).open(app)
        assert frame.evaluate("() => b24.getTargetOrigin()") == served.http_url
        assert asked_with_sdk(frame, "user.current")["ID"] == str(people["Ada"])
        assert f"DOMAIN=localhost:{served.port}" in frame.url


@pytest.mark.slow
def test_focus_stays_in_the_slider(library: Frame, admin: Host) -> None:
    inside = "() => Boolean(document.activeElement.closest('[data-test=slider]'))"
    admin.page.wait_for_function(inside)
    seen = set()
    library.evaluate("() => document.body.insertAdjacentHTML('beforeend', '<input id=field>')")
    field = "() => document.activeElement.id"
    for key in ("Tab", "Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab"):
        admin.page.keyboard.press(key)
        admin.page.wait_for_function(inside)
        seen.add(library.evaluate(field))
    assert seen == {"", "field"}
    library.evaluate("() => BX24.openApplication({})")
    expect(admin.sliders).to_have_count(2)
    admin.top()
    last = "() => Boolean([...document.querySelectorAll('[data-test=slider]')].at(-1).contains(document.activeElement))"
    admin.page.wait_for_function(last)
    admin.page.keyboard.press("Escape")
    expect(admin.sliders).to_have_count(1)
    admin.page.wait_for_function(inside)


@pytest.mark.slow
def test_application_slides_over_the_page_that_was_there(served: Served, pages: Pages, admin: Host) -> None:
    app = added(served, f"{pages.url}/plain")["id"]
    admin.page.goto(f"{admin.url}/app/contact-center")
    title = admin.page.get_by_role("heading", name="Contact centre", level=1)
    expect(title).to_be_visible()
    title.evaluate("(element) => { element.dataset.kept = 'yes' }")
    address = f"{admin.url}/app/marketplace/app/{app}/"
    go = "(address) => { history.pushState({}, '', address); dispatchEvent(new PopStateEvent('popstate')) }"
    admin.page.evaluate(go, address)
    expect(admin.sliders).to_have_count(1)
    expect(admin.page.locator("h1[data-kept]")).to_have_count(1)
    admin.close()
    expect(admin.sliders).to_have_count(0)
    expect(admin.page).to_have_url(f"{admin.url}/app/contact-center")
    expect(admin.page.locator("h1[data-kept]")).to_have_count(1)


def test_installation_is_not_shown_to_operators(served: Served, pages: Pages, operator: Host) -> None:
    app = added(served, f"{pages.url}/plain", f"{pages.url}/plain")["id"]
    operator.show(app)
    expect(operator.operator.part("frame-fault")).to_contain_text("not fully installed")
    assert operator.operator.problems == []


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_looks(library: Frame, admin: Host, size: str) -> None:
    admin.page.set_viewport_size(SIZES[size])
    try:
        expect(admin.sliders).to_have_css("width", "390px" if size == "phone" else f"{1440 - 150}px")
        picture(admin.page, f"{size}-application")
        library.evaluate("() => BX24.selectUsers(() => {})")
        expect(admin.operator.part("picker-choice").first).to_be_visible()
        picture(admin.page, f"{size}-people")
    finally:
        admin.page.set_viewport_size(DESKTOP)
    assert admin.operator.problems == []


# ---- Ill will --------------------------------------------------------------------------------------------------

JUNK = ["", ":", "::", ":::", "x", "setTitle", "setTitle:", "setTitle:{:cb:SID", "setTitle:{}:c b:SID",
        "constructor:cb:SID", "__proto__::SID", "toString:{}::SID", "setTitle:[1]::", "nosuchcommand:{}:cb:SID",
        "{}", "\0:SID",
        None, 5, True, [], ["setTitle"], {}, {"method": "setTitle"}, {"method": 5, "appSid": "SID"},
        {"method": "setTitle", "params": {"title": "Wrong"}, "callback": 5, "appSid": "SID"},
        {"method": "a:b", "params": {}, "callback": "cb", "appSid": "SID"}]  # fmt: skip


def test_junk_has_no_effect(library: Frame, admin: Host) -> None:
    heard = library.evaluate(
        """([junk, sid]) => new Promise((done) => {
            const heard = []
            addEventListener('message', (event) => heard.push(event.data))
            const own = (one) => typeof one === 'string' ? one.replace('SID', sid)
                : one?.appSid ? { ...one, appSid: sid } : one
            for (const one of junk) parent.postMessage(own(one), '*')
            BX24.setTitle('Right', () => setTimeout(() => done(heard)))
        })""",
        [JUNK, library.name.split("|")[2]],
    )
    admin.shows_title("Right")
    assert len(heard) == 1
    assert admin.operator.problems == []


def test_wrong_sid_has_no_effect(library: Frame, admin: Host) -> None:
    right = library.name.split("|")[2]
    library.evaluate(
        """(sids) => {
            for (const sid of sids) {
                parent.postMessage(`setTitle:{"title":"Wrong"}:cb:${sid}`, '*')
                parent.postMessage({ method: 'setTitle', params: { title: 'Wrong' }, callback: 'cb', appSid: sid }, '*')
            }
        }""",
        ["", "wrong", "0" * 32, f"{right}:{right}", f" {right}", right.upper() + "x"],
    )
    assert called(library, "placement.getInterface(() => done('answered'))") == "answered"
    admin.shows_title("Supplier dashboard")


def test_page_of_another_origin_is_neither_heard_nor_answered(library: Frame, admin: Host, served: Served) -> None:
    other = Pages(served.url)
    sid = library.name.split("|")[2]
    try:
        element = admin.frames.first
        library.evaluate("(url) => { location.href = url }", f"{other.url}/plain")
        expect(element.content_frame.get_by_role("heading", name="Nothing but a page")).to_be_visible()
        stranger = admin.inside(element)
        assert stranger.url.startswith(other.url)
        stranger.evaluate(
            """(sid) => {
                window.heard = []
                addEventListener('message', (event) => heard.push(event.data))
                parent.postMessage(`getInitData:cb:${sid}`, '*')
                parent.postMessage(`setTitle:{"title":"Wrong"}:cb:${sid}`, '*')
            }""",
            sid,
        )
        admin.page.wait_for_timeout(UNSEEN_MS)
        assert stranger.evaluate("() => heard") == []
        admin.shows_title("Supplier dashboard")
    finally:
        other.close()


def test_frame_within_the_frame_is_not_heard(library: Frame, admin: Host, pages: Pages) -> None:
    library.evaluate(
        """(url) => {
            const inner = document.createElement('iframe')
            inner.src = url
            document.body.append(inner)
        }""",
        f"{pages.url}/plain",
    )
    inner = library.frame_locator("iframe").get_by_role("heading", name="Nothing but a page")
    expect(inner).to_be_visible()
    (child,) = library.child_frames
    child.evaluate('(sid) => top.postMessage(`setTitle:{"title":"Wrong"}::${sid}`, \'*\')', library.name.split("|")[2])
    admin.page.wait_for_timeout(UNSEEN_MS)
    admin.shows_title("Supplier dashboard")


def test_library_outside_a_portal_stays_silent(browser: Browser, pages: Pages, people: dict[str, int]) -> None:
    with window(browser, DESKTOP) as context:
        page = context.new_page()
        page.goto(f"{pages.url}/library")
        told = page.evaluate("() => [BX24.getAuth(), BX24.isAdmin(), BX24.getLang(), order]")
        assert told == [False, False, "", []]


# ---- The messages themselves -----------------------------------------------------------------------------------

SPELLINGS = {
    'setTitle:{"title":"a:b"}::sid': ["setTitle", {"title": "a:b"}, "", "sid"],
    'setTitle:{"title":"a:b"}:cb:sid': ["setTitle", {"title": "a:b"}, "cb", "sid"],
    "getInitData:cb:sid": ["getInitData", None, "cb", "sid"],
    "getInitData::cb:sid": ["getInitData", None, "cb", "sid"],
    "reloadWindow:::sid": ["reloadWindow", None, "", "sid"],
    "reloadWindow:sid": ["reloadWindow", None, "", "sid"],
    'setValue:"a:b":cb:sid': ["setValue", "a:b", "cb", "sid"],
    "setScroll:[1,{}]:cb:": ["setScroll", [1, {}], "cb", ""],
    "setTitle:{broken:cb:sid": None,
    ":cb:sid": None,
    "no colon": None,
    "two words:cb:sid": None,
}


@pytest.mark.slow
def test_messages_are_read_in_every_spelling() -> None:
    script = f"""import {{ answerText, parse }} from {json.dumps((ROOT / "ui/src/frame/protocol.ts").as_uri())}
        const parts = (told) => told && [told.method, told.params, told.callback, told.sid]
        const named = {{ method: 'a::b', params: {{ x: 1 }}, callback: 'cb', appSid: 'sid', requestId: 'r' }}
        console.log(JSON.stringify([
            {json.dumps(list(SPELLINGS))}.map((text) => parts(parse(text))),
            parts(parse(named)),
            parts(parse({{ ...named, params: '' }})),
            [null, undefined, 5, [], {{}}, 'x'.repeat(2000000)].map(parse),
            [answerText('cb'), answerText('cb', {{ a: 'b:c' }}), answerText('cb', null)],
        ]))"""
    command = [node(), "--no-warnings", "--input-type=module", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    read, named, without, junk, written = json.loads(done.stdout)
    assert dict(zip(SPELLINGS, read, strict=True)) == SPELLINGS
    assert named == ["a::b", {"x": 1}, "cb", "sid"]
    assert without == ["a::b", None, "cb", "sid"]
    assert junk == [None] * 6
    assert written == ["cb:", 'cb:{"a":"b:c"}', "cb:null"]
