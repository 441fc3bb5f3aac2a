"""The ledger in the workspace: few requests, whole or not at all, one writer, and hidden from everything else."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ending import result_of
from ledgers import F, client_behind, entry, holder, ledger, together

from centrali_deploy.address import Address
from centrali_deploy.errors import LeaseLost, LedgerError, LedgerMoved, Locked, ManifestError, Rejected, RemoteError, Unreadable
from centrali_deploy.kinds import KINDS
from centrali_deploy.ledger.model import Ledger
from centrali_deploy.ledger.shelf import PAGE, Leaf, Shelf
from centrali_deploy.ledger.slips import LeafSlips
from centrali_deploy.ledger.workspace import WorkspaceDoor
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.sealing import Seal
from centrali_deploy.secret import Secret
from centrali_deploy.states import Recorded
from centrali_deploy.wire import RESERVED

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.remote.client import Client

    Handler = Callable[[httpx.Request], httpx.Response]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def large(count: int, serial: int = 1, deployment: str = "default") -> Ledger:
    """A ledger that hardly gets shorter when it is packed."""
    names = [Address("function", f"{digest(str(number))[:9]}-{number}") for number in range(count)]
    resources = {a: Recorded(a, digest(f"id of {a}")[:32], {"code": {"$text": digest(f"{a} {serial}")}}, "1") for a in names}
    return Ledger(deployment, b"\x01", serial, resources, "0.1")


def records(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.request("GET", f"records/slug/{RESERVED}", query={"pageSize": 500})["data"]
    return found


def requests(client: Client, act: Callable[[], Any]) -> int:
    before = client.requests_used
    act()
    return client.requests_used - before


@pytest.mark.parametrize("count", [1, 10_000])
def test_reading_takes_one_request_however_much_is_recorded(client: Client, count: int) -> None:
    WorkspaceDoor(client, "default").write(large(count))
    door = WorkspaceDoor(client, "default")
    assert requests(client, door.read) == 1
    assert door.read() == large(count)


def test_entries_of_the_history_are_not_read_with_the_ledger(client: Client, app: Any) -> None:
    door = WorkspaceDoor(client, "default")
    door.write(ledger())
    asked: list[int] = []

    def sized(_number: int, request: httpx.Request, way: Handler) -> httpx.Response:
        answer = way(request)
        asked.append(len(answer.content))
        return answer

    for _ in range(50):
        door.add(entry(inverse=["x" * 1000]))
    with client_behind(app, sized) as other:
        assert WorkspaceDoor(other, "default").read() == ledger()
    assert len(asked) == 1
    assert asked[0] < 2000


def test_writing_takes_two_requests_and_the_lock_five(client: Client) -> None:
    door = WorkspaceDoor(client, "default")
    door.write(ledger(1))
    assert requests(client, lambda: door.write(ledger(2))) == 2
    door.take(holder(), 1000)
    door.release(holder())
    assert requests(client, lambda: door.take(holder("bob"), 1000)) == 4
    assert requests(client, lambda: door.renew(holder("bob", 1020))) == 2
    assert requests(client, lambda: door.release(holder("bob"))) == 1


def test_who_has_read_takes_the_lock_in_three_and_reads_again_with_it(client: Client) -> None:
    WorkspaceDoor(client, "default").write(ledger(1))
    first = WorkspaceDoor(client, "default")
    first.take(holder(), 1000)
    first.release(holder())
    door = WorkspaceDoor(client, "default")
    assert requests(client, door.read) == 1
    WorkspaceDoor(client, "default").write(ledger(2))
    assert requests(client, lambda: door.take(holder("bob"), 1000)) == 3
    assert requests(client, door.read) == 0
    assert requests(client, door.read) == 1
    assert door.read() == ledger(2)


def test_what_was_read_with_a_lock_that_was_not_taken_is_not_believed(client: Client) -> None:
    mine, theirs = WorkspaceDoor(client, "default"), WorkspaceDoor(client, "default")
    mine.write(ledger(1))
    mine.read()
    theirs.take(holder("ann"), 1000)
    with pytest.raises(Locked):
        mine.take(holder("bob"), 1000)
    theirs.write(ledger(2))
    assert mine.read() == ledger(2)


def test_a_ledger_of_many_leaves_is_read_anew_after_the_lock_was_taken(client: Client) -> None:
    shelf, door = Shelf(client), WorkspaceDoor(client, "default")
    door.write(ledger(1))
    for number in range(PAGE):
        shelf.add(Leaf(f"chunk/default/rest/{number}", "chunk/default", "default", number, "what a crash left behind"))
    door.read()
    door.take(holder("bob"), 1000)
    assert requests(client, door.read) == 2
    with pytest.raises(Locked):
        WorkspaceDoor(client, "default").take(holder("ann"), 1000)


@pytest.mark.parametrize("goes", ["let go", "over"])
@pytest.mark.parametrize("others", range(4))
def test_a_lock_has_the_highest_number_however_old_what_was_seen_is(others: int, goes: str, client: Client) -> None:
    door = WorkspaceDoor(client, "default")
    door.write(ledger(1))
    door.read()
    took = [WorkspaceDoor(client, "default") for _ in range(others)]
    for number, other in enumerate(took):
        other.take(holder(f"o{number}", 1000 * number, lease=500), 1000 * number)
        if goes == "let go":
            other.release(holder(f"o{number}", 1000 * number, lease=500))
    door.take(holder("bob", 9000), 9000)
    assert WorkspaceDoor(client, "default").holder() == holder("bob", 9000)
    door.renew(holder("bob", 9020))
    for number, other in enumerate(took):
        with pytest.raises(LeaseLost):
            other.renew(holder(f"o{number}", 9500, lease=500))
    assert [slip.number for slip in LeafSlips(Shelf(client), "default").all()] == [others + 1]


def test_a_refused_taker_with_an_old_look_leaves_the_lock_where_it_is(client: Client) -> None:
    door, first, second = (WorkspaceDoor(client, "default") for _ in range(3))
    door.write(ledger(1))
    door.read()
    first.take(holder("ann"), 1000)
    first.release(holder("ann"))
    second.take(holder("eve"), 1000)
    with pytest.raises(Locked, match="eve"):
        door.take(holder("bob"), 1000)
    second.renew(holder("eve", 1020))
    assert WorkspaceDoor(client, "default").holder() == holder("eve", 1020)


@pytest.mark.parametrize("before", range(3))
def test_an_entry_takes_one_request_once_the_ledger_was_read(before: int, client: Client) -> None:
    for serial in range(before + 1):
        door = WorkspaceDoor(client, "default")
        door.read()
        if serial:
            door.add(entry())
        door.write(ledger(serial + 1))
    door = WorkspaceDoor(client, "default")
    door.read()
    assert requests(client, lambda: door.add(entry("new"))) == 1
    assert door.history(1) == [entry("new", number=before + 1, inverse=None)]


def test_what_a_door_added_itself_it_knows_better_than_the_ledger(client: Client) -> None:
    door = WorkspaceDoor(client, "default")
    door.write(ledger(1))
    assert door.add(entry()).number == 1
    assert door.read() == ledger(1)
    door.write(ledger(2))
    other = WorkspaceDoor(client, "default")
    other.read()
    assert requests(client, lambda: other.add(entry())) == 1
    assert [each.number for each in other.history(5)] == [2, 1]


@pytest.mark.parametrize("said", [None, "3"])
def test_a_head_that_does_not_tell_of_the_history_is_read_all_the_same(said: Any, client: Client) -> None:
    door, shelf = WorkspaceDoor(client, "default"), Shelf(client)
    door.write(ledger(1))
    door.add(entry())
    (leaf,) = shelf.find("head")
    head = {member: value for member, value in json.loads(leaf.text).items() if member != "entries"}
    shelf.change(leaf, json.dumps(head | ({"entries": said} if said else {})))
    other = WorkspaceDoor(client, "default")
    assert other.read() == ledger(1)
    assert other.add(entry()).number == 2


@pytest.mark.parametrize("unsaid", [1, 3])
def test_entries_that_the_ledger_does_not_know_of_keep_their_numbers(unsaid: int, client: Client) -> None:
    door = WorkspaceDoor(client, "default")
    door.write(ledger(1))
    for number in range(unsaid):  # applies that were killed before they recorded what became of them
        assert WorkspaceDoor(client, "default").add(entry(f"d{number}")).number == number + 1
    door.read()
    assert door.add(entry("new")).number == unsaid + 1
    assert [(each.number, each.digest) for each in door.history(1)] == [(unsaid + 1, "new")]


def test_the_structure_is_made_by_the_first_write_and_never_by_reading(client: Client) -> None:
    door = WorkspaceDoor(client, "default")
    assert (door.read(), door.holder(), door.history(1), door.unlock()) == (None, None, [], None)
    assert client.find(KINDS["structure"], RESERVED) is None
    door.write(ledger(1))
    assert door.made
    assert client.find(KINDS["structure"], RESERVED) is not None
    other = WorkspaceDoor(client, "billing")
    other.write(ledger(1, deployment="billing"))
    assert not other.made


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("before", "after"), [(1, 1), (1, 2_000), (2_000, 1), (2_000, 5_000)])
def test_wherever_a_write_is_killed_the_old_ledger_is_there_or_the_new_one_and_no_rest(
    before: int, after: int, when: str, app: Any, client: Client
) -> None:
    door, seen, serial = WorkspaceDoor(client, "default"), [], 0
    for cut in range(40):
        old, new = large(before, serial + 1), large(after, serial + 2)
        door.write(old)
        killed = False

        def kill(number: int, request: httpx.Request, way: Handler, cut: int = cut) -> httpx.Response:
            if number - 1 == cut and when == "before":
                raise KeyboardInterrupt
            answer = way(request)
            if number - 1 == cut:
                raise KeyboardInterrupt
            return answer

        with client_behind(app, kill) as other:
            broken = WorkspaceDoor(other, "default")
            broken.read()
            try:
                broken.write(new)
            except KeyboardInterrupt:
                killed = True
        door = WorkspaceDoor(client, "default")
        found = door.read()
        assert found in (old, new)
        seen.append(found == new)
        serial += 3
        door.write(large(1, serial))
        assert len(records(client)) == 1
        if not killed:
            break
    assert not killed
    assert (seen[0] or when == "after", seen[-1], sorted(seen)) == (when == "after", True, seen)


def test_who_is_slow_does_not_write_over_what_came_after_and_leaves_no_rest(client: Client, app: Any) -> None:
    with client_behind(app, lambda _number, request, way: way(request)) as other:
        first, slow = WorkspaceDoor(client, "default"), WorkspaceDoor(other, "default")
        first.write(large(1, 1))
        slow.read()
        first.write(large(1, 2))
        with pytest.raises(LedgerMoved) as caught:
            slow.write(large(8_000, 2))
    assert caught.value.message == "Somebody else wrote to the ledger in the workspace acme-dev."
    assert (WorkspaceDoor(client, "default").read(), len(records(client))) == (large(1, 2), 1)


def lost(method: str, times: int = 1) -> Callable[[int, httpx.Request, Handler], httpx.Response]:
    """The answers of the first requests of this method get lost, though they took effect."""
    left = [times]

    def act(_number: int, request: httpx.Request, way: Handler) -> httpx.Response:
        answer = way(request)
        if request.method == method and "records" in request.url.path and left[0]:
            left[0] -= 1
            raise httpx.ReadError("gone", request=request)
        return answer

    return act


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "GET"])
def test_an_answer_that_gets_lost_changes_nothing(method: str, app: Any) -> None:
    with client_behind(app, lost(method)) as client:
        door = WorkspaceDoor(client, "default")
        door.write(ledger(1))
        door.write(ledger(2))
        door.take(holder("ann"), 1000)
        door.renew(holder("ann", 1020))
        assert door.holder() == holder("ann", 1020)
        with pytest.raises(Locked):
            WorkspaceDoor(client, "default").take(holder("bob"), 1030)
        door.release(holder("ann"))
        assert WorkspaceDoor(client, "default").read() == ledger(2)
        assert len(records(client)) == 2


def test_what_cannot_be_cleared_away_now_goes_with_the_next_write(app: Any, client: Client) -> None:
    def refused(_number: int, request: httpx.Request, way: Handler) -> httpx.Response:
        return httpx.Response(400, json={"message": "no"}) if request.method == "DELETE" else way(request)

    with client_behind(app, refused) as stuck:
        door = WorkspaceDoor(stuck, "default")
        for serial in (1, 2, 3):
            door.write(ledger(serial))
    assert len(records(client)) == 3
    door = WorkspaceDoor(client, "default")
    assert door.read() == ledger(3)
    door.write(ledger(4))
    assert len(records(client)) == 1


@pytest.mark.parametrize("cap", [1, 7])
@pytest.mark.parametrize("says", ["the total", "nothing"])
def test_pages_are_read_to_their_end_whatever_their_size(app: Any, client: Client, cap: int, says: str) -> None:
    for number in range(9):
        WorkspaceDoor(client, f"d{number}").write(ledger(1, f"f{number}", deployment=f"d{number}"))
    WorkspaceDoor(client, "default").write(large(8_000))

    def capped(_number: int, request: httpx.Request, way: Handler) -> httpx.Response:
        query = dict(request.url.params) | {"pageSize": str(cap)}
        answer = way(httpx.Request(request.method, request.url.copy_with(params=query), headers=request.headers))
        body = answer.json()
        return answer if says == "the total" else httpx.Response(200, json={"data": body["data"]})

    with client_behind(app, capped) as other:
        door = WorkspaceDoor(other, "default")
        assert door.read() == large(8_000)
        assert sorted(door.elsewhere().values()) == [f"d{number}" for number in range(9)]


def test_a_lease_that_is_renewed_while_it_is_taken_over_stays_whose_it_is(app: Any, client: Client) -> None:
    first = WorkspaceDoor(client, "default")
    first.take(holder("ann", 1000), 1000)

    def late(_number: int, request: httpx.Request, way: Handler) -> httpx.Response:
        if request.method == "POST":
            first.renew(holder("ann", 1061))
        return way(request)

    with client_behind(app, late) as other, pytest.raises(Locked):
        WorkspaceDoor(other, "default").take(holder("bob", 1061), 1061)
    first.renew(holder("ann", 1080))
    assert WorkspaceDoor(client, "default").holder() == holder("ann", 1080)


def test_a_lease_that_is_taken_over_while_it_is_renewed_is_lost(app: Any, client: Client) -> None:
    second = WorkspaceDoor(client, "default")

    def late(_number: int, request: httpx.Request, way: Handler) -> httpx.Response:
        if request.method == "PATCH":
            second.take(holder("bob", 1061), 1061)
        return way(request)

    with client_behind(app, late) as other:
        door = WorkspaceDoor(other, "default")
        door.take(holder("ann", 1000), 1000)
        with pytest.raises(LeaseLost):
            door.renew(holder("ann", 1061))
    assert second.holder() == holder("bob", 1061)


HEAD = {"format": 1, "generation": "g", "chunks": [], "owned": "[]", "first": "{}"}
LEDGER = {"format": 1, "deployment": "default", "key": "00", "serial": 1, "tool": "", "resources": {}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is damaged"),
        ("[]", "is damaged"),
        ('{"format": 1}', "is damaged"),
        ("z:not-base64", "is damaged"),
        ("z:AAAA", "is damaged"),
        ("[" * 100_000, "is damaged"),
        (json.dumps({**HEAD, "format": 2}), "has format 2, and 1 is the newest"),
        (json.dumps({**HEAD, "chunks": ["chunk/default/g/0"]}), "is damaged"),
        (json.dumps(HEAD), "is damaged"),
        (json.dumps({**HEAD, "first": json.dumps({**LEDGER, "key": "zz"})}), "is damaged"),
        (json.dumps({**HEAD, "first": json.dumps({**LEDGER, "format": 9})}), "has format 9"),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_written_over(text: str, words: str, client: Client) -> None:
    WorkspaceDoor(client, "default").write(ledger(1))
    (record,) = records(client)
    client.request("PATCH", f"records/{record['id']}", json={"data": {"text": text}})
    for act in (lambda: WorkspaceDoor(client, "default").read(), lambda: WorkspaceDoor(client, "default").write(ledger(2))):
        with pytest.raises(Unreadable, match=words):
            act()  # type: ignore[no-untyped-call]
    assert [each["data"]["text"] for each in records(client)] == [text]


def test_a_lock_that_somebody_edited_holds_until_it_is_broken(client: Client) -> None:
    WorkspaceDoor(client, "default").take(holder(), 1000)
    (record,) = records(client)
    client.request("PATCH", f"records/{record['id']}", json={"data": {"text": "{}"}})
    with pytest.raises(Unreadable, match="The lock in the workspace acme-dev cannot be read"):
        WorkspaceDoor(client, "default").take(holder("bob"), 9000)
    assert WorkspaceDoor(client, "default").unlock() is None
    WorkspaceDoor(client, "default").take(holder("bob"), 9000)


def test_a_record_that_is_not_ours_is_told(app: Any, client: Client) -> None:
    WorkspaceDoor(client, "default").write(ledger(1))

    def odd(_number: int, request: httpx.Request, way: Handler) -> httpx.Response:
        answer = way(request).json()
        answer["data"][0]["data"].pop("text")
        return httpx.Response(200, json=answer)

    with client_behind(app, odd) as other, pytest.raises(Unreadable, match=r"A record of centrali-deploy-ledger .* is not one of ours"):
        WorkspaceDoor(other, "default").read()


def test_more_than_a_deployment_can_keep_is_refused_before_anything_is_written(client: Client) -> None:
    names = [Address("function", digest(str(number))) for number in range(15_000)]
    with pytest.raises(LedgerError, match="15,000 resources are more than one deployment can keep"):
        WorkspaceDoor(client, "default").write(Ledger("default", b"", 1, {address: Recorded(address) for address in names}))
    assert client.find(KINDS["structure"], RESERVED) is None


def test_nobody_plans_it_and_nobody_declares_it(client: Client, manifest: Callable[..., str]) -> None:
    WorkspaceDoor(client, "default").write(ledger(1))
    found = result_of(plan(load([manifest({"version": 1, "functions": {"f": {"code": "async function run() {}"}}})], {}), client, Policy()))
    assert found.plan.unmanaged == ()
    with pytest.raises(ManifestError, match="under which this tool keeps what it applied"):
        load([manifest({"version": 1, "structures": {RESERVED: {"name": "Mine"}}})], {})


def test_no_secret_is_in_any_record(client: Client) -> None:
    secret = Secret("${env:KEY}", lambda: "canary-of-a-secret")
    spec = Seal(b"key").sealed(
        F, {"code": "async function run() { return 'long' }" * 20, "params": {"key": {"value": secret, "encrypt": True}}}
    )
    door = WorkspaceDoor(client, "default")
    door.write(Ledger("default", b"key", 1, {F: Recorded(F, "1", spec, "1")}, "1.0"))
    door.take(holder(), 1000)
    door.add(entry(inverse=[spec]))
    kept = json.dumps(records(client))
    assert '\\"$secret\\' in kept
    assert "canary" not in kept
    assert "async function" not in kept


def test_where_keys_are_not_unique_the_lock_is_still_never_two_s(app: Any) -> None:
    def careless(_number: int, request: httpx.Request, way: Handler) -> httpx.Response:
        content = request.read().replace(b'"isUnique":true', b'"isUnique":false')
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        return way(httpx.Request(request.method, request.url, headers=headers, content=content))

    with client_behind(app, careless) as one, client_behind(app, careless) as other:
        doors = [WorkspaceDoor(client, "default") for client in (one, other)]
        for number in range(40):
            now = 1000.0 + number
            found = together(2, lambda index, now=now: doors[index].take(holder(f"{index} {now}", now), now))  # type: ignore[misc]
            assert found.count(None) <= 1
            for index in (0, 1):
                doors[index].release(holder(f"{index} {now}", now))


def test_who_renews_too_late_sees_who_takes_over_at_that_moment(app: Any, client: Client) -> None:
    slips, patched = LeafSlips(Shelf(client), "default"), []

    def late(_number: int, request: httpx.Request, way: Handler) -> httpx.Response:
        if request.method == "GET" and patched:
            slips.put(2, holder("bob", 1061))
        patched.extend([request.method] if request.method == "PATCH" else [])
        return way(request)

    with client_behind(app, late) as other:
        door = WorkspaceDoor(other, "default")
        door.take(holder("ann", 1000), 1000)
        with pytest.raises(LeaseLost, match="taken over by bob on ci-7"):
            door.renew(holder("ann", 1061))
    assert [slip.number for slip in slips.all()] == [2]


def test_a_lock_that_is_taken_while_it_is_broken_is_broken_too(app: Any, client: Client) -> None:
    WorkspaceDoor(client, "default").take(holder("ann", 1000), 1000)
    slips, asked = LeafSlips(Shelf(client), "default"), []

    def late(_number: int, request: httpx.Request, way: Handler) -> httpx.Response:
        if request.method == "POST" and not asked:
            asked.append(slips.put(2, holder("bob", 1061)))
        return way(request)

    with client_behind(app, late) as other:
        assert WorkspaceDoor(other, "default").unlock() == holder("bob", 1061)
    assert WorkspaceDoor(client, "default").holder() is None


def test_two_who_make_the_structure_at_the_same_moment_both_go_on(app: Any, client: Client) -> None:
    def late(_number: int, request: httpx.Request, way: Handler) -> httpx.Response:
        if request.url.path.endswith("/collections") and request.method == "POST":
            WorkspaceDoor(client, "billing").write(ledger(1, deployment="billing"))
        return way(request)

    with client_behind(app, late) as other:
        door = WorkspaceDoor(other, "default")
        door.write(ledger(1))
    assert not door.made
    assert WorkspaceDoor(client, "default").read() == ledger(1)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"chunks":["x"],"first":"","entry":{}}', '{"chunks":[],"first":"{","entry":{}}'])
def test_an_entry_that_somebody_edited_is_refused(text: str, client: Client) -> None:
    door = WorkspaceDoor(client, "default")
    door.add(entry())
    client.request("PATCH", f"records/{records(client)[0]['id']}", json={"data": {"text": text}})
    for act in (lambda: door.entry(1), lambda: door.history(1)):
        with pytest.raises(Unreadable):
            act()


def test_an_answer_that_is_no_list_is_told(app: Any) -> None:
    odd = client_behind(app, lambda _number, _request, _way: httpx.Response(200, json={"data": 5}))
    with odd as client, pytest.raises(RemoteError, match="the answer is not a list"):
        WorkspaceDoor(client, "default").read()


def test_what_is_refused_is_told(app: Any) -> None:
    with client_behind(app, lambda _number, _request, _way: httpx.Response(400, json={"message": "no"})) as client:
        door = WorkspaceDoor(client, "default")
        acts: list[Callable[[], object]] = [
            door.read,
            lambda: door.write(ledger()),
            lambda: door.take(holder(), 0),
            lambda: door.add(entry()),
        ]
        for act in acts:
            with pytest.raises(Rejected):
                act()


def test_a_deleted_structure_whose_name_is_still_taken_is_told(client: Client) -> None:
    WorkspaceDoor(client, "default").write(ledger(1))
    found = client.find(KINDS["structure"], RESERVED)
    assert found
    client.delete(KINDS["structure"], found["id"])
    assert WorkspaceDoor(client, "default").read() is None
    with pytest.raises(Unreadable, match="The structure centrali-deploy-ledger of the workspace acme-dev was deleted") as caught:
        WorkspaceDoor(client, "default").take(holder(), 1000)
    assert caught.value.hint == "Restore it in the console, and nothing is lost; or delete it for good."
    client.request("DELETE", f"collections/{found['id']}", query={"hard": "true"})
    WorkspaceDoor(client, "default").take(holder(), 1000)


@pytest.mark.parametrize("moves", [1, 9])
def test_a_leaf_that_slips_to_a_page_that_was_read_already_is_not_overlooked(app: Any, client: Client, moves: int) -> None:
    kept = Shelf(client)
    for number in range(PAGE + 9):
        kept.add(Leaf(f"key {number}", "part", "default", number, "text"))
    left = list(range(PAGE + 8, PAGE + 8 - moves, -1))

    def clearing(_number: int, request: httpx.Request, answer: Handler) -> httpx.Response:
        if request.url.params.get("page") == "2" and left:
            gone = kept.named(f"key {left.pop(0)}")
            assert gone
            kept.drop(gone)
        return answer(request)

    with client_behind(app, clearing) as slow:
        if moves == 1:
            assert {leaf.number for leaf in Shelf(slow).find("part")} == set(range(PAGE + 8))
        else:
            with pytest.raises(RemoteError, match="changed while it was read"):
                Shelf(slow).find("part")
