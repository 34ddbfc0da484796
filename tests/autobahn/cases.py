"""The cases of the Autobahn suite (groups 1 to 7, 9, 10, 12, 13) as data: what is sent, what must come back, how it must end.

The numbers are Autobahn's, so that a failure here can be looked up there. Payloads of groups 12 and 13 are our own of the same kinds."""

import dataclasses
import os
import random

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
LONG = os.environ.get("TEST_LONG") == "1"


@dataclasses.dataclass(frozen=True)
class Frame:
    opcode: int
    payload: bytes = b""
    fin: bool = True
    rsv: int = 0
    chop: int = 0       # bytes of one send; 0: all at once
    sends: int = 0      # of the payload, so many bytes only: the rest never comes
    answered: bool = False   # wait for as many answers as were due before the next is sent


@dataclasses.dataclass(frozen=True)
class Case:
    id: str
    frames: tuple
    answers: tuple = ()          # (opcode, payload), in order
    codes: tuple = (1000,)       # that the connection may end with; None: a close frame without one
    we_close: bool = True        # with 1000, once everything was answered; else a frame or the server does


@dataclasses.dataclass(frozen=True)
class Exchange:
    """Messages one after the other, each of which must come back before the next is sent."""
    id: str
    messages: tuple              # (opcode, payload)
    fragment: int = 0            # bytes of one frame; 0: one frame
    chop: int = 0
    offer: str = ""              # Sec-WebSocket-Extensions; empty: none


def message(opcode, payload, size, chop=0):
    """One message in frames of `size` bytes."""
    parts = [payload[at:at + size] for at in range(0, len(payload), size)] or [b""]
    return tuple(Frame(opcode if i == 0 else 0, part, i == len(parts) - 1, chop=chop) for i, part in enumerate(parts))


def close(code=None, reason=b""):
    return Frame(CLOSE, (b"" if code is None else code.to_bytes(2, "big")) + reason)


HELLO = b"Hello, world!"
BYTES = b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"
KOSME = "κ\u1f79σμε".encode()


def echo(id, *frames, answers):
    return Case(id, frames, tuple(answers))


def broken(id, *frames, answers=(), codes=(1002,)):
    return Case(id, frames, tuple(answers), codes, we_close=False)


def closed(id, *frames, answers=(), codes=(1000,)):
    return Case(id, frames, tuple(answers), codes, we_close=False)


def framing():
    for group, opcode, byte in ((1, TEXT, b"*"), (2, BINARY, b"\xfe")):
        for number, (size, chop) in enumerate([(0, 0), (125, 0), (126, 0), (127, 0), (128, 0), (65535, 0), (65536, 0), (65536, 997)], 1):
            yield echo(f"1.{group}.{number}", Frame(opcode, byte * size, chop=chop), answers=[(opcode, byte * size)])


def pings():
    for number, payload, chop in [(1, b"", 0), (2, HELLO, 0), (3, BYTES, 0), (4, b"\xfe" * 125, 0), (6, b"\xfe" * 125, 1)]:
        yield echo(f"2.{number}", Frame(PING, payload, chop=chop), answers=[(PONG, payload)])
    yield broken("2.5", Frame(PING, b"\xfe" * 126))
    unasked = b"unsolicited pong payload"
    yield closed("2.7", Frame(PONG), close(1000))
    yield closed("2.8", Frame(PONG, unasked), close(1000))
    yield echo("2.9", Frame(PONG, unasked), Frame(PING, b"ping payload"), answers=[(PONG, b"ping payload")])
    for number, chop in ((10, 0), (11, 1)):
        many = [b"payload-%d" % i for i in range(10)]
        yield echo(f"2.{number}", *(Frame(PING, one, chop=chop) for one in many), answers=[(PONG, one) for one in many])


def reserved_bits():
    hello = (TEXT, HELLO)
    yield broken("3.1", Frame(TEXT, HELLO, rsv=1))
    yield broken("3.2", Frame(TEXT, HELLO), Frame(TEXT, HELLO, rsv=2), Frame(PING), answers=[hello])
    yield broken("3.3", Frame(TEXT, HELLO, answered=True), Frame(TEXT, HELLO, rsv=3), Frame(PING), answers=[hello])
    yield broken("3.4", Frame(TEXT, HELLO, chop=1), Frame(TEXT, HELLO, rsv=4, chop=1), Frame(PING, chop=1), answers=[hello])
    yield broken("3.5", Frame(BINARY, BYTES, rsv=5))
    yield broken("3.6", Frame(PING, HELLO, rsv=6))
    yield broken("3.7", Frame(CLOSE, rsv=7))


