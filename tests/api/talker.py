"""One client of Python's `websockets`, told what to do by lines of JSON on stdin; what happens to it goes to stdout (talkers.py)."""

import asyncio
import json
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus


def say(**record):
    print(json.dumps(record), flush=True)


async def listen(socket):
    try:
        async for message in socket:
            say(**({"got": "text", "text": message} if isinstance(message, str) else {"got": "binary"}))
    except ConnectionClosed:
        pass
    say(got="closed", code=socket.close_code, reason=socket.close_reason)


async def main():
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    socket = listener = None
    while line := await lines.readline():
        wish = json.loads(line)
        try:
            match wish["do"]:
                case "open":
                    socket = await connect(wish["url"], additional_headers=wish["headers"], subprotocols=wish["protocols"] or None, max_size=None)
                    extensions = socket.response.headers.get("Sec-WebSocket-Extensions", "")
                    say(got="open", protocol=socket.subprotocol or "", extensions=extensions)
                    listener = asyncio.create_task(listen(socket))
                case "send":
                    await socket.send(wish["text"])
                case "binary":
                    await socket.send(b"\0")
                case "close":
                    await socket.close(wish["code"], wish["reason"])
        except InvalidStatus as refused:
            say(got="refused", status=refused.response.status_code)
        except ConnectionClosed:
            pass   # the listener says so
    if listener:
        listener.cancel()


asyncio.run(main())
