"""The pytest plugin as a project uses it: in a directory of its own, with the package installed and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.traces.scenarios import TRACES

pytest_plugins = ["pytester"]

USES = '''
from csta.testing import assert_calls

def test_one_line():
    assert_calls("incoming.jsonl")

def test_expectation_in_the_test():
    assert_calls("incoming.jsonl", """
        # width of columns and remarks do not matter
        2001 offered from 0891234567 Maier alerting
        2001 answered from 0891234567 Maier connected
        2001 ended from 0891234567 Maier normalClearing
        2002 offered from a withheld number alerting
        2002 updated from a withheld number alerting
        2002 ended from a withheld number normalClearing
        link down: closed
    """)

def test_switch(csta_switch):
    provider = csta_switch.provider("2001")
    csta_switch.switch.ring("0891234567", "2001", csta_switch.now)
    csta_switch.settle()
    assert provider.calls("2001")[0].other.number == "0891234567"

def test_switches(make_csta_switch):
    client = make_csta_switch("asn1", "acse").client()
    assert client.link.session.role.value == "computing"

def test_replay(csta_replay):
    here = csta_replay("incoming.jsonl", speed=1.0)
    provider = here.provider("2001", "2002", "2003", "500")
    here.settle(3)
    assert len(provider.calls("2001")) == 1

def test_clock(csta_network):
    rung = []
    csta_network.callLater(5, rung.append, 1)
    csta_network.settle(4.9)
    assert not rung
    csta_network.settle(0.2)
    assert rung
'''

FAILS = """
from csta.testing import assert_calls

def test_another_way():
    assert_calls("incoming.jsonl", Path("wrong.calls"))

def test_no_expectation():
    assert_calls("outgoing.jsonl")
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    for name in ("incoming.jsonl", "incoming.calls", "outgoing.jsonl"):
        shutil.copy(TRACES / name, pytester.path)
    right = Path(pytester.path, "incoming.calls").read_text()
    wrong = right.replace("2001 answered    from 0891234567", "2001 answered    from 110")
    Path(pytester.path, "wrong.calls").write_text(wrong)
    return pytester


def test_traces_expectations_and_fixtures(project: pytest.Pytester) -> None:
    """One run for all: each loads the whole package anew."""
    project.makepyfile(test_uses=USES, test_fails=f"from pathlib import Path\n{FAILS}")
    result = project.runpytest()
    result.assert_outcomes(passed=6, failed=2)
    result.stdout.re_match_lines(
        [
            r".*  expected +happened",
            r".*> 2001 answered    from 110 Maier +connected +2001 answered    from 0891234567 Maier +connected",
            r".*   2001 ended .* normalClearing +2001 ended .*",
            r".*pytest --csta-update writes wrong\.calls",
            r".*there is no expectation outgoing\.calls; write it with pytest --csta-update",
        ]
    )


def test_expectations_are_written(project: pytest.Pytester) -> None:
    project.makepyfile(f"from pathlib import Path\n{FAILS}")
    project.runpytest("--csta-update").assert_outcomes(passed=2)
    for name, written in (("incoming", "wrong"), ("outgoing", "outgoing")):
        assert Path(project.path, f"{written}.calls").read_text() == (TRACES / f"{name}.calls").read_text()
