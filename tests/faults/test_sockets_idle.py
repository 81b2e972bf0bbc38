"""Thousands of idle websockets cost little, and clients that stall or vanish lose their connection in time."""

import asyncio
import base64
import concurrent.futures
import json
import os
import pathlib
import resource
import socket
import struct
import time

import pytest

from people import Agent, Customer, Script, send
from server import Server

MOST = int(os.environ.get("SWITCHROOM_TEST_SOCKETS", "10000"))
# A place each for the client's and the server's end, and some for everything else.
SPARE = 500
END = {"Identifier": "z", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
WAIT = {"Identifier": "a", "Type": "Wait", "Parameters": {"TimeLimitSeconds": "86400"}, "Transitions": {
    "NextAction": "z", "Errors": [{"NextAction": "z", "ErrorType": "NoMatchingError"}],
    "Conditions": [{"NextAction": "z", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}]}}


class Process:
    """What the server's process uses, as the system tells."""

    def __init__(self, server):
        self.folder = pathlib.Path(f"/proc/{server.process.pid}")

    def memory(self):
        """Resident bytes."""
        return int((self.folder / "statm").read_text().split()[1]) * resource.getpagesize()

    def processor(self):
        """Seconds of a core so far."""
        fields = (self.folder / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Socket:
    """A websocket that does no more than it must: ten thousand of them fit into one test."""

    def __init__(self):
        self.reader = self.writer = None

    async def open(self, host, port, path):
        self.reader, self.writer = await asyncio.open_connection(host, port, limit=8192)
        key = base64.b64encode(os.urandom(16)).decode()
        self.writer.write((f"GET {path} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
                           f"sec-websocket-version: 13\r\nsec-websocket-key: {key}\r\n\r\n").encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        return self

    def say(self, message):
        content = json.dumps(message).encode()
        size = bytes([0x80 | len(content)]) if len(content) < 126 else bytes([0x80 | 126]) + struct.pack(">H", len(content))
        self.writer.write(b"\x81" + size + b"\0\0\0\0" + content)  # masked with zeros: allowed, and cheap

    async def hear(self):
        """The next message; a close frame as its code."""
        head = await self.reader.readexactly(2)
        size = head[1] & 0x7f
        if size == 126:
            size = struct.unpack(">H", await self.reader.readexactly(2))[0]
        content = await self.reader.readexactly(size)
        if head[0] & 0x0f == 8:
            return struct.unpack(">H", content[:2])[0]
        return json.loads(content)

    async def hear_topic(self, topic):
        while True:
            message = await self.hear()
            assert not isinstance(message, int), f"closed with {message}"
            if message.get("topic") == topic:
                return message


def allowed_sockets():
    """How many sockets the limit of open files allows here; the limit is raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = max(soft, MOST + SPARE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(MOST, hard - SPARE)


@pytest.fixture
def many(tmp_path):
    """A server that may open as many files as the test."""
    count = allowed_sockets()
    assert count > 100, f"the limit of open files is too low: {count}"
    with Server(tmp_path / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0", SWITCHROOM_LIMITS_CHATS="20000") as server:
        yield server, count


@pytest.mark.timeout(170)
def test_idle_sockets(many):
    server, count = many
    asyncio.run(idle(server, count))
    assert server.stop() == 0


async def idle(server, count):
    script, process = Script(server), Process(server)
    host, port = server.http.split(":")
    loop = asyncio.get_running_loop()
    flow = script.flow("Wait", [WAIT, END])
    # A participant may have five sockets, so a fifth as many chats are enough.
    chats = -(-count // 5)
    started = time.monotonic()

    def chat(_):
        customer = Customer.start(script, flow)
        url = customer.ok("connection", {"Type": ["WEBSOCKET"]}, customer.participant_token)["Websocket"]["Url"]
        return url.split(server.http, 1)[1]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        urls = await loop.run_in_executor(None, lambda: list(pool.map(chat, range(chats))))
    paths = [urls[n // 5] for n in range(count)]
    print(f"\n{chats} chats in {time.monotonic() - started:.1f} s")
    before = process.memory()
    started = time.monotonic()
    gate = asyncio.Semaphore(200)

    async def opened(path):
        async with gate:
            return await Socket().open(host, int(port), path)

    sockets = await asyncio.gather(*(opened(path) for path in paths))
    assert len(sockets) == count
    opening = time.monotonic() - started

    async def subscribe(one):
        one.say({"topic": "aws/subscribe", "content": {"topics": ["aws/chat"]}})
        answer = await one.hear_topic("aws/subscribe")
        assert answer["content"]["status"] == "success", answer

    async def beat(one):
        one.say({"topic": "aws/heartbeat"})
        await one.hear_topic("aws/heartbeat")

    await asyncio.gather(*(subscribe(one) for one in sockets[::5]))
    started, worst = time.monotonic(), 0.0
    busy = process.processor()
    await asyncio.gather(*(beat(one) for one in sockets))
    beating, busy = time.monotonic() - started, process.processor() - busy
    grown = process.memory() - before
    # While they are there, the server answers others at once.
    for _ in range(20):
        begun = time.monotonic()
        answer = await loop.run_in_executor(None, lambda: script.call("GET", "/queues-summary/{i}"))
        worst = max(worst, time.monotonic() - begun)
        assert answer.status == 200
    # Quiet sockets cost no processor time: measured over a while in which nobody says anything.
    quiet, begun = process.processor(), time.monotonic()
    await asyncio.sleep(3)  # the while
    share = (process.processor() - quiet) / (time.monotonic() - begun)
    await asyncio.gather(*(beat(one) for one in sockets))
    print(f"{count} sockets opened in {opening:.1f} s; heartbeats of all in {beating:.2f} s and {busy:.2f} s of a core; "
          f"{grown / count / 1024:.1f} KiB each; idle {share:.1%} of a core; slowest call {worst * 1000:.0f} ms")
    assert grown / count < 64 * 1024, f"{grown / count:.0f} bytes for each socket"
    # Clients beat every ten seconds: the budget is a tenth of a core.
    assert busy < 1.0, f"{busy:.2f} s of a core for one heartbeat of each socket"
    assert share < 0.25, f"{share:.0%} of a core for sockets that say nothing"
    assert worst < 1.0, f"a call took {worst:.2f} s"

    async def close(sockets):
        for one in sockets:
            one.writer.close()
        deadline = loop.time() + 30
        while process_sockets(server) > 50:
            assert loop.time() < deadline, "the sockets' connections are not given back"
            await asyncio.sleep(0.1)  # between looks, bounded by the deadline

    await close(sockets)
    # What closed sockets leave behind is used again: nothing is kept for each socket that ever was.
    once = process.memory()
    for _ in range(2):
        await close(await asyncio.gather(*(opened(path) for path in paths[:count // 2])))
    more = process.memory() - once
    print(f"{more / 1e6:.1f} MB more after as many sockets again")
    assert more < 0.5 * grown, f"{more / 1e6:.1f} MB more after as many sockets again"


def process_sockets(server):
    def target(entry):
        try:
            return os.readlink(entry.path)
        except FileNotFoundError:  # closed between the two looks
            return ""
    return sum(target(entry).startswith("socket:") for entry in os.scandir(f"/proc/{server.process.pid}/fd"))


# ── Clients that stall ──────────────────────────────────────────────────────────────────────────────────────────────

@pytest.fixture
def stalled(tmp_path):
    with Server(tmp_path / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0") as server:
        yield server


@pytest.mark.timeout(120)
def test_stalled_clients_lose_their_connection(stalled):
    """Each kind of stalling ends within its limit (30 s for headers and silence, 20 s for bodies) and some grace."""
    server = stalled
    script = Script(server)
    flow = script.flow("Wait", [WAIT, END])
    customer = Customer.start(script, flow).connect()
    url = customer.ok("connection", {"Type": ["WEBSOCKET"]}, customer.participant_token)["Websocket"]["Url"]
    socket_path = url.split(server.http, 1)[1]
    other = Customer.start(script, flow)
    flooded = other.ok("connection", {"Type": ["WEBSOCKET"]}, other.participant_token)["Websocket"]["Url"]
    agent = Agent(server, "agent1").work()
    agent_path = agent.ok("CreateTransport", {"transportType": "web_socket"})["webSocketTransport"]["url"].split(
        server.http, 1)[1]
    token = customer.token.encode()
    head = b"POST /participant/message HTTP/1.1\r\nhost: x\r\nx-amz-bearer: " + token + b"\r\ncontent-type: application/json\r\n"
    cases = {
        "says nothing": (b"", None),
        "half a request line": (b"GET /hea", None),
        "half of the headers": (b"GET /health HTTP/1.1\r\nhost: x\r\na: b", None),
        "a header line every second": (b"GET /health HTTP/1.1\r\nhost: x\r\n", b"a: b\r\n"),
        "half of the HTTP/2 preface": (b"PRI * HTTP/2.0\r\n", None),
        "HTTP/2 without settings": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None),
        "no body": (head + b"content-length: 1000\r\n\r\n", None),
        "half of a body": (head + b'content-length: 1000\r\n\r\n{"ContentType"', None),
        "a byte of the body every second": (head + b"content-length: 100000\r\n\r\n", b" "),
        "half of a chunk": (head + b"transfer-encoding: chunked\r\n\r\n100\r\n{", None),
        "a chunk every second": (head + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        "idle after an answer": (b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n", None),
        "a silent customer's socket": (upgrade(socket_path), None),
        "a silent agent's socket": (upgrade(agent_path), None),
        "half of a frame": (upgrade(flooded.split(server.http, 1)[1]) + b"\x81\xfe\x10\x00\0\0\0\0{", None),
    }
    asyncio.run(stall(server, cases, 55))
    assert send(server, "GET", "/health").body == b"ok"
    customer.say("still here")


def upgrade(path):
    return (f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
            "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode()


async def stall(server, cases, limit):
    host, port = server.http.split(":")

    async def one(label, first, then):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(first)
        begun = time.monotonic()

        async def drip():
            while then:
                await asyncio.sleep(1)  # the client's slowness
                writer.write(then)

        dripping = asyncio.create_task(drip())
        try:
            async with asyncio.timeout(limit):
                while await reader.read(65536):
                    pass
            return label, time.monotonic() - begun
        except ConnectionError:
            return label, time.monotonic() - begun
        except TimeoutError:
            return label, None
        finally:
            dripping.cancel()
            writer.close()

    begun = process_sockets(server)
    slowest = asyncio.gather(*(one(label, *case) for label, case in cases.items()))
    # Twenty peers vanish without a word: only half of their connection is closed.
    halves = []
    for _ in range(20):
        half = socket.create_connection((host, int(port)))
        half.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\n")
        half.shutdown(socket.SHUT_WR)
        halves.append(half)
    ended = dict(await slowest)
    print({label: seconds and round(seconds, 1) for label, seconds in ended.items()})
    assert not [label for label, seconds in ended.items() if seconds is None], ended
    deadline = asyncio.get_running_loop().time() + 10
    while process_sockets(server) > begun + 2:
        assert asyncio.get_running_loop().time() < deadline, "connections of stalled clients are kept"
        await asyncio.sleep(0.1)  # between looks, bounded by the deadline
    for half in halves:
        half.close()


@pytest.mark.timeout(120)
def test_a_client_that_reads_nothing(stalled):
    """What is pushed to it is bounded; the others in the chat go on."""
    server = stalled
    script, process = Script(server), Process(server)
    customer = Customer.start(script, script.flow("Wait", [WAIT, END])).connect()
    url = customer.ok("connection", {"Type": ["WEBSOCKET"]}, customer.participant_token)["Websocket"]["Url"]
    host, port = server.http.split(":")
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect((host, int(port)))
        deaf.sendall(upgrade(url.split(server.http, 1)[1]))
        assert deaf.recv(12).startswith(b"HTTP/1.1 101")
        topics = json.dumps({"topic": "aws/subscribe", "content": {"topics": ["aws/chat"]}}).encode()
        deaf.sendall(b"\x81" + bytes([0x80 | len(topics)]) + b"\0\0\0\0" + topics)
        customer.say("x" * 1000)
        before = process.memory()
        slowest = 0.0
        for _ in range(1500):
            begun = time.monotonic()
            customer.say("x" * 1000)
            slowest = max(slowest, time.monotonic() - begun)
        grown = process.memory() - before
        print(f"\n1500 messages; slowest {slowest * 1000:.0f} ms; {grown / 1e6:.1f} MB more")
        assert slowest < 2, f"a message took {slowest:.1f} s"
        assert grown < 50e6, f"{grown / 1e6:.0f} MB for 1.5 MB that nobody reads"
