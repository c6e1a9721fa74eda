"""Tx and Database: the contract that both engines keep."""

import threading
from concurrent.futures import CancelledError, wait
from contextlib import suppress

import pytest

from support.notes import PATIENCE, PORTAL, Notes, Refused, note, words
from tieline.store.engine import Tx, Unavailable, open_database
from tieline.store.people import set_login_block
from tieline.store.signals import Bus


def refuse(tx: Tx) -> None:
    raise Refused


def test_job_is_committed_before_its_result_comes(notes: Notes, opened) -> None:
    notes.write(lambda tx: note(tx, "kept"))
    assert opened().kept == ["kept"]


def test_failing_job_leaves_nothing_and_raises_its_own_error(notes: Notes) -> None:
    def job(tx: Tx) -> None:
        note(tx, "gone")
        raise Refused

    with pytest.raises(Refused):
        notes.write(job)
    assert notes.kept == []
    assert notes.heard() == []


def test_savepoint_undoes_its_block_and_its_signals_only(notes: Notes) -> None:
    def job(tx: Tx) -> None:
        note(tx, "a")
        with suppress(Refused), tx.savepoint():
            note(tx, "bb")
            raise Refused
        note(tx, "ccc")

    notes.write(job)
    assert notes.kept == ["a", "ccc"]
    assert notes.heard() == [1, 3]


def test_savepoint_that_ends_well_is_kept(notes: Notes) -> None:
    def job(tx: Tx) -> None:
        with tx.savepoint():
            note(tx, "a")

    notes.write(job)
    assert notes.kept == ["a"]
    assert notes.heard() == [1]


def test_savepoint_undoes_a_statement_that_the_engine_refused(notes: Notes) -> None:
    insert = "insert into login_failures values (:portal, 'same', 1, 1, 1)"

    def add_twice(tx: Tx) -> None:
        with tx.savepoint():
            note(tx, "gone")
            tx.run(insert, portal=PORTAL)

    def job(tx: Tx) -> None:
        tx.run(insert, portal=PORTAL)
        with pytest.raises(Exception, match=r"(?i)unique"):
            add_twice(tx)
        note(tx, "kept")

    notes.write(job)
    assert notes.kept == ["kept"]


def test_outer_savepoint_undoes_what_an_inner_one_survived(notes: Notes) -> None:
    def job(tx: Tx) -> None:
        with suppress(Refused), tx.savepoint():
            note(tx, "outer")
            with suppress(Refused), tx.savepoint():
                note(tx, "inner")
                raise Refused
            note(tx, "outer again")
            raise Refused
        note(tx, "kept")

    notes.write(job)
    assert notes.kept == ["kept"]
    assert notes.heard() == [len("kept")]


def test_inner_savepoint_that_ended_well_is_undone_with_its_outer_one(notes: Notes) -> None:
    def job(tx: Tx) -> None:
        with suppress(Refused), tx.savepoint():
            with tx.savepoint():
                note(tx, "inner")
            raise Refused

    notes.write(job)
    assert notes.kept == []
    assert notes.heard() == []


def test_failing_jobs_roll_back_alone_among_many(notes: Notes) -> None:
    def job_of(number: int):
        def job(tx: Tx) -> int:
            note(tx, "x" * number)
            if number % 7 == 0:
                raise Refused
            return number

        return job

    jobs = [notes.submit(job_of(number)) for number in range(1, 301)]
    wait(jobs, PATIENCE)
    good = [number for number in range(1, 301) if number % 7]
    assert [job.result() for number, job in enumerate(jobs, 1) if number % 7] == good
    assert all(isinstance(job.exception(), Refused) for number, job in enumerate(jobs, 1) if number % 7 == 0)
    assert sorted(map(len, notes.kept)) == good
    assert notes.heard() == good


def test_job_whose_statement_fails_rolls_back_alone(notes: Notes) -> None:
    def broken(tx: Tx) -> None:
        note(tx, "gone")
        tx.run("insert into nowhere values (1)")

    jobs = [notes.submit(broken if number % 5 == 0 else lambda tx: note(tx, "kept")) for number in range(50)]
    wait(jobs, PATIENCE)
    assert [job.exception() is None for job in jobs] == [number % 5 != 0 for number in range(50)]
    assert notes.kept == ["kept"] * 40


def test_many_jobs_share_commits(notes: Notes) -> None:
    go_on, first = notes.occupy_writers()
    before = notes.database.commits
    jobs = [notes.submit(lambda tx: note(tx, "x")) for _ in range(64)]
    go_on.set()
    wait(first + jobs, PATIENCE)
    assert len(notes.kept) == 64
    assert notes.database.commits - before < 32


