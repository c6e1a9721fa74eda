"""The verdict after an attempt: pure, over the whole schedule."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.delivery.retry import SCHEDULE, STRICT_SCHEDULE, Reply, Verdict, judge
from tieline.domain.clock import HOUR, MINUTE, SECOND
from tieline.store.journal import Outcome

REFUSED = Reply(500, "the handler answered 500")
LONGEST = 99_755 * SECOND


def test_schedule_is_the_promised_one() -> None:
    assert SCHEDULE == (
        0,
        5 * SECOND,
        30 * SECOND,
        2 * MINUTE,
        10 * MINUTE,
        30 * MINUTE,
        2 * HOUR,
        5 * HOUR,
        10 * HOUR,
        10 * HOUR,
    )


def test_schedule_ends_after_27_7_hours() -> None:
    assert sum(SCHEDULE) == LONGEST
    assert round(LONGEST / HOUR, 1) == 27.7


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_success_is_any_status_of_the_two_hundreds(status: int) -> None:
    assert judge(Reply(status), failures=0, age=0, now=0) == Verdict(Outcome.DELIVERED)


@pytest.mark.parametrize("status", [100, 199, 300, 301, 302, 400, 404, 410, 429, 500, 503, 599])
def test_every_other_status_is_tried_again(status: int) -> None:
    assert judge(Reply(status), failures=0, age=0, now=7) == Verdict(Outcome.RETRY, 7 + 5 * SECOND)


def test_no_answer_is_tried_again() -> None:
    assert judge(Reply(reason="no answer in time"), failures=0, age=0, now=0).outcome is Outcome.RETRY


def test_success_counts_at_any_age() -> None:
    assert judge(Reply(200), failures=50, age=LONGEST * 9, now=0).outcome is Outcome.DELIVERED


def test_new_event_goes_through_the_whole_schedule() -> None:
    moments, now = [0], 0
    for failures in range(len(SCHEDULE)):
        verdict = judge(REFUSED, failures=failures, age=now, now=now)
        if verdict.outcome is Outcome.FAILED:
            break
        now = verdict.again_at
        moments.append(now)
    assert moments == list(accumulate(SCHEDULE))


def test_event_is_given_up_when_it_is_as_old_as_the_schedule() -> None:
    assert judge(REFUSED, failures=9, age=LONGEST - 1, now=0).outcome is Outcome.RETRY
    assert judge(REFUSED, failures=9, age=LONGEST, now=0) == Verdict(Outcome.FAILED)


def test_old_event_whose_turn_comes_late_is_given_up_at_its_first_failure() -> None:
    """It waited behind others of its lane: age is the event's own."""
    assert judge(REFUSED, failures=0, age=LONGEST, now=0) == Verdict(Outcome.FAILED)


def test_strict_server_tries_once() -> None:
    assert judge(REFUSED, failures=0, age=0, now=0, schedule=STRICT_SCHEDULE) == Verdict(Outcome.FAILED)
    assert judge(Reply(204), failures=0, age=0, now=0, schedule=STRICT_SCHEDULE).outcome is Outcome.DELIVERED


@given(st.integers(0, 10_000), st.integers(0, LONGEST - 1), st.integers(0, 2**45))
def test_pause_is_always_one_of_the_schedule(failures: int, age: int, now: int) -> None:
    verdict = judge(REFUSED, failures=failures, age=age, now=now)
    assert verdict.outcome is Outcome.RETRY
    assert verdict.again_at - now == SCHEDULE[min(failures + 1, 9)]


@given(st.integers(0, 8), st.integers(0, LONGEST - 1))
def test_pauses_never_shrink(failures: int, age: int) -> None:
    sooner = judge(REFUSED, failures=failures, age=age, now=0)
    later = judge(REFUSED, failures=failures + 1, age=age, now=0)
    assert sooner.again_at <= later.again_at