def opcodes():
    for group, first in ((1, 3), (2, 11)):
        yield broken(f"4.{group}.1", Frame(first))
        yield broken(f"4.{group}.2", Frame(first + 1, b"reserved opcode payload"))
        for number, chop in ((3, 0), (4, 0), (5, 1)):
            payload = b"" if number == 3 else HELLO
            yield broken(f"4.{group}.{number}", Frame(TEXT, HELLO, chop=chop), Frame(first + number - 1, payload, chop=chop), Frame(PING, chop=chop),
                         answers=[(TEXT, HELLO)])


def fragments():
    one, two = b"fragment1", b"fragment2"
    yield broken("5.1", Frame(PING, one, fin=False), Frame(0, two))
    yield broken("5.2", Frame(PONG, one, fin=False), Frame(0, two))
    for number, chop, apart in ((3, 0, False), (4, 0, True), (5, 1, False)):
        step = 9999 if apart else chop
        yield echo(f"5.{number}", Frame(TEXT, one, fin=False, chop=step), Frame(0, two, chop=step), answers=[(TEXT, one + two)])
        yield echo(f"5.{number + 3}", Frame(TEXT, one, fin=False, chop=step), Frame(PING, b"ping payload", chop=step), Frame(0, two, chop=step),
                   answers=[(PONG, b"ping payload"), (TEXT, one + two)])
    for number, fin in ((9, True), (12, False)):
        for more, chop in enumerate((0, 9999, 1)):
            yield broken(f"5.{number + more}", Frame(0, b"non-continuation payload", fin=fin, chop=chop), Frame(TEXT, HELLO, chop=chop))
    yield broken("5.15", Frame(TEXT, one, fin=False), Frame(0, two), Frame(0, b"fragment3", fin=False), Frame(TEXT, b"fragment4"),
                 answers=[(TEXT, one + two)])
    for number, fin in ((16, False), (17, True)):
        yield broken(f"5.{number}", *(Frame(0, one, fin=fin), Frame(TEXT, two, fin=False), Frame(0, b"fragment3")) * 2)
    yield broken("5.18", Frame(TEXT, one, fin=False), Frame(TEXT, two))
    parts = [b"fragment%d" % i for i in range(1, 6)]
    for number, chop in ((19, 0), (20, 9999)):
        yield echo(f"5.{number}", Frame(TEXT, parts[0], fin=False, chop=chop), Frame(0, parts[1], fin=False, chop=chop),
                   Frame(PING, b"pongme 1!", chop=chop, answered=True), Frame(0, parts[2], fin=False, chop=chop), Frame(0, parts[3], fin=False, chop=chop),
                   Frame(PING, b"pongme 2!", chop=chop), Frame(0, parts[4], chop=chop),
                   answers=[(PONG, b"pongme 1!"), (PONG, b"pongme 2!"), (TEXT, b"".join(parts))])


def utf8():
    yield echo("6.1.1", Frame(TEXT), answers=[(TEXT, b"")])
    yield echo("6.1.2", Frame(TEXT, fin=False), Frame(0, fin=False), Frame(0), answers=[(TEXT, b"")])
    middle = b"middle frame payload"
    yield echo("6.1.3", Frame(TEXT, fin=False), Frame(0, middle, fin=False), Frame(0), answers=[(TEXT, middle)])
    first, second = "Hello-µ@ßöä".encode(), "üàá-UTF-8!!".encode()
    whole = first + second
    yield echo("6.2.1", Frame(TEXT, whole), answers=[(TEXT, whole)])
    yield echo("6.2.2", Frame(TEXT, first, fin=False), Frame(0, second), answers=[(TEXT, whole)])
    yield echo("6.2.3", *message(TEXT, whole, 1), answers=[(TEXT, whole)])
    yield echo("6.2.4", *message(TEXT, KOSME, 1), answers=[(TEXT, KOSME)])
    surrogate = KOSME + b"\xed\xa0\x80edited"
    yield broken("6.3.1", Frame(TEXT, surrogate), codes=(1007,))
    yield broken("6.3.2", *message(TEXT, surrogate, 1), codes=(1007,))
    # What is wrong must be noticed at once: the rest never comes.
    beyond = KOSME + b"\xf4\x90\x80\x80edited"
    yield broken("6.4.1", Frame(TEXT, KOSME, fin=False), Frame(0, b"\xf4\x90\x80\x80", fin=False), codes=(1007,))
    yield broken("6.4.2", Frame(TEXT, beyond[:12], fin=False), Frame(0, beyond[12:13], fin=False), codes=(1007,))
    yield broken("6.4.3", Frame(TEXT, beyond, sends=15, chop=17), codes=(1007,))
    yield broken("6.4.4", Frame(TEXT, beyond, sends=13, chop=18), codes=(1007,))
    for group, rows in enumerate(utf8_rows(), 5):
        for number, (valid, payload) in enumerate(rows, 1):
            frame = Frame(TEXT, payload)
            yield echo(f"6.{group}.{number}", frame, answers=[(TEXT, payload)]) if valid else broken(f"6.{group}.{number}", frame, codes=(1007,))


