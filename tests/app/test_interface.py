"""The interface as its description has it: whatever is sent, the server does not fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error

SOME = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def described(address: str) -> Iterator[schemathesis.BaseSchema]:
    with urlopen(f"{address}/api/openapi.json") as answer:
        document = json.load(answer)
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=address)
    yield schema
    with urlopen(f"{address}/api/jobs") as answer:
        for job in json.load(answer)["jobs"]:
            urlopen(Request(f"{address}/api/jobs/{job['id']}", method="DELETE")).close()


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@SOME
def test_nothing_that_is_sent_makes_the_server_fail(case: schemathesis.Case) -> None:
    answer = case.call(timeout=60)
    case.validate_response(answer, checks=[not_a_server_error])
