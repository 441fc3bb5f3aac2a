"""What a function finds when it runs: the members of `api`, its inputs, and what other platforms have and this one has not."""

from __future__ import annotations

import re

API = frozenset(
    {
        "queryRecords", "fetchRecord", "createRecord", "updateRecord", "deleteRecord", "upsertRecord", "incrementField", "decrementField",
        "bulkCreateRecords", "bulkUpdateRecords", "bulkDeleteRecords", "batchCreateRecords", "batchUpdateRecords", "batchDeleteRecords",
        "httpRequest", "httpFetch", "httpPost", "storeFile", "storeAsCSV", "storeAsJSON", "crypto", "base64", "uuid", "formatDate", "chunk",
        "merge", "math", "evaluate", "renderTemplate", "log", "logError", "toCSV", "toJSON",
    }
)  # fmt: skip
"""Members of the `api` object, as published in several places [D, S, T]; there may be more."""
AT_ONCE = frozenset(
    {"base64", "chunk", "evaluate", "formatDate", "log", "logError", "math", "merge", "renderTemplate", "toCSV", "toJSON", "uuid"}
)
"""Members that need nothing from outside, and so answer at once [I]; the others answer later."""
API_MEMBERS = {"crypto": frozenset({"sha256", "hmacSha256", "rsaSign", "signJwt"})}
"""What is known of the objects among them [S]; of the others nothing is published."""
OF_EVERY_OBJECT = frozenset(
    {"constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf", "__proto__"}
)
"""Members that every object has."""
BY_SLUG = frozenset(
    {"queryRecords", "createRecord", "upsertRecord", "bulkCreateRecords", "batchCreateRecords", "bulkUpdateRecords", "bulkDeleteRecords",
     "batchUpdateRecords", "batchDeleteRecords", "incrementField", "decrementField"}
)  # fmt: skip
"""Members whose first argument is the slug of a structure [S, T, D]."""
ASKING = frozenset({"httpRequest", "httpFetch", "httpPost"})
"""Members that send requests to other servers, and reach only the allowed domains of the workspace [S]."""
GONE = {"searchRecords": "It was removed in 6.0: write api.queryRecords(slug, {text: {query, fields}})."}
"""Members that are there no longer, and what to write instead [D]."""
MISSING = {
    "module": ("module.exports is not used.", "Declare async function run() at the top; nothing is exported."),
    "exports": ("exports is not used.", "Declare async function run() at the top; nothing is exported."),
    "export": ("Nothing can be exported.", "Declare async function run() at the top."),
    "require": ("There is no require: a function stands alone.", "Use the api object, or write out what is needed."),
    "import": ("Nothing can be imported: a function stands alone.", "Use the api object, or write out what is needed."),
    "process": ("There is no process and no environment.", "Read triggerParams: a trigger's params may be encrypted."),
    "fetch": ("There is no fetch.", "Use api.httpRequest({url, method}); the domain must be allowed in the workspace."),
    "console": ("There is no console.", "Use api.log({message})."),
}
"""What other platforms have and this one has not, and what to write instead [S, T]."""
INPUTS: dict[str, frozenset[str] | None] = {
    "on-demand": None,
    "event-driven": frozenset(
        {"event", "workspaceSlug", "recordSlug", "recordId", "data", "timestamp", "before", "after", "hardDelete", "recordIds", "count",
         "error"}
    ),
    "scheduled": frozenset(),
    "http-trigger": frozenset({"payload", "headers", "query"}),
    "endpoint": frozenset({"payload", "method", "headers", "query"}),
    "orchestration": frozenset({"data"}),
}  # fmt: skip
"""Members of `executionParams` by what runs the function (None: whatever the caller sends) [S, D; some members I]."""
LOOPS = {
    "record_created": {"createRecord", "upsertRecord", "batchCreateRecords", "bulkCreateRecords"},
    "record_updated": {"updateRecord", "upsertRecord", "incrementField", "decrementField", "batchUpdateRecords", "bulkUpdateRecords"},
    "record_deleted": {"deleteRecord", "batchDeleteRecords", "bulkDeleteRecords"},
    "records_bulk_created": {"bulkCreateRecords"},
    "records_bulk_updated": {"bulkUpdateRecords"},
    "records_bulk_deleted": {"bulkDeleteRecords"},
}
"""For each event, the calls on the same structure that would set it off again [D]."""
_URL = re.compile(r"https?://(?P<server>[^/?#\s\[]+)(?P<end>[/?#]?)", re.IGNORECASE)


def host_in(text: str, whole: bool) -> str | None:  # noqa: FBT001 -- both come from one look at the source
    """The lowercase host of the URL that a text begins with; None when there is none, or more of it may follow."""
    found = _URL.match(text)
    if found is None or not (whole or found["end"]):
        return None
    return found["server"].rpartition("@")[2].partition(":")[0].lower()
