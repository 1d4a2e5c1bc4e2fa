"""The interface as its description has it: whatever is sent, the server does not fail."""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error

SOME = settings(
    max_examples=10,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
OPERATIONS = 14


def test_nothing_that_is_sent_makes_the_server_fail(address: str) -> None:
    with urlopen(f"{address}/api/openapi.json") as answer:
        schema = schemathesis.openapi.from_dict(json.load(answer))
    schema.config.update(base_url=address)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == OPERATIONS
    for operation in operations:

        @SOME
        @given(operation.as_strategy())
        def holds(case: schemathesis.Case) -> None:
            sent = case.call(timeout=60)
            case.validate_response(sent, checks=[not_a_server_error])

        holds()
        with urlopen(f"{address}/api/jobs") as answer:
            for job in json.load(answer)["jobs"]:
                urlopen(Request(f"{address}/api/jobs/{job['id']}", method="DELETE")).close()
