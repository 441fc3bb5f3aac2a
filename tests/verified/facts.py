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
    Fact("A create of an orchestration yields a draft", "I", "kinds/orchestration.py", "test_an_orchestration_is_a_draft_then_active_then_paused"),
    Fact("Activate and pause by `POST /{id}/activate` and `/pause`, else by an update of `status` or `isActive`", "I",
         "kinds/orchestration.py", "test_an_orchestration_is_a_draft_then_active_then_paused"),
    Fact("An active orchestration is paused before it is deleted", "I", "apply/writing.py",
         unseen="a precaution: whether it is needed shows only in a run that is going on"),
    Fact("A step without `timeoutMs` has 30000", "I", "kinds/orchestration.py", unseen="shows only in a run that takes longer"),
]
# fmt: on
