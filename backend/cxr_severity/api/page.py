"""The built page and the API's documentation, both without a third-party request."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.types import Scope

from cxr_severity.api.packed import ENDINGS, PackedFiles

# Python's table, and that of many a machine, do not know it.
mimetypes.add_type("application/manifest+json", ".webmanifest")

_DOCS = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>cxr-severity API</title>
<link rel="stylesheet" href="/swagger/swagger-ui.css">
<link rel="icon" href="/favicon.svg">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>The document itself: <a href="/openapi.json">/openapi.json</a></noscript>
<script src="/swagger/swagger-ui-bundle.js"></script>
<script src="/swagger/init.js"></script>
</body>
</html>
"""


class _Hashed(PackedFiles):
    """Files whose names carry a hash of their content: they may be cached for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def public(directory: Path) -> list[str]:
    """First segments of the paths that are the same for everyone and reveal nothing about
    anyone."""
    entries = directory.iterdir() if (directory / "index.html").is_file() else ()
    return ["", "docs", "openapi.json", "problems", *(entry.name for entry in entries)]


def install(app: FastAPI, directory: Path) -> None:
    """Serve the page at / and the documentation at /docs.

    Each file and folder gets a route of its own. One mount at / would be shorter, but would
    answer for the API too: a PUT on /predict would be told that GET is allowed.
    """
    if not (directory / "index.html").is_file():
        _install_without_page(app)
        return

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(_DOCS)

    _serve_file(app, "/", directory / "index.html")
    for entry in sorted(directory.iterdir()):
        if entry.is_dir():
            files = _Hashed if entry.name == "assets" else PackedFiles
            app.mount(f"/{entry.name}", files(directory=entry), name=entry.name)
        elif entry.suffix not in ENDINGS.values():
            _serve_file(app, f"/{entry.name}", entry)


def _serve_file(app: FastAPI, route: str, file: Path) -> None:
    files = PackedFiles(directory=file.parent)

    @app.api_route(route, methods=["GET", "HEAD"], include_in_schema=False)
    async def serve(request: Request) -> Response:
        response = files.file_response(file, file.stat(), request.scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _install_without_page(app: FastAPI) -> None:
    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(
            "<!doctype html><title>cxr-severity API</title><p>The page is not built "
            '(<code>make run</code> builds it). The API: <a href="/openapi.json">openapi.json</a>.'
        )

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("/docs")
