"""Every fact about the API that the tool relies on: its mark, where it stands in the code, and the scenario that confirms it.

Marks: D documented, S seen in vendor code, T seen in a vendor template, I inferred. `scenario` is a test of
test_verified.py; a fact that no scenario can show says why in `unseen`.
"""

from __future__ import annotations

from typing import NamedTuple


class Fact(NamedTuple):
    """One row of docs/reference/api-facts.md."""

    fact: str
    mark: str
    where: str
    scenario: str = ""
    unseen: str = ""

    @property
    def inferred(self) -> bool:
        """Whether somebody should look."""
        return "I" in self.mark


# fmt: off
FACTS = [
    Fact("Data service at `/data/workspace/{slug}/api/v1`; older pages leave out `/data`", "D", "wire.DATA_BASES",
         "test_a_list_comes_in_pages"),
    Fact("Orchestrations at `/orchestration/ws/{slug}/api/v1`, or at `/orchestration/api/v1/workspaces/{slug}`", "D (both)",
         "wire.ORCHESTRATION_BASES", "test_orchestrations_are_at_one_of_the_published_bases"),
    Fact("Tokens from `/oidc/token`, or from `/oauth/token`", "D (both)", "wire.TOKEN_PATHS", "test_a_service_account_gets_a_token"),
    Fact("`api.` and `auth.` hosts from one root URL", "D", "wire.hosts", "test_a_service_account_gets_a_token"),
    Fact("One origin for an address with a port, an IP address or localhost", "I", "wire.hosts",
         unseen="about addresses that are not the vendor's"),
    Fact("Lists are `{data, meta}` or bare arrays; objects are flat", "S, T", "wire.page", "test_a_list_comes_in_pages"),
    Fact("Objects may be wrapped in `data`", "I", "wire.one", "test_an_object_is_answered_with_its_id"),
    Fact("Errors have a message, and a title or a code; a refused body names the members", "D", "wire.error_said",
         "test_an_error_says_what_is_wrong_and_where"),
    Fact("What is not there answers 404", "D", "remote/client.py", "test_what_is_not_there_answers_404"),
    Fact('A duplicate name answers 409, or 400/422 with words like "exists"', "I", "wire.says_exists", "test_a_name_is_there_once"),
    Fact("Rate-limit headers, `Retry-After` in seconds or as a date", "D", "wire.RATE_LIMIT", "test_answers_say_how_many_requests_are_left"),
    Fact("Slugs are lowercase words joined by hyphens or underscores", "I", "wire.is_slug", "test_a_slug_is_lowercase_words"),
    Fact("Route segment `collections` (alias `structures`)", "D, T", "kinds/structure.py", "test_an_object_is_answered_with_its_id"),
    Fact("A structure's `PUT` merges top-level members", "D", "kinds/structure.py", "test_a_put_merges_members_of_a_structure"),
    Fact("`properties`, when sent, is replaced whole", "I", "kinds/structure.py", "test_properties_are_replaced_whole"),
    Fact("A structure's slug cannot change", "I", "kinds/structure.py", "test_a_slug_stays"),
    Fact("Allowed domains at `/allowed-domains`: listed, added with `{domain}`, removed by id", "I; S for the three operations",
         "kinds/allowed_domain.py", "test_a_domain_is_added_listed_and_removed"),
    Fact("A domain is lowercase, without scheme, path, port or wildcard", "I", "kinds/allowed_domain.py",
         "test_a_domain_is_a_domain_alone"),
    Fact("`api.httpRequest`, `httpFetch` and `httpPost` reach allowed domains only", "S", "runtime.ASKING"),
    Fact("Function updates merge: what is not sent stays", "S, T", "kinds/function.py", "test_a_function_keeps_what_an_update_leaves_out"),
    Fact("Functions are updated with `PUT`, else with `PATCH`", "I", "kinds/function.py", "test_a_function_keeps_what_an_update_leaves_out"),
    Fact("A function's name can be changed by an update", "I", "kinds/function.py", "test_a_function_is_renamed_in_place"),
    Fact("A function's `timeoutMs` is 30000 when none is sent", "I", "kinds/function.py", "test_a_function_without_a_limit_has_the_usual_one"),
    Fact("`null` resets a function's `timeoutMs` to 30000", "I", "kinds/function.py", "test_null_resets_the_limit_of_a_function"),
    Fact("Lists of functions may leave out `code`; a function by itself has it", "I", "kinds/function.py",
         "test_a_function_by_itself_has_its_code"),
    Fact("A create of a trigger must send `triggerMetadata`", "T", "kinds/trigger.py", "test_a_trigger_needs_metadata"),
    Fact("Trigger names are unique", "T", "kinds/trigger.py", "test_a_name_is_there_once"),
    Fact("A trigger's `executionType` is fixed", "I", "kinds/trigger.py", "test_the_execution_type_of_a_trigger_stays"),
    Fact("Pause and resume by `PATCH /{id}/pause` and `/resume`, else `POST`", "I", "kinds/trigger.py",
         "test_a_trigger_is_paused_and_resumed"),
    Fact("A trigger's `signingSecret` is masked", "I", "local/masking.py", "test_a_signing_secret_is_masked"),
    Fact('Encrypted values are read as `{value: "********", encrypted: true}`', "D for steps, I for triggers", "kind.is_encrypted",
         "test_encrypted_params_are_masked_and_kept"),
    Fact("A mask that is sent back keeps what is stored", "I", "local/masking.py", "test_encrypted_params_are_masked_and_kept"),
    Fact("The trigger-loop table", "D", "runtime.LOOPS", "test_a_trigger_that_would_loop_is_refused"),
    Fact("Lists of orchestrations leave out `steps`", "D", "kinds/orchestration.py", "test_lists_of_orchestrations_leave_out_steps"),
    Fact("Member names of decision and delay steps", "I", "kinds/orchestration.py", "test_steps_are_stored_as_they_are_spelt"),
    Fact("Ten operators and what each takes; the result of a step has `output` and `status` (`succeeded`, `failed`); `context` has three members",
         "D", "decisions.check"),
    Fact("A create of an orchestration yields a draft", "I", "kinds/orchestration.py", "test_an_orchestration_is_a_draft_then_active_then_paused"),
    Fact("Activate and pause by `POST /{id}/activate` and `/pause`, else by an update of `status` or `isActive`", "I",
         "kinds/orchestration.py", "test_an_orchestration_is_a_draft_then_active_then_paused"),
    Fact("An active orchestration is paused before it is deleted", "I", "apply/writing.py",
         unseen="a precaution: whether it is needed shows only in a run that is going on"),
    Fact("A step without `timeoutMs` has 30000", "I", "kinds/orchestration.py", unseen="shows only in a run that takes longer"),
    Fact("`POST /records`, `GET` and `POST /records/slug/{slug}`, `POST /records/query`, `PATCH` and `DELETE /records/{id}`", "D",
         "local/record_routes.py", "test_a_record_is_made_found_changed_and_removed"),
    Fact("`POST /records/bulk`, `/records/batch`; what is in their bodies", "D; I", "local/record_routes.py", "test_many_records_at_once"),
    Fact("Paths of upsert, restore and versions; `?hard=true`", "I", "local/record_routes.py", "test_a_record_is_restored_and_has_versions"),
    Fact("A strict structure refuses unknown fields, a schemaless one checks nothing", "D", "local/schema.py", "test_a_strict_structure_checks"),
    Fact("Seven types of property and the options of text; bounds of numbers, formats; options of lists and objects", "S; D; I",
         "local/value_rules.py", "test_a_strict_structure_checks"),
    Fact("Defaults are filled in on create only; `null` clears an optional field; a set immutable value stays", "I", "local/schema.py",
         "test_defaults_and_immutable_values"),
    Fact("A secret is shown as eight asterisks, and sending those back keeps it", "D", "local/schema.py"),
    Fact("A secret field cannot be queried; events and versions mask it, too", "I", "local/conditions.py", "test_a_secret_is_masked"),
    Fact("A taken unique value answers 409; only active records take values, and null takes none", "I", "local/keeping.py",
         "test_a_unique_value_is_there_once"),
    Fact("A reference to a record that is not there is refused, naming field, record and structure", "D", "local/keeping.py"),
    Fact("`onDelete` is `restrict`, `set_null` or `cascade`; `restrict` when nothing is written", "D; I", "local/dependents.py",
         "test_a_record_that_is_referred_to_stays"),
    Fact("`expand` adds `data._expanded.<field>` as `{id, data}`, at most three levels deep", "S", "local/expanding.py"),
    Fact("`expiresAt` wins over `ttlSeconds`, that over `defaultTtlSeconds`; what has expired is hidden when read", "D", "local/keeping.py"),
    Fact("A bulk call tells one event, a batch call one for each record; both are all or nothing", "D; I for batch", "local/lots.py",
         "test_many_records_at_once"),
    Fact("Members of events: `event, workspaceSlug, recordSlug, recordId, data, timestamp`; `recordIds, count` for bulk", "D", "local/lots.py"),
    Fact("`before`, `after` and `hardDelete` in events", "I", "local/lots.py", "test_an_update_tells_before_and_after"),
    Fact("Operators of a query; bare names other than system columns are refused", "D", "local/conditions.py",
         "test_a_query_has_the_published_operators"),
    Fact("A missing field is like null and differs from every value; values of different types are never in order", "I",
         "local/conditions.py", "test_a_query_has_the_published_operators"),
    Fact("A page has 50 records when nobody says, and at most 500; `meta.total` only with `includeTotal`", "I; T", "local/queries.py",
         "test_a_page_of_records_has_an_end"),
    Fact("A function's older query (`filter`, `pageSize`, `dateWindow`) is answered with `{items, total}`", "T", "local/dialects.py",
         "test_records_are_upserted_and_counted"),
    Fact("Every change of a record keeps what it was as a version, whatever `enableVersioning` says", "I", "local/record_rows.py",
         "test_a_record_is_restored_and_has_versions"),
    Fact("A function sees `api`, `triggerParams`, `executionParams` and the language; no console, timers, `fetch`, `require`, `process`", "S, T",
         "local/prelude.js", "test_a_function_sees_the_published_names"),
    Fact("Members of `api`", "S, D, T", "runtime.API", "test_a_function_sees_the_published_names"),
    Fact("`POST /compute-functions/test` runs `{code, params}` and answers `output`, or `error`", "S; I", "wire.TEST_PATH",
         "test_code_is_tried_without_being_saved"),
    Fact("`createRecord`, `fetchRecord`, `updateRecord` give `id` at the top and inside `data`", "D and T, together I", "local/function_api.py",
         "test_a_record_carries_its_id_twice"),
    Fact("`updateRecord(id, data)`, or the slug first", "T; D", "local/function_api.py", "test_a_record_carries_its_id_twice"),
    Fact("`upsertRecord(slug, {match, data})`; `incrementField(id, field, by)`, or the slug first", "D for the route; I",
         "local/function_api.py", "test_records_are_upserted_and_counted"),
    Fact("Shapes of `bulk...` and `batch...` calls", "I", "local/function_api.py", "test_records_are_made_in_bulk"),
    Fact("`httpRequest` and `httpFetch` give `{status, ok, headers, body, data}`; 400 and above is no error", "I", "local/outgoing.py",
         unseen="needs a server of one's own on the internet"),
    Fact("`httpPost(url, body)` or `httpPost(url, {headers, body})`", "D; T", "local/outgoing.py"),
    Fact("Allowed domains are whole host names without port or wildcards", "I", "local/outgoing.py", "test_a_domain_is_a_domain_alone"),
    Fact("Arguments of `api.crypto` members: what is signed, the key, options; they answer later (`await`)", "I", "local/signing.py",
         "test_texts_are_hashed"),
    Fact("Shapes of `base64`, `math`, `formatDate`, `evaluate`, `renderTemplate`, `toCSV`, `storeFile` and the like", "I",
         "local/members.js", "test_small_members_give_what_is_expected"),
    Fact("A run's status is `completed`, `failure` or `timeout`", "S", "local/ran.py", "test_an_invoked_trigger_leaves_a_run"),
    Fact("The codes of failed runs are our own", "I", "local/ran.py", unseen="the published ones are not known"),
    Fact("64 MB of memory for a run", "I", "local/worker.py", unseen="would need a run that is ended by it"),
    Fact("Calls made before `run()` settles are carried out though nobody waits for them", "I", "local/sandbox.py",
         "test_a_call_nobody_waits_for_is_carried_out"),
    Fact("An on-demand trigger is invoked by `POST /{id}/execute`; the payload is `executionParams`", "I", "wire.EXECUTE_CALLS",
         "test_an_invoked_trigger_leaves_a_run"),
    Fact("The answer of an invocation is a job's id, and its state is at `/function-runs/job/{id}/status`", "S; I", "wire.JOB_PATHS",
         "test_an_invoked_trigger_leaves_a_run"),
    Fact("Runs at `/function-runs`, by `/trigger/{id}` and `/function/{id}`, `{data, meta}`, most recent first", "S, T", "wire.RUNS_PATH",
         "test_an_invoked_trigger_leaves_a_run"),
    Fact("A rerun is `POST /function-runs/{id}/rerun`; `overrideParams` are merged over the first params", "D", "local/run_routes.py",
         "test_a_run_is_run_again"),
    Fact("HTTP triggers at `/http-trigger/{path}`, formerly `/webhook/{path}`, answer 202 `{status: queued}`", "D", "wire.HTTP_TRIGGER_PATHS"),
    Fact("The settings of a trigger's signature check", "I", "local/signatures.py", unseen="the names of the members are not published"),
    Fact("Endpoints at `/endpoint/{path}`, with a token; `{statusCode, headers, body}` is honoured", "I", "wire.ENDPOINT_PATHS",
         "test_an_endpoint_answers_what_its_function_returns"),
    Fact("A scheduled trigger that was due several times fires once; one for a single time is switched off after it", "I",
         "local/schedules.py", unseen="takes a clock that can be moved"),
    Fact("A trigger that sets itself off again is stopped while it runs", "D; I", "local/events.py", unseen="would run in circles"),
]
# fmt: on
