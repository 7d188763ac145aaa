"""Making, renaming, archiving, bringing back and deleting use cases: a form each, which scripts open as a dialog."""

from collections.abc import Callable
from typing import Any

from sightlog.dashboard import addresses
from sightlog.dashboard.frame import redirect, render
from sightlog.dashboard.notices import notice_about
from sightlog.dashboard.page_routes import page_route
from sightlog.dashboard.use_case_visits import visit_use_case
from sightlog.dashboard.use_cases import like_names, read_state
from sightlog.domain.errors import Invalid, NameTaken
from sightlog.domain.filters import EventFilters
from sightlog.domain.use_cases import UseCase
from sightlog.domain.users import Role
from sightlog.operations import queries, use_cases
from sightlog.web.answers import Answer
from sightlog.web.requests import ApiRequest
from sightlog.web.routing import Route
from sightlog.web.visits import Visit, form, visit

_MOST_FIELDS = 6


async def show_new(request: ApiRequest) -> Answer:
    """The form for a new use case, with guidance and what there is of a like name."""
    who = await visit(request, Role.EDITOR)
    return await _new_form(request, who, (request.query("name") or "").strip(), "", 200)


async def create(request: ApiRequest) -> Answer:
    """Make it, and go to it."""
    who = await visit(request, Role.EDITOR)
    name = (await form(request, who)).one("name")
    try:
        made = await request.run_errand(
            lambda: use_cases.create_use_case(request.store, who.workspace.number, name, request.limits, request.now)
        )
    except (Invalid, NameTaken) as error:
        return await _new_form(request, who, name, error.message, 409 if isinstance(error, NameTaken) else 400)
    notice = notice_about("created", made.name, who)
    return redirect(addresses.use_case(who.workspace.slug, made.id, "", {"notice": notice}))


async def _new_form(request: ApiRequest, who: Visit, name: str, problem: str, status: int) -> Answer:
    def alike() -> list[tuple[str, str, list[str], bool]]:
        found = []
        for row in like_names(who, request, name) if name else ():
            schema = queries.get_metadata_schema(request.store, who.caller, row.id, of_images=False)
            found.append((row.id, row.name, list(schema.fields)[:_MOST_FIELDS], row.status == "inactive"))
        return found

    like = await request.run_errand(alike)
    return _form(request, who, "use_case_new.html", status, name=name, problem=problem, like=like)


async def show_rename(request: ApiRequest) -> Answer:
    """The form for another name."""
    who, use_case = await visit_use_case(request, Role.EDITOR)
    return _rename_form(request, who, use_case, use_case.name, "", 200)


async def rename(request: ApiRequest) -> Answer:
    """Give it another name; its id and its events stay."""
    who, use_case = await visit_use_case(request, Role.EDITOR)
    name = (await form(request, who)).one("name")
    try:
        renamed = await request.run_errand(
            lambda: use_cases.rename_use_case(request.store, who.workspace.number, use_case.id, name, request.now)
        )
    except (Invalid, NameTaken) as error:
        return _rename_form(request, who, use_case, name, error.message, 409 if isinstance(error, NameTaken) else 400)
    return redirect(_table(request, who, notice=notice_about("renamed", renamed.name, who)))


def _rename_form(request: ApiRequest, who: Visit, use_case: UseCase, name: str, problem: str, status: int) -> Answer:
    return _form(request, who, "use_case_rename.html", status, use_case=use_case, name=name, problem=problem)


async def show_archive(request: ApiRequest) -> Answer:
    """What archiving does, before it is done."""
    who, use_case = await visit_use_case(request, Role.EDITOR)
    events = await _count_events(request, who, use_case)
    return _form(request, who, "use_case_archive.html", 200, use_case=use_case, events=events)


async def _count_events(request: ApiRequest, who: Visit, use_case: UseCase) -> int:
    whole = EventFilters(use_case_id=use_case.id)
    counted = await request.run_errand(lambda: queries.count_matching(request.store, who.caller, whole, None))
    return counted.count


Change = Callable[..., UseCase]


async def archive(request: ApiRequest) -> Answer:
    """Refuse new events from now on."""
    who, use_case = await _change(request, use_cases.archive_use_case)
    return redirect(_table(request, who, notice=notice_about("archived", use_case.name, who)))


async def unarchive(request: ApiRequest) -> Answer:
    """Take events again. Who asked in the table of archived use cases stays there: there may be others."""
    who, use_case = await _change(request, use_cases.unarchive_use_case)
    notice = notice_about("unarchived", use_case.name, who)
    if read_state(request).is_archived:
        return redirect(_table(request, who, notice=notice))
    return redirect(addresses.use_case(who.workspace.slug, use_case.id, "", {"notice": notice}))


async def _change(request: ApiRequest, change: Change) -> tuple[Visit, UseCase]:
    who, use_case = await visit_use_case(request, Role.EDITOR)
    await form(request, who)
    await request.run_errand(lambda: change(request.store, who.workspace.number, use_case.id, request.now))
    return who, use_case


async def show_delete(request: ApiRequest) -> Answer:
    """What deleting for good does; it asks for the name."""
    who, use_case = await visit_use_case(request, Role.ADMIN)
    return await _delete_form(request, who, use_case, "", "")


async def delete(request: ApiRequest) -> Answer:
    """Delete an archived use case for good."""
    who, use_case = await visit_use_case(request, Role.ADMIN)
    name = (await form(request, who)).one("name")
    try:
        await request.run_errand(
            lambda: use_cases.delete_use_case(request.store, who.workspace.number, use_case.id, name, request.now)
        )
    except Invalid as error:
        return await _delete_form(request, who, use_case, name, error.message)
    notice = notice_about("use-case-deleted", use_case.name, who)
    return redirect(_table(request, who, status="archived", notice=notice))


async def _delete_form(request: ApiRequest, who: Visit, use_case: UseCase, name: str, problem: str) -> Answer:
    return _form(
        request,
        who,
        "use_case_delete.html",
        400 if problem else 200,
        use_case=use_case,
        events=await _count_events(request, who, use_case),
        name=name,
        problem=problem,
        table=_table(request, who, status="archived" if use_case.is_archived else ""),
    )


def _form(request: ApiRequest, who: Visit, template: str, status: int, **values: Any) -> Answer:
    """One of the forms. `table` is where it leads back to: the table as it was, unless the values name another."""
    return render(request, who, template, status=status, **{"table": _table(request, who), **values})


def _table(request: ApiRequest, who: Visit, **more: str) -> str:
    """The address of the table as it was when the form was opened from it."""
    return addresses.use_cases(who.workspace.slug, read_state(request).here | more)


_TABLE = "/{workspace}/vision-events"
_PATH = f"{_TABLE}/{{useCaseId}}"

ROUTES: tuple[Route, ...] = (
    page_route("GET", f"{_TABLE}/new", show_new, "The form for a new use case"),
    page_route("POST", f"{_TABLE}/new", create, "Make a use case"),
    page_route("GET", f"{_PATH}/rename", show_rename, "The form for another name"),
    page_route("POST", f"{_PATH}/rename", rename, "Rename a use case"),
    page_route("GET", f"{_PATH}/archive", show_archive, "What archiving does"),
    page_route("POST", f"{_PATH}/archive", archive, "Archive a use case"),
    page_route("GET", f"{_PATH}/delete", show_delete, "What deleting for good does"),
    page_route("POST", f"{_PATH}/delete", delete, "Delete an archived use case for good"),
    page_route("POST", f"{_PATH}/unarchive", unarchive, "Bring a use case back"),
)
