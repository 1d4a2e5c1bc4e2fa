"""The server: what it answers to each request. It listens on this machine only."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated, Any, TypeAlias

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from contrafact import __version__
from contrafact.app import asked, view
from contrafact.app.jobs import ENDED, Job, Jobs, QueueFullError
from contrafact.app.security import Guard, entry, error_response, problem_of
from contrafact.app.showing import Shown
from contrafact.app.uploads import Uploads
from contrafact.errors import InputError, InputErrors
from contrafact.experiment.arms import read_arms
from contrafact.experiment.comparison import Comparison
from contrafact.experiment.loading import load
from contrafact.experiment.pools import Workers
from contrafact.report.html import html_report
from contrafact.scenario.loading import shipped
from contrafact.scenario.schema import Scenario

STATIC = Path(__file__).parent / "static"
POLL_S = 0.2
KEEP_ALIVE_S = 15.0
Language: TypeAlias = Annotated[str, Query(pattern="^(en|vi)$")]
REFUSALS: dict[int | str, dict[str, Any]] = {
    code: {"model": asked.Refused, "description": why}
    for code, why in {
        403: "the request comes from a page of another origin",
        404: "there is no such thing",
        409: "the job has no result yet",
        413: "the request is too large",
        421: "the request names another host",
        422: "something in the request is wrong",
        429: "too many jobs wait",
    }.items()
}


def application(shown: Shown, port: int, threads: int | None = None, workers: Workers = 0) -> FastAPI:
    """The web application that first shows this.

    port     on which it will listen, since only requests that name it are answered
    threads  replications side by side; all processors where None
    workers  processes instead of threads, as in ``run``
    """
    folder = Path(mkdtemp(prefix="contrafact-serve-"))
    jobs, uploads = Jobs(folder, threads, workers), Uploads()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(jobs.close)
        shutil.rmtree(folder, ignore_errors=True)

    app = FastAPI(
        title="contrafact",
        version=__version__,
        description="Replays of a documented crisis, and what if one thing had been different. Local use only.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    _answer_errors(app)
    _show(app, shown)
    _bring(app, uploads)
    _work(app, jobs, shown, uploads)
    app.mount("/", Files(directory=STATIC, html=True), name="page")
    app.add_middleware(Guard, port=port)
    return app


class Files(StaticFiles):
    """The built page; a browser asks anew each time whether it changed, since it changes with the package."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file of the page."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


def _answer_errors(app: FastAPI) -> None:
    """Everything that is wrong is told as ``validate --json`` tells it."""

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        found = [entry(str(one["msg"]), key=".".join(str(part) for part in one["loc"])) for one in error.errors()]
        return JSONResponse({"ok": False, "errors": found}, 422)

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> Response:
        return error_response(error.status_code, str(error.detail))

    @app.exception_handler(InputErrors)
    async def wrong(_request: Request, errors: InputErrors) -> Response:
        return JSONResponse({"ok": False, "errors": [problem_of(error) for error in errors.errors]}, 422)

    @app.exception_handler(InputError)
    async def wrong_once(_request: Request, error: InputError) -> Response:
        return JSONResponse({"ok": False, "errors": [problem_of(error)]}, 422)


def _show(app: FastAPI, shown: Shown) -> None:
    """What is shown before anything is asked."""

    @app.get("/api/view", tags=["view"])
    async def first_view() -> Response:
        """The results that are shown first: map, curves, record, levers. JSON, described in docs/app.md."""
        return _zipped(shown.view)

    @app.get("/api/claims", tags=["evidence"])
    async def claims() -> Response:
        """Every claim about the crisis, with other sources' words and the verdict of the record."""
        return _zipped(await run_in_threadpool(shown.claims))

    @app.get("/api/evidence", tags=["evidence"])
    async def evidence() -> Response:
        """Every row of the record; of rows kept for scoring nothing but that they exist."""
        return _zipped(await run_in_threadpool(shown.evidence))

    @app.get("/api/scenarios", tags=["view"])
    async def scenarios() -> dict[str, list[str]]:
        """Names of the scenarios that ship."""
        return {"scenarios": shipped()}

    @app.get("/api/report", tags=["view"], responses=_only(404, 422), response_class=HTMLResponse)
    async def first_report(lang: Language = "en") -> Response:
        """The results that are shown first, as one file to send."""
        return await run_in_threadpool(_report, shown.document, lang)


def _bring(app: FastAPI, uploads: Uploads) -> None:
    """Scenarios that a reader brings."""

    @app.post("/api/scenarios", tags=["scenario"], responses=_only(403, 413, 422))
    async def bring(brought: asked.AskedScenario) -> asked.Brought:
        """Check a scenario; what is wrong is told by file, line and key. Nothing of it is written down or executed."""

        def read() -> asked.Brought:
            upload = uploads.add(brought.files)
            return asked.Brought(ok=True, id=upload.id, view=view.of_scenario_alone(upload.crisis))

        return await run_in_threadpool(read)


