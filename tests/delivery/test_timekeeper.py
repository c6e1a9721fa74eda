"""Timers on several servers of one database: each fires on one of them."""

import asyncio

from support.portal import Desk, Portal
from tieline.domain.clock import SECOND
from tieline.domain.sessions import Status

DIALOGS = 30


def test_timer_fires_on_one_of_several_servers(postgresql_portals: tuple[Portal, Portal]) -> None:
    portal, other = postgresql_portals
    desk = Desk(portal)
    desk.settings(AUTO_CLOSE_TIME=60, AUTO_CLOSE_RULE="text", AUTO_CLOSE_TEXT="Goodbye.", AUTO_EXPIRE_TIME=60)
    chats = [desk.dialog_of(f"c{number}") for number in range(DIALOGS)]
    for chat in chats:
        desk.answer(chat)

    async def look() -> None:
        await asyncio.gather(*(one.parts.timekeeper.look() for one in (portal, other)))

    for status in (Status.CLOSING, Status.CLOSED):
        for one in (portal, other):
            one.clock.move(60 * SECOND)
        portal.loop.run(look())
        assert {desk.chat(chat).status for chat in chats} == {status}
    said = portal.read(
        lambda tx: tx.all("select chat_id from messages where author = 'system' and text = 'Goodbye.' order by chat_id")
    )
    assert said == [(chat,) for chat in chats]
    closed = portal.read(lambda tx: tx.all("select chat_id from happenings where kind = 'session closed'"))
    assert sorted(closed) == [(chat,) for chat in chats]