def test_signals_are_told_only_after_the_commit(notes: Notes, opened) -> None:
    other, seen = opened(), []
    notes.database.bus.listen(lambda _: seen.append(other.kept))
    notes.write(lambda tx: note(tx, "a"))
    notes.heard()
    assert seen == [["a"]]


def test_listener_that_raises_hurts_no_other(notes: Notes, capsys) -> None:
    heard = []
    notes.database.bus.listen(refuse)
    notes.database.bus.listen(heard.append)
    notes.write(lambda tx: note(tx, "a"))
    notes.heard()
    assert len(heard) == 1


def test_reader_keeps_its_snapshot(notes: Notes) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def look_twice(tx: Tx) -> tuple[list[str], list[str]]:
        before = words(tx)
        begun.set()
        assert go_on.wait(PATIENCE)
        return before, words(tx)

    reading = notes.database.submit_read(look_twice)
    assert begun.wait(PATIENCE)
    notes.write(lambda tx: note(tx, "new"))
    go_on.set()
    assert reading.result(PATIENCE) == ([], [])
    assert notes.kept == ["new"]


def test_reader_does_not_wait_for_the_writer(notes: Notes) -> None:
    writing, go_on = threading.Event(), threading.Event()

    def write_slowly(tx: Tx) -> None:
        note(tx, "slow")
        writing.set()
        assert go_on.wait(PATIENCE)

    job = notes.submit(write_slowly)
    assert writing.wait(PATIENCE)
    assert notes.kept == []
    go_on.set()
    job.result(PATIENCE)
    assert notes.kept == ["slow"]


def test_reader_cannot_write(notes: Notes) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        notes.read(lambda tx: note(tx, "x"))
    assert notes.kept == []


def test_reader_that_raises_leaves_its_connection_usable(notes: Notes) -> None:
    for _ in range(4):  # twice for each reader
        with pytest.raises(Exception, match="nowhere"):
            notes.read(lambda tx: tx.all("select * from nowhere"))
    assert notes.kept == []


def test_close_finishes_what_is_queued(notes: Notes, opened) -> None:
    jobs = [notes.submit(lambda tx: note(tx, "x")) for _ in range(200)]
    notes.database.close()
    assert all(job.done() and job.exception() is None for job in jobs)
    assert len(opened().kept) == 200


def test_closed_database_says_so(notes: Notes) -> None:
    notes.database.close()
    notes.database.close()
    with pytest.raises(Unavailable):
        notes.submit(words)


def test_cancelled_job_hurts_no_other(notes: Notes) -> None:
    go_on, occupying = notes.occupy_writers()
    cancelled = [notes.submit(lambda tx: note(tx, "cancelled")) for _ in range(8)]
    following = [notes.submit(lambda tx: note(tx, "kept")) for _ in range(8)]
    for job in (*occupying, *cancelled):
        job.cancel()
    go_on.set()
    wait(following, PATIENCE)
    for job in cancelled:
        with pytest.raises(CancelledError):
            job.result(PATIENCE)
    assert all(job.exception(PATIENCE) is None for job in following)
    assert notes.kept.count("kept") == 8


def test_deadlock_is_solved_without_anybody_noticing(notes: Notes) -> None:
    """Writers that lock the same rows in another order all get through."""
    rows = list("abcdefgh")
    for subject in rows:
        notes.write(lambda tx, subject=subject: set_login_block(tx, PORTAL, subject, 0, 0, 0))

    def raise_all(order: list[str]):
        def job(tx: Tx) -> None:
            for subject in order:
                tx.run("update login_failures set failures = failures + 1 where subject = :subject", subject=subject)

        return job

    jobs = [notes.submit(raise_all(rows if number % 2 else rows[::-1])) for number in range(60)]
    wait(jobs, PATIENCE)
    assert [job.exception() for job in jobs] == [None] * 60
    assert notes.read(lambda tx: tx.all("select distinct failures from login_failures")) == [(60,)]


def test_percent_and_colons_in_statements_are_plain_text(notes: Notes) -> None:
    notes.write(lambda tx: note(tx, "100 % of :these"))
    found = notes.read(lambda tx: tx.all("select kind from happenings where kind like '100 %' and kind = :word",
                                         word="100 % of :these"))  # fmt: skip
    assert found == [("100 % of :these",)]


def test_unknown_database_is_refused_without_its_password() -> None:
    with pytest.raises(ValueError, match="not a database URL") as error:
        open_database("mysql://root:secret@host/name", Bus())
    assert "secret" not in str(error.value)


def test_database_that_cannot_be_reached_says_so(tmp_path) -> None:
    for url in ("postgresql://nobody@127.0.0.1:1/nothing", f"sqlite:///{tmp_path}/missing/tieline.db"):
        with pytest.raises(Unavailable, match="cannot"):
            open_database(url, Bus())
