"""Buckets and operating time: counting that matches a plain reckoning, and memory that stays bounded."""

from hypothesis import example, given
from hypothesis import strategies as st

from tieline.api.limits import BASKETS, Buckets, OperatingTime
from tieline.domain.clock import SECOND

NOW = 1_800_000_000_000
WINDOW = 600
PAUSES = st.lists(st.one_of(st.integers(0, 50), st.integers(0, 5_000), st.integers(0, 200_000)), max_size=60)


@given(pauses=PAUSES, drain=st.integers(1, 20), limit=st.integers(1, 20))
def test_bucket_lets_through_what_drained_and_what_has_room(pauses: list[int], drain: int, limit: int) -> None:
    buckets, now, passed = Buckets(drain, limit), NOW, []
    for pause in pauses:
        now += pause
        if buckets.take(1, "a", now):
            passed.append(now)
            continue
        since = [sum(1 for at in passed if at >= begin) - drain * (now - begin) / SECOND for begin in passed]
        assert max(since) + 1 > limit, "refused only where there is no room"
    for number, begin in enumerate(passed):
        for count, end in enumerate(passed[number:], 1):
            assert count <= limit + drain * (end - begin) / SECOND + 1e-6


def test_refused_requests_do_not_count() -> None:
    buckets = Buckets(2, 3)
    assert [buckets.take(1, "a", NOW) for _ in range(30)] == [True] * 3 + [False] * 27
    assert [buckets.take(1, "a", NOW + 499), buckets.take(1, "a", NOW + 500)] == [False, True]


def test_portals_and_addresses_have_buckets_of_their_own() -> None:
    buckets = Buckets(1, 1)
    for portal, address in ((1, "a"), (1, "b"), (2, "a")):
        assert buckets.take(portal, address, NOW)
        assert not buckets.take(portal, address, NOW)


def test_clock_that_is_set_back_does_not_block_an_address() -> None:
    buckets = Buckets(1, 1)
    assert buckets.take(1, "a", NOW)
    assert not buckets.take(1, "a", NOW - 10**9)
    assert buckets.take(1, "a", NOW - 10**9 + SECOND)


def test_attack_from_many_addresses_takes_bounded_memory() -> None:
    buckets = Buckets(1, 1, most=100)
    for number in range(5_000):
        assert buckets.take(1, f"address {number}", NOW)
    assert len(buckets) == 100
    for number in range(4_900, 5_000):
        assert not buckets.take(1, f"address {number}", NOW), "those used last are kept"


def test_long_made_up_addresses_are_cut() -> None:
    buckets = Buckets(1, 1)
    assert buckets.take(1, "x" * 1_000_000, NOW)
    assert not buckets.take(1, "x" * 64, NOW)


def test_idle_addresses_are_forgotten() -> None:
    buckets = Buckets(2, 50)
    for number in range(1_000):
        buckets.take(1, f"address {number}", NOW)
    for number in range(600):
        buckets.take(1, "busy", NOW + 25 * SECOND + number)
    assert len(buckets) == 1


SECONDS = st.one_of(st.integers(0, 200), st.sampled_from([0, 1, 35, 59, 60, 61, 540, 570, 599, 600, 601]))
CHARGES = st.lists(st.tuples(SECONDS, st.floats(0.001, 30)), min_size=1, max_size=60)


@given(charges=CHARGES)
@example(charges=[(0, 1.0), (570, 1.0), (35, 1.0)])
@example(charges=[(27, 1.0), (6, 1.0)] * 100)
def test_operating_time_is_the_sum_over_ten_baskets(charges: list[tuple[int, float]]) -> None:
    times, now = OperatingTime(0, WINDOW), NOW
    done: list[tuple[int, float]] = []
    for pause, seconds in charges:
        now += pause * SECOND
        told, reset_at = times.charge("key", seconds, now)
        done.append((now // SECOND, seconds))
        second = now // SECOND
        certain = sum(took for at, took in done if second - at < WINDOW - WINDOW / BASKETS)
        possible = sum(took for at, took in done if second - at < WINDOW)
        assert certain - 1e-6 <= told <= possible + 1e-6
        assert abs(times.used("key", now) - told) < 1e-6
        assert second < reset_at <= second + WINDOW
        assert abs(times.used("key", (reset_at - 1) * SECOND) - told) < 1e-6, "nothing is let go before"
        assert times.used("key", reset_at * SECOND) < told, "then a part is"
        (_, usage) = times._usages.find("key")
        assert len(usage.closed) < BASKETS
    assert times.used("key", now + WINDOW * SECOND) == 0


def test_callers_and_methods_are_counted_apart() -> None:
    times = OperatingTime(1, WINDOW)
    times.charge(("app", "method"), 5, NOW)
    assert [times.used(key, NOW) for key in (("app", "method"), ("app", "other"), ("other", "method"))] == [5, 0, 0]


def test_clock_that_is_set_back_does_not_keep_a_method_blocked() -> None:
    times = OperatingTime(1, WINDOW)
    times.charge("key", 5, NOW)
    assert times.used("key", NOW - WINDOW * SECOND) == 0
    assert times.charge("key", 1, NOW - WINDOW * SECOND)[0] == 1


def test_operating_time_of_many_callers_takes_bounded_memory() -> None:
    times = OperatingTime(1, WINDOW, most=100)
    for number in range(5_000):
        times.charge(number, 5, NOW)
    assert len(times) == 100
    assert times.used(4_999, NOW) == 5


def test_idle_callers_are_forgotten() -> None:
    times = OperatingTime(1, WINDOW)
    for number in range(10):
        times.charge(number, 5, NOW)
    for minute in range(10, 20):
        times.charge("busy", 1, NOW + minute * 60 * SECOND)
    assert len(times) == 1
