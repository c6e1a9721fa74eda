"""The first portal of a database is made once, however many servers start on it."""

import os
import threading

from support import servers
from support.portal import URL
from tieline import app as composition
from tieline.http import control
from tieline.settings import load
from tieline.store import people
from tieline.store.engine import open_database
from tieline.store.signals import Bus


def test_two_servers_that_start_at_once_share_a_portal(postgresql: str, migrated_template: str, tmp_path) -> None:
    name = f"first_{os.getpid()}"
    url = servers.new_database(postgresql, name, migrated_template)
    world = composition.make_world(load({"data": tmp_path, "url": URL}))
    first, second = open_database(url, Bus()), open_database(url, Bus())
    begun, go_on = threading.Event(), threading.Event()
    try:

        def slowly(tx) -> int:
            portal = control.ensure_portal(tx, world, URL)
            begun.set()
            go_on.wait(10)
            return portal.id

        one = first.submit(slowly)
        assert begun.wait(10)
        two = second.submit(lambda tx: control.ensure_portal(tx, world, URL).id)
        threading.Timer(0.2, go_on.set).start()
        assert one.result(10) == two.result(10)
        assert len(first.submit_read(people.list_portals).result(10)) == 1
    finally:
        go_on.set()
        first.close()
        second.close()
        servers.drop_database(postgresql, name)
