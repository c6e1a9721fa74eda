"""Applications whose pages stand inside the portal's: what they serve, and how a test gets hold of them."""

from functools import cache

from playwright.sync_api import BrowserContext, Frame, Locator, Page, expect

from support.browsers import Operator
from support.portal import PASSWORD
from support.receiver import Answer, Received, Receiver
from support.sdk import WIRE, node

SDK = WIRE / "node/node_modules/@bitrix24/b24jssdk/dist/umd/index.min.js"
SCOPES = ["user", "im", "imopenlines", "placement", "contact_center"]
HTML = {"content-type": "text/html; charset=utf-8"}
LOOKS = "<!doctype html><meta charset=utf-8><style>body{font:16px sans-serif;margin:24px}</style><body><h1>%s</h1>"
SDK_PAGE = """<script src="/b24jssdk.js"></script><script>
B24Js.initializeB24Frame().then(
  (b24) => { window.b24 = b24; document.body.dataset.ready = 'yes' },
  (error) => { document.body.dataset.ready = String(error) })
</script>"""
LIBRARY_PAGE = """<script src="%s/api/v1/"></script><script>
window.order = []
%s
BX24.init(() => { order.push('init'); document.body.dataset.ready = 'yes' })
</script>"""


@cache
def _sdk() -> str:
    node()
    return SDK.read_text()


class Pages:
    """The pages of applications, on an origin of their own."""

    def __init__(self, portal: str) -> None:
        self.receiver = Receiver()
        self.receiver.answer = self._answer
        self.url = self.receiver.url
        self._pages = {
            "/sdk": LOOKS % "With the SDK" + SDK_PAGE,
            "/library": LOOKS % "With the library" + LIBRARY_PAGE % (portal, ""),
            "/plain": LOOKS % "Nothing but a page",
            "/first": LOOKS % "First run" + LIBRARY_PAGE % (portal, FIRST_RUN),
            "/b24jssdk.js": _sdk(),
        }

    def _answer(self, received: Received) -> Answer:
        made = self._pages.get(received.path.partition("?")[0])
        if made is None:
            return 404, {}, b""
        kind = {"content-type": "text/javascript"} if received.path.endswith(".js") else HTML
        return 200, kind, made.encode()

    def last(self, path: str) -> Received:
        """Return the last form that was posted to a page."""
        return [one for one in self.receiver.requests if one.path.startswith(f"{path}?") and one.body][-1]

    def close(self) -> None:
        """Stop serving."""
        self.receiver.close()


FIRST_RUN = "BX24.install(() => BX24.callMethod('user.current', {}, (r) => order.push('install ' + r.data().NAME)))"


class Host:
    """Somebody at the portal, with applications in frames."""

    def __init__(self, operator: Operator, url: str) -> None:
        self.operator = operator
        self.page: Page = operator.page
        self.url = url

    def show(self, app: int, placement: int | None = None) -> None:
        """Go to the address of an application's page."""
        address = f"{self.url}/app/marketplace/app/{app}/"
        self.page.goto(address if placement is None else f"{address}{placement}/")

    def open(self, app: int, placement: int | None = None) -> Frame:
        """Open an application and wait for its page."""
        self.show(app, placement)
        return self.top()

    def top(self) -> Frame:
        """Return the frame that lies on top once its page is ready."""
        expect(self.sliders.first).to_be_visible()
        expect(self.frames).to_have_count(self.sliders.count())
        element = self.frames.last
        expect(element.content_frame.locator("body[data-ready]")).to_have_attribute("data-ready", "yes")
        return self.inside(element)

    def inside(self, element: Locator) -> Frame:
        """Return what a frame holds."""
        handle = element.element_handle()
        frame = handle.content_frame()
        assert frame is not None
        return frame

    @property
    def frames(self) -> Locator:
        """All frames with pages of applications."""
        return self.operator.part("app-frame")

    @property
    def sliders(self) -> Locator:
        """All open sliders."""
        return self.operator.part("slider")

    def shows_title(self, text: str) -> None:
        """The slider on top bears a title."""
        expect(self.sliders.last.get_by_role("heading", level=2, name=text, exact=True)).to_be_visible()

    def close(self) -> None:
        """Close the slider on top."""
        self.sliders.last.locator("[data-test='panel-close']").click()


def host(context: BrowserContext, url: str, email: str) -> Host:
    """Log somebody in under one of the portal's addresses."""
    return Host(Operator(context, f"{url}/app/", email, PASSWORD), url)