def is_utf8(payload):
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


def utf8_rows():
    """Groups 6.5 to 6.23, after Markus Kuhn's UTF-8 decoder test. Which are valid is RFC 3629's."""
    def rows(*hexes):
        return [(is_utf8(one), one) for one in map(bytes.fromhex, hexes)]

    def tail_missing():
        return ["c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"]

    yield [(True, b"hello" + one.encode() + b"world") for one in ("$", "¢", "€", "\U00024b62")] + [(True, KOSME)]
    yield [(is_utf8(KOSME[:size]), KOSME[:size]) for size in range(1, len(KOSME) + 1)]
    yield rows("00", "c280", "e0a080", "f0908080")
    yield rows("f888808080", "fc8480808080")
    yield rows("7f", "dfbf", "efbfbf", "f48fbfbf")
    yield rows("f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf")
    yield rows("ed9fbf", "ee8080", "efbfbd", "f48fbfbf", "f4908080")
    yield rows("80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf", bytes(range(0x80, 0xbf)).hex())
    yield rows(*("".join(f"{byte:02x}20" for byte in range(*span)) for span in ((0xc0, 0xdf), (0xe0, 0xef), (0xf0, 0xf7), (0xf8, 0xfb), (0xfc, 0xfd))))
    yield rows(*tail_missing())
    yield rows("".join(tail_missing()))
    yield rows("fe", "ff", "fefeffff")
    yield rows("c0af", "e080af", "f08080af", "f8808080af", "fc80808080af")
    yield rows("c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf")
    yield rows("c080", "e08080", "f0808080", "f880808080", "fc8080808080")
    yield rows("eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf")
    yield rows(*(high + low for high in ("eda080", "edadbf", "edae80", "edafbf") for low in ("edb080", "edbfbf")))
    yield rows("efbfbe", "efbfbf", *(chr(plane * 0x10000 + last).encode().hex() for plane in range(1, 17) for last in (0xfffe, 0xffff)))
    yield rows(*(f"efbf{byte:02x}" for byte in range(0xb9, 0xc0)))


def closing():
    hello = (TEXT, b"Hello World!")
    yield closed("7.1.1", Frame(*hello), close(1000), answers=[hello])
    yield closed("7.1.2", close(1000), Frame(CLOSE))
    yield closed("7.1.3", close(1000), Frame(PING))
    yield closed("7.1.4", close(1000), Frame(*hello))
    yield closed("7.1.5", Frame(TEXT, b"fragment1", fin=False), close(1000), Frame(0, b"fragment2"))
    large = (TEXT, (b"BAsd7&jh23" * 26215)[:256 * 1024])
    yield closed("7.1.6", Frame(*large), Frame(*hello), close(1000), Frame(PING), answers=[large, hello])
    yield closed("7.3.1", close(), codes=(None, 1000))
    yield broken("7.3.2", Frame(CLOSE, b"a"))
    yield closed("7.3.3", close(1000))
    yield closed("7.3.4", close(1000, b"Hello World!"))
    yield closed("7.3.5", close(1000, b"*" * 123))
    yield broken("7.3.6", close(1000, b"*" * 124))
    yield broken("7.5.1", close(1000, KOSME + b"\xed\xa0\x80edited"), codes=(1002, 1007))
    for number, code in enumerate((1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999), 1):
        yield closed(f"7.7.{number}", close(code), codes=(code, 1000))
    for number, code in enumerate((0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999), 1):
        yield broken(f"7.9.{number}", close(code))
    for number, code in enumerate((5000, 65535), 1):
        yield broken(f"7.13.{number}", close(code), codes=(1000, 1002, code))


