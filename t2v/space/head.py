"""The head of the page's HTML: the title, description and picture that messengers and search engines show.

ASGI middleware: it rewrites the page on its way out, since Gradio's own head says Gradio, and compresses it.
"""

import gzip
import re
from collections.abc import Callable, Mapping
from html import escape
from urllib.parse import urlencode

from gradio.route_utils import get_root_url
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from t2v.measures import shortened
from t2v.space import strings

METAS = re.compile(r"<meta\s[^>]*(?:property|name)=\"(?:og|twitter):[^>]*>\s*")
CHARSET = '<meta charset="utf-8" />'  # it has to be among the first bytes
TITLE = 70  # letters of a prompt in a title
Root = Callable[[Request], str]  # the page's address as its visitor has it


class PageHead:
    """Replaces Gradio's words about the page by ours. `root`: the page's address, from a request."""

    def __init__(self, app: ASGIApp, title: str, root: Root):
        self._app, self._title, self._root = app, title, root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or "." in scope["path"].rpartition("/")[2]:
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Rewritten(self, scope, send))

    def rewritten(self, html: str, request: Request) -> str:
        """The page with our head."""
        return METAS.sub("", html).replace(CHARSET, CHARSET + self._head(request), 1)

    def _head(self, request: Request) -> str:
        root, query = self._root(request).rstrip("/"), dict(request.query_params)
        title, description = described(query, self._title)
        link = f"{root}/?{request.url.query}" if request.url.query else f"{root}/"
        picture = f"{root}/preview.jpg" + (f"?{urlencode(query)}" if query.get("prompt") else "")
        properties = {
            "og:title": title,
            "og:type": "website",
            "og:url": link,
            "og:site_name": self._title,
            "og:description": description,
            "og:image": picture,
            "og:image:alt": description,
        }
        names = {"description": description, "twitter:card": "summary_large_image", "twitter:image": picture}
        metas = [f'<meta property="{key}" content="{escape(text)}" />' for key, text in properties.items()]
        metas += [f'<meta name="{key}" content="{escape(text)}" />' for key, text in names.items()]
        icon = '<link rel="icon" href="./favicon.ico" />'
        return "".join([f"<title>{escape(title)}</title>", *metas, icon])


def page_root(request: Request) -> str:
    """The page's address as its visitor has it, also behind a proxy."""
    return get_root_url(request, "/", request.scope.get("root_path") or None)


def described(query: Mapping[str, str], title: str) -> tuple[str, str]:
    """-> title and description of the page, or of the video that a link makes."""
    prompt = " ".join(query.get("prompt", "").split())
    if not prompt:
        return strings.HEAD_TITLE.format(title=title), strings.HEAD_DESCRIPTION
    short = shortened(prompt, TITLE)
    return strings.LINK_TITLE.format(prompt=short), strings.LINK_DESCRIPTION.format(title=title)


class _Rewritten:
    """A `send` that holds an HTML answer back until it is whole."""

    def __init__(self, head: PageHead, scope: Scope, send: Send):
        self._head, self._scope, self._send = head, scope, send
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            if "text/html" in headers.get("content-type", "") and "content-encoding" not in headers:
                self._start = message
                return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body"):
            await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        request = Request(self._scope)
        body = self._head.rewritten(self._body.decode(), request).encode()
        headers = MutableHeaders(raw=start["headers"])
        headers.add_vary_header("Accept-Encoding")
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 6)
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})
