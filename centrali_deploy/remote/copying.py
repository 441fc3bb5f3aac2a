"""Copying what records hold under one name to another: as often as it is run, and never an older value over a newer one.

Which of two values is newer, only the versions of a record tell [I for their path]; where they do not, nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from centrali_deploy.errors import Conflict, Rejected, RemoteError
from centrali_deploy.wire import one, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from centrali_deploy.remote.client import Client
    from centrali_deploy.wire import Page

PAGE = 200
"""Records that are read, and written, in one request; each may have 1 MB, and an answer 10 MB [D]."""
_PASSES = 20
_GONE = 404
_MEND = "Nothing is lost: the old property stays until all values are copied. Mend the record, and run again to go on."


class Version(NamedTuple):
    """A record as it was, or is: its number (None when the API does not say) and its data."""

    number: int | None
    data: dict[str, Any]


def newest(history: Iterable[Version], old: str, new: str, since: int | None = None, ours: Any = None) -> Any:  # noqa: ANN401 -- any JSON value
    """The value that was set last under either name, copies aside: they bring nothing new.

    After the version `since`, what became `ours` is our own copy. Before, or when that is not known, the first value under
    the new name is a copy if the old name had it.
    """
    found = was = copy = None
    olds: list[Any] = []
    for number, data in history:
        value, beside = data.get(old), data.get(new)
        if value != was:
            found, was = value, value
            olds.append(value)
        if beside != copy:
            later = since is not None and number is not None and number > since
            if not (beside == ours if later else copy is None and beside in olds):
                found = beside
            copy = beside
    return found


@dataclass
class Copying:
    """Carries the values of one structure's records from `old` to `new`. `copied`: how many so far."""

    client: Client
    slug: str
    old: str
    new: str
    copied: int = 0
    _known: dict[str, Any] = field(default_factory=dict)
    """Of each record that is done, the value under the old name."""
    _in_bulk: bool = True

    def steps(self) -> Iterator[None]:
        """Yields before each write. Ends when every value is carried over, though records change meanwhile.

        Raises RemoteError when the API refuses one, or does not tell which of two values is the newer one.
        """
        for _ in range(_PASSES):
            written = self.copied
            for records in self._pages():
                fresh = [record for record in records if record["data"].get(self.new) is None]
                if fresh:
                    yield
                    self._copy(fresh)
                for record in records:
                    if record["data"].get(self.new) is not None and not self._alike(record):
                        yield
                        self._settle(str(record["id"]))
            if written == self.copied and not self._left():
                return
        raise RemoteError(f"The records of {self.slug} change faster than {self.old} is copied to {self.new}.", "Run again to go on.")

    def _pages(self) -> Iterator[list[dict[str, Any]]]:
        """All records that have a value under the old name, but for those that are as they were when they were done."""
        offset = 0
        while records := self._query({f"data.{self.old}": {"exists": True}}, offset):
            offset += len(records)
            yield list(filter(self._is_new, records))

    def _left(self) -> bool:
        """Whether a record was passed over, because others went while they were read page by page."""
        where = {"and": [{f"data.{self.old}": {"exists": True}}, {f"data.{self.new}": {"exists": False}}]}
        return any(map(self._is_new, self._query(where, 0)))

    def _is_new(self, record: dict[str, Any]) -> bool:
        """Whether a record is not done, or got another value under the old name since."""
        return bool(self._known.get(str(record["id"])) != record["data"].get(self.old))

    def _query(self, where: dict[str, Any], offset: int) -> list[dict[str, Any]]:
        query = {
            "resource": self.slug,
            "where": where,
            "select": {"fields": ["id", "version", f"data.{self.old}", f"data.{self.new}"]},
            "sort": [{"field": "createdAt", "direction": "asc"}, {"field": "id", "direction": "asc"}],
            "page": {"limit": PAGE, "offset": offset},
        }
        path = "records/query"
        found = _read(path, self.client.request("POST", path, json=query, repeatable=True)).items
        if any(not isinstance(each.get("data"), dict) or "id" not in each for each in found):
            raise RemoteError(f"POST /{path}: the answer holds something that is no record.", path=f"/{path}")
        return found

    def _alike(self, record: dict[str, Any]) -> bool:
        """Whether both names have the same value; then the record is done."""
        value = record["data"].get(self.old)
        if value != record["data"].get(self.new):
            return False
        self._known[str(record["id"])] = value
        return True

    def _copy(self, records: Sequence[dict[str, Any]]) -> None:
        """Write many values at once, then look whether any record was changed between its reading and its writing."""
        sent = {str(record["id"]): record["data"][self.old] for record in records}
        after = self._written(sent)
        for record in records:
            id_, before = str(record["id"]), _number(record)
            now = after.get(id_)
            if now is None:
                continue  # deleted meanwhile
            self.copied += 1
            self._known[id_] = sent[id_]
            if now.data.get(self.old) != sent[id_] or (before is not None and now.number not in {None, before + 1}):
                self._settle(id_, before, sent[id_])

    def _written(self, values: dict[str, Any]) -> dict[str, Version]:
        """Records after values were written to them, by id; without those that are not there any more."""
        if self._in_bulk:
            path, lot = "records/bulk", [{"id": id_, "data": {self.new: value}} for id_, value in values.items()]
            try:
                answer = self.client.request("PATCH", path, json={"records": lot})
            except (Rejected, Conflict):
                pass  # one of them is refused, or is gone; or there is no such route
            else:
                return self._told(answer, values)
        found = {id_: record for id_, value in values.items() if (record := self._write(id_, value)) is not None}
        self._in_bulk = self._in_bulk and len(found) < len(values)
        return found

    def _told(self, answer: Any, values: dict[str, Any]) -> dict[str, Version]:  # noqa: ANN401 -- any JSON value
        """What a bulk update answers; when it does not show the records, they are read again."""
        try:
            shown = {str(each.get("id")): _version(each) for each in page(answer).items if isinstance(each.get("data"), dict)}
        except ValueError:
            shown = {}
        if shown.keys() >= values.keys():
            return shown
        return {str(each["id"]): _version(each) for each in self._query({"id": {"in": list(values)}}, 0)}

    def _write(self, id_: str, value: Any) -> Version | None:  # noqa: ANN401 -- any JSON value
        """Write one value; gives the record after it, None when it is gone."""
        path = f"records/{quote(id_, safe='')}"
        try:
            return _version(one(self.client.request("PATCH", path, json={"data": {self.new: value}})))
        except Rejected as error:
            if error.status == _GONE:
                return None
            error.message = f"The value of {self.old} of record {id_} cannot be copied to {self.new}: {error.message}"
            error.hint = _MEND
            raise

    def _settle(self, id_: str, since: int | None = None, ours: Any = None) -> None:  # noqa: ANN401 -- any JSON value
        """Give a record that has two values, or was changed while it was written, the newer one; again while it changes."""
        for _ in range(_PASSES):
            history = self._history(id_)
            if not history:
                return
            value, present = newest(history, self.old, self.new, since, ours), history[-1]
            self._known[id_] = present.data.get(self.old)
            if present.data.get(self.new) == value:
                return
            after = self._write(id_, value)
            self.copied += 1
            if after is None or (present.number is not None and after.number == present.number + 1):
                return
            since, ours = present.number, value
        raise RemoteError(f"Record {id_} of {self.slug} changes faster than it is copied.", "Run again to go on.")

    def _history(self, id_: str) -> list[Version]:
        """A record's versions, the present one last; none when it is gone."""
        path = f"records/{quote(id_, safe='')}"
        try:
            present = _version(one(self.client.request("GET", path)))
        except Rejected as error:
            if error.status == _GONE:
                return []
            raise
        try:
            items = _read(f"{path}/versions", self.client.request("GET", f"{path}/versions")).items
        except RemoteError as error:
            message = f"Record {id_} of {self.slug} has different values under {self.old} and {self.new}, and which is newer cannot be told"
            raise RemoteError(f"{message}: {error.message}", f"Make them the same. {_MEND}", path=f"/{path}") from error
        if present.number is None:
            return [*map(_version, items), present]
        versions = {version.number: version for version in (*map(_version, items), present) if version.number is not None}
        return [versions[number] for number in sorted(versions)]


def _read(path: str, answer: Any) -> Page:  # noqa: ANN401 -- any JSON value
    try:
        return page(answer)
    except ValueError as error:
        raise RemoteError(f"/{path}: {error}.", path=f"/{path}") from error


def _number(record: dict[str, Any]) -> int | None:
    number = record.get("version")
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _version(record: dict[str, Any]) -> Version:
    data = record.get("data")
    return Version(_number(record), data if isinstance(data, dict) else {})