def _work(app: FastAPI, jobs: Jobs, shown: Shown, uploads: Uploads) -> None:
    """Runs and comparisons."""

    def named(job_id: str) -> Job:
        job = jobs.of(job_id)
        if job is None:
            raise HTTPException(404, "there is no job with this id; the server keeps only the last ones")
        return job

    def result_of(job_id: str) -> dict[str, Any]:
        job = named(job_id)
        if job.found is None:
            raise HTTPException(409, "the job has no result yet")
        if isinstance(job.found, Comparison):
            return view.of_comparison(job.found, _command(job), job.title)
        return view.of_result(job.found, _command(job))

    @app.post("/api/jobs", tags=["jobs"], status_code=202, responses=_only(403, 404, 413, 422, 429))
    async def start(wanted: asked.AskedJob) -> asked.JobState:
        """Start a run or a comparison; it waits its turn."""

        def begin() -> Job:
            crisis = _scenario(wanted.scenario, shown, uploads)
            changes = _changes(crisis, wanted)
            title = "" if wanted.arm is None else crisis.variants[wanted.arm].title
            return jobs.start(crisis, title, changes, wanted.replications, wanted.seed)

        try:
            return asked.JobState(**(await run_in_threadpool(begin)).as_dict())
        except QueueFullError:
            raise HTTPException(429, "too many jobs wait; cancel one or wait until one has ended") from None

    @app.get("/api/jobs", tags=["jobs"])
    async def every() -> asked.Jobs:
        """Every job that is remembered, the latest last."""
        return asked.Jobs(jobs=[asked.JobState(**job.as_dict()) for job in jobs.all()])

    @app.get("/api/jobs/{job_id}", tags=["jobs"], responses=_only(404))
    async def state(job_id: str) -> asked.JobState:
        """How far a job is."""
        return asked.JobState(**named(job_id).as_dict())

    @app.delete("/api/jobs/{job_id}", tags=["jobs"], responses=_only(403, 404))
    async def cancel(job_id: str) -> asked.JobState:
        """Stop a job; what has finished is kept."""
        job = named(job_id)
        jobs.cancel(job)
        return asked.JobState(**job.as_dict())

    @app.get("/api/jobs/{job_id}/events", tags=["jobs"], responses=_only(404), response_class=StreamingResponse)
    async def events(job_id: str) -> StreamingResponse:
        """How far a job is, as server-sent events until it has ended; each is a JobState."""
        return StreamingResponse(_told(named(job_id)), media_type="text/event-stream")

    @app.get("/api/jobs/{job_id}/view", tags=["jobs"], responses=_only(404, 409))
    async def result(job_id: str) -> Response:
        """What a job found, in the form of /api/view."""
        return _zipped(await run_in_threadpool(_packed, result_of, job_id))

    @app.get("/api/jobs/{job_id}/report", tags=["jobs"], responses=_only(404, 409), response_class=HTMLResponse)
    async def report(job_id: str, lang: Language = "en") -> Response:
        """What a job found, as one file to send."""
        document = await run_in_threadpool(result_of, job_id)
        return await run_in_threadpool(_report, lambda: document, lang)

    @app.get("/api/jobs/{job_id}/results.zip", tags=["jobs"], responses=_only(404, 409))
    async def results(job_id: str) -> Response:
        """The results folder of a job that has ended, as an archive."""
        job = named(job_id)
        if job.found is None or job.state not in ENDED:
            raise HTTPException(409, "the job has no result yet")
        content = await run_in_threadpool(_archive, jobs.results_of(job))
        headers = {"content-disposition": 'attachment; filename="contrafact-results.zip"'}
        return Response(content, media_type="application/zip", headers=headers)


def _scenario(name: str | None, shown: Shown, uploads: Uploads) -> Scenario:
    """The scenario that a request names: the one that is served, one that ships, or one that was brought."""
    if name is None or name == shown.crisis.name:
        return shown.crisis
    upload = uploads.of(name)
    if upload is not None:
        return upload.crisis
    found = load(name) if name in shipped() else None
    if not isinstance(found, Scenario):
        raise HTTPException(404, "there is no scenario with a map of this name or id")
    return found


def _changes(crisis: Scenario, wanted: asked.AskedJob) -> dict[str, Any] | None:
    """Overrides of the arm that is asked for, tried on the scenario; None for a run. InputErrors where one is wrong."""
    if wanted.kind == "run":
        if wanted.changes or wanted.arm is not None:
            raise InputErrors([InputError("a run changes nothing; ask for a comparison", key="changes")])
        return None
    changes: dict[str, Any] = {}
    if wanted.arm is not None:
        read_arms(crisis, [wanted.arm])
        changes.update(crisis.variants[wanted.arm].settings)
    changes.update(wanted.changes)
    read_arms(crisis, {"what if": changes})
    return changes


async def _told(job: Job) -> AsyncIterator[str]:
    """Events of a job, whenever something about it changed."""
    last, quiet = "", 0.0
    while True:
        ended = job.state in ENDED
        text = json.dumps(job.as_dict(), ensure_ascii=False)
        if text != last:
            yield f"data: {text}\n\n"
            last, quiet = text, 0.0
        elif quiet >= KEEP_ALIVE_S:
            yield ": still there\n\n"
            quiet = 0.0
        if ended:
            return
        await asyncio.sleep(POLL_S)
        quiet += POLL_S


def _command(job: Job) -> str:
    """The command that does the same on the command line."""
    return view.command_of(job.crisis, job.changes, job.total, job.seed)


def _packed(make: Callable[[str], dict[str, Any]], job_id: str) -> bytes:
    return view.compressed(make(job_id))


def _zipped(content: bytes) -> Response:
    """JSON that was compressed once and is sent as it is."""
    return Response(content, media_type="application/json", headers={"content-encoding": "gzip"})


def _report(document: Callable[[], dict[str, Any]], lang: str) -> Response:
    text = html_report(document(), lang)
    return HTMLResponse(text, headers={"content-disposition": 'attachment; filename="contrafact-report.html"'})


def _archive(folder: Path) -> bytes:
    """All files of a folder as a ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, Path("results") / path.relative_to(folder))
    return buffer.getvalue()


def _only(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: REFUSALS[code] for code in (*codes, 421)}