def limits():
    sizes = [size * 1024 for size in (64, 256, 1024, 4096, 8192, 16384)]
    for kind, opcode, pattern in ((0, TEXT, b"BAsd7&jh23"), (1, BINARY, b"\x00\xfe\x23\xfa\xf0")):
        def payload(size):
            return (pattern * (size // len(pattern) + 1))[:size]
        for number, size in enumerate(sizes, 1):
            yield Exchange(f"9.{1 + kind}.{number}", ((opcode, payload(size)),))
        for number, size in enumerate((64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304), 1):
            yield Exchange(f"9.{3 + kind}.{number}", ((opcode, payload(4 * 1024 * 1024)),), fragment=size)
        for number, chop in enumerate((64, 128, 256, 512, 1024, 2048), 1):
            yield Exchange(f"9.{5 + kind}.{number}", ((opcode, payload(1024 * 1024)),), chop=chop)
        for number, size in enumerate((0, 16, 64, 256, 1024, 4096), 1):
            yield Exchange(f"9.{7 + kind}.{number}", ((opcode, payload(size)),) * 1000)
    yield Exchange("10.1.1", ((TEXT, b"*" * 65536),), fragment=1300)


def text_like(words, size, seed):
    out, chance = bytearray(), random.Random(seed)
    while len(out) < size:
        out += chance.choice(words) if chance.random() < 0.9 else b"%d" % chance.randrange(10 ** 6)
    return bytes(out[:size])


def sources():
    """Five kinds of data, 1 MiB each: JSON, a picture, prose, HTML, and what cannot be compressed."""
    size = 1024 * 1024
    chance = random.Random(5)
    level, picture = 128, bytearray()
    for _ in range(size):
        level = min(255, max(0, level + chance.randrange(-2, 3)))
        picture.append(level)
    yield TEXT, text_like([b'{"id":', b',"name":"', b'value"}', b',"tags":["a","b"]', b"null,", b'"2026-01-01T00:00:00.000Z"'], size, 1)
    yield BINARY, bytes(picture)
    yield BINARY, text_like([b"habe ", b"nun, ", b"ach! ", "Philosophie, ".encode(), b"Juristerei ", b"und ", b"Medizin,\n"], size, 2)
    yield TEXT, text_like([b"<div class='row'>", b"</div>\n", b"<a href='/page/", b"'>link</a>", b"<td>", b"</td>"], size, 3)
    yield BINARY, chance.randbytes(size)


SIZES = [(size, 0) for size in (16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072)] + [
    (size, 256) for size in (8192, 16384, 32768, 65536, 131072)] + [(131072, fragment) for fragment in (1024, 4096, 32768)]
CLIENT = "client_no_context_takeover; client_max_window_bits"
USUAL = f"permessage-deflate; {CLIENT}"
OFFERS = [
    USUAL,
    f"{USUAL}; server_no_context_takeover",
    f"{USUAL}; server_max_window_bits=9",
    f"{USUAL}; server_max_window_bits=15",
    f"{USUAL}; server_no_context_takeover; server_max_window_bits=9",
    f"{USUAL}; server_no_context_takeover; server_max_window_bits=15",
    f"{USUAL}; server_no_context_takeover; server_max_window_bits=9, {USUAL}; server_no_context_takeover, {USUAL}",
]


def exchanges(group, opcode, data, offer):
    for number, (size, fragment) in enumerate(SIZES, 1):
        # Autobahn sends 1,000 of each; the short run moves half a MiB.
        count = 1000 if LONG else max(4, min(100, 512 * 1024 // size))
        starts = [(i * size) % (len(data) - size) for i in range(count)]
        yield Exchange(f"{group}.{number}", tuple((opcode, data[at:at + size]) for at in starts), fragment=fragment, offer=offer)


def compression():
    kinds = list(sources())
    for number, (opcode, data) in enumerate(kinds, 1):
        yield from exchanges(f"12.{number}", opcode, data, USUAL)
    for number, offer in enumerate(OFFERS, 1):
        yield from exchanges(f"13.{number}", *kinds[0], offer)


CASES = [*framing(), *pings(), *reserved_bits(), *opcodes(), *fragments(), *utf8(), *closing()]
EXCHANGES = [*limits(), *compression()]
