"""The built page and the API's documentation, both without a third-party request."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

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


class _Page(StaticFiles):
    """Static files; names that carry a content hash may be cached for good, others not."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        hashed = path.startswith("assets/") and response.status_code in (200, 304)
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if hashed else "no-cache"
        )
        return response


def install(app: FastAPI, directory: Path) -> None:
    """Serve the page at / and the documentation at /docs; must come after all other routes."""
    if not (directory / "index.html").is_file():
        _install_without_page(app)
        return

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(_DOCS)

    app.mount("/", _Page(directory=directory, html=True), name="page")


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
