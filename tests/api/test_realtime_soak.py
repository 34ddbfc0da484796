"""Clients that are cut off at random moments, for a while: after each cut they resume, and in the end each has every event once. The server
keeps no descriptor of those that went, and the memory it needed at first is enough.

WAQTOR_SOAK_SECONDS makes it longer: the long suite runs 20 minutes with more than 10,000 cuts."""

import asyncio
import os
import random
import re

from conftest import running, Server
from test_realtime import last
from test_realtime_door import figures
from test_realtime_restart import Fleet, Writer

SECONDS = float(os.environ.get("WAQTOR_SOAK_SECONDS", "3"))
LONG = SECONDS >= 60
CUTS_PER_SECOND = 12


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def resident_kib(server):
    return int(re.search(r"^VmRSS:\s+(\d+) kB", open(f"/proc/{server.process.pid}/status").read(), re.M)[1])


async def scene(server, key, report):
    fleet = Fleet(server, key)
    for client in fleet.clients:
        asyncio.get_running_loop().create_task(fleet.connect(client))
    await fleet.until(lambda client: client.connects > 0 and client.upgraded, "connected")
    loop = asyncio.get_running_loop()
    writing = asyncio.create_task(asyncio.to_thread(Writer(server).write_for, SECONDS))
    begin = loop.time()
    cuts, memory = 0, []
    while not writing.done():
        await asyncio.sleep(0.02)
        while cuts < (loop.time() - begin) * CUTS_PER_SECOND:
            # One in the middle of its handshake or of a resume is as good as any other.
            client = random.choice(fleet.clients)
            if not client.transport.is_closing():
                client.transport.abort()
            cuts += 1
        if (loop.time() - begin) > len(memory) * SECONDS / 40:
            memory.append(resident_kib(server))
    await writing
    end = await asyncio.to_thread(last, server)
    await fleet.until(lambda client: client.seen and client.seen[-1] >= end, f"at {end}")
    fleet.running = False
    for client in fleet.clients:
        client.transport.abort()
    report |= {"cuts": sum(client.connects for client in fleet.clients) - len(fleet.clients), "events": end - fleet.start, "memory": memory}
    return fleet, list(range(fleet.start + 1, end + 1))


def test_random_cuts_lose_and_double_nothing_and_leave_nothing_behind(folder, capsys):
    with running(Server(folder, ["--realtime-connections-per-address", "5000", "--realtime-connections-per-key", "5000"])) as house:
        house.make_owner()
        key = house.make_key("events_read", "metrics_read")
        figures(house, key)
        before = descriptors(house)
        report = {}
        fleet, expected = asyncio.run(scene(house, key, report))
        assert len(expected) > 0 and report["cuts"] > SECONDS * CUTS_PER_SECOND / 4
        for client in fleet.clients:
            assert client.seen == expected
        while figures(house, key)["connections"] > 0 or descriptors(house) > before:   # the test's own time limit ends a wait that is in vain
            pass
        memory = report.pop("memory")
        if LONG:
            early, late = memory[4:len(memory) // 2], memory[len(memory) // 2:]
            assert max(late) <= max(early) * 1.05 + 2048, memory
        with capsys.disabled():
            print(f"\n{report['cuts']} cuts, {report['events']} events, {min(memory)} to {max(memory)} KiB, {before} descriptors")
