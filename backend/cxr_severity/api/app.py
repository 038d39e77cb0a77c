"""The application: composed by `create_app`, nothing happens at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from fastapi import Depends, FastAPI

from cxr_severity import __version__
from cxr_severity.api import failures, page
from cxr_severity.api.access.control import AccessControl, Doors
from cxr_severity.api.access.tracing import RequestMarks
from cxr_severity.api.admission import Admission
from cxr_severity.api.body_memory import BodyMemory
from cxr_severity.api.body_pace import UploadPace
from cxr_severity.api.connections import Connections
from cxr_severity.api.cors import EXPOSED, OtherOrigins
from cxr_severity.api.document import openapi_document
from cxr_severity.api.manners import (
    Drain,
    DrainBounds,
    Head,
    Identity,
    PathAlone,
    only_known_parameters,
)
from cxr_severity.api.oip.errors import NamedErrors
from cxr_severity.api.prefix import StablePrefix
from cxr_severity.api.response_headers import SecurityHeaders
from cxr_severity.api.revalidation import Revalidation
from cxr_severity.api.routes import batch, health, limits, metrics, models, oip, predict, problems
from cxr_severity.api.state import State
from cxr_severity.api.telemetry.counters import Metrics
from cxr_severity.api.telemetry.live import Live
from cxr_severity.api.telemetry.measured import Measured, Routes
from cxr_severity.api.upload import BodyLimit
from cxr_severity.interop.fonts import chinese_font
from cxr_severity.interop.prepare import prepare
from cxr_severity.model.engine import limit_threads
from cxr_severity.service.batching import Batcher
from cxr_severity.service.film_memory import FilmMemory
from cxr_severity.service.load import decode_processes
from cxr_severity.service.memory import share_arenas
from cxr_severity.service.registry import ModelRegistry
from cxr_severity.service.running import Running
from cxr_severity.settings import Settings

DESCRIPTION = """Severity of COVID-19 on frontal chest radiographs: mild, moderate or severe, with
probabilities and a heatmap of where the model looked.

**Research software. Not a medical device, not a diagnosis.** The service keeps nothing: no upload
touches the disk, no pixel and no file name reaches a log.

Every error is `application/problem+json` (RFC 9457) with a stable `code`."""


def registry_of(settings: Settings) -> ModelRegistry:
    return ModelRegistry(
        settings.model.weights,
        settings.model.version,
        settings.model.execution,
    )


def create_app(settings: Settings | None = None, registry: ModelRegistry | None = None) -> FastAPI:
    """Compose the service. The model is loaded in the background once the server starts.

    Args:
        settings: from the environment when None.
        registry: one that has read its weights already; else one is made from the settings.
    """
    settings = settings or Settings()
    registry = registry or registry_of(settings)
    doors = Doors.build(settings.access)
    bodies = BodyMemory(settings.limits.upload_memory)
    seen = Metrics()

    def load() -> None:
        # Before it is ready: the first films count too.
        registry.load_default(before=lambda it: seen.compare_with(it.drift, it.version))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        share_arenas()
        limit_threads()
        budget = settings.serve.batch_wait_ms / 1e3
        seen_batch = seen.batch_images.observe
        with (
            Batcher(settings.serve.lanes, settings.serve.batch, budget, seen_batch) as batcher,
            decode_processes(settings.serve) as decoding,
        ):
            app.state.service = state = State(
                registry=registry,
                limits=settings.limits.of_input,
                admission=Admission(settings.serve.concurrency, settings.serve.queue),
                limiter=anyio.CapacityLimiter(settings.serve.concurrency),
                reading=anyio.CapacityLimiter(1),
                batcher=batcher,
                running=Running(settings.serve.concurrency, settings.serve.stuck_seconds),
                decoding=decoding,
                film_memory=FilmMemory(settings.limits.film_memory),
                body_memory=bodies,
                upload_seconds=settings.limits.upload_seconds,
                upload_rate=settings.limits.upload_rate,
                uid_root=settings.results.uid_root,
                font=chinese_font(settings.results.font),
                metrics=seen,
                keys=doors.keys,
            )
            seen.registry.register(Live(state))
            async with anyio.create_task_group() as background:
                # Not awaited: /health/live answers while the weights are being read.
                background.start_soon(anyio.to_thread.run_sync, load)
                background.start_soon(anyio.to_thread.run_sync, prepare, settings.results.forms)
                yield

    app = FastAPI(
        title="cxr-severity",
        version=__version__,
        summary="COVID-19 severity from chest radiographs",
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.registry = registry
    app.state.connections = Connections(settings.limits.upload_seconds, seen.refused)
    failures.install(app)
    routers = [
        module.router for module in (predict, batch, limits, models, health, oip, problems, metrics)
    ]
    for router in routers:
        app.include_router(router, dependencies=[Depends(only_known_parameters)])
    page.install(app, settings.serve.page)
    # The last added runs first: headers go on everything, also on refusals and failures.
    app.add_middleware(UploadPace, rate=settings.limits.upload_rate, memory=bodies)
    app.add_middleware(BodyLimit, max_file_bytes=settings.limits.max_upload_bytes)
    app.add_middleware(AccessControl, doors=doors, public=page.public(settings.serve.page))
    app.add_middleware(Identity)
    if settings.serve.cors_origins:
        app.add_middleware(
            OtherOrigins,
            allow_origins=settings.serve.cors_origins,
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["*"],
            expose_headers=EXPOSED,
        )
    app.add_middleware(Revalidation)
    app.add_middleware(NamedErrors)
    app.add_middleware(Head)
    app.add_middleware(PathAlone)
    app.add_middleware(failures.Unforeseen)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestMarks)
    routes = Routes((r for one in routers for r in one.routes), page.public(settings.serve.page))
    app.add_middleware(Measured, metrics=seen, routes=routes)
    app.add_middleware(StablePrefix)
    app.add_middleware(Drain, bounds=DrainBounds(4 * settings.limits.max_upload_bytes))
    app.openapi = lambda: openapi_document(app)  # type: ignore[method-assign]
    return app
