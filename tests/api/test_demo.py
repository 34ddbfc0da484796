"""`waqtor demo --once`: the whole main job on the real protocol path, and what the phones saw against what was recorded."""

import json
import os
import subprocess

import pytest

BINARY = os.environ.get("TEST_BINARY", "build/release/waqtor")
FIRST = ["أحمد", "فاطمة", "Omar", "نورة", "خالد", "Sara"]
LAST = ["العتيبي", "Haddad", "السالم", "الزهراني"]


def demo(*arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAQTOR_")}
    done = subprocess.run([BINARY, "demo", "--once", "--json", *arguments], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def agrees(report):
    assert report["ledger"] == {"missing": 0, "duplicate": 0, "unknown": 0}
    campaign = report["campaign"]
    assert campaign["recipients"] == report["contacts"]["imported"]
    assert campaign["sent"] + campaign["failed"] == campaign["recipients"], "nobody is left waiting"
    assert campaign["sent"] == campaign["delivered"] > 0
    assert 0 < campaign["read"] <= campaign["delivered"]
    assert 0 < report["botAnswers"] <= report["replies"]


def test_the_sample_shop():
    report = demo()
    agrees(report)
    assert report["contacts"]["imported"] == 50
    assert report["contacts"]["rejected"] == 0


def numbers(count):
    """(as written, whether it can be used)"""
    for i in range(count):
        if i % 37 == 0:
            yield "12345", False
            continue
        n = f"{1000 + i:04}"
        yield [f"+966 50 000 {n}", f"050000{n}", f"00966 50-000-{n}", f"(050) 000 {n}", f"96650000{n}"][i % 5], True


def google(people):
    head = "Name,Given Name,Family Name,Group Membership,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value\n"
    return (head + "".join(f"{name},{name.split()[0]},{name.split()[1]},* myContacts ::: VIP,,Mobile,{phone}\n" for name, phone in people)).encode()


def outlook(people):
    head = '"First Name","Last Name","Company","Mobile Phone","E-mail Address"\r\n'
    rows = "".join(f'"{name.split()[0]}","{name.split()[1]}","","{phone}",""\r\n' for name, phone in people)
    return (head + rows).encode("windows-1256")


def vcards(people):
    return "".join(f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nTEL;TYPE=CELL:{phone}\r\nEND:VCARD\r\n" for name, phone in people).encode()


def spreadsheet_text(people):
    return ("الاسم;رقم الجوال\r\n" + "".join(f"{name};{phone}\r\n" for name, phone in people)).encode("utf-16")


@pytest.mark.parametrize("write, suffix", [(google, "csv"), (outlook, "csv"), (vcards, "vcf"), (spreadsheet_text, "csv")])
def test_lists_as_other_programs_write_them(tmp_path, write, suffix):
    count = 500 if write is google else 60
    listed = list(numbers(count))
    file = tmp_path / f"people.{suffix}"
    file.write_bytes(write([(f"{FIRST[i % 6]} {LAST[i % 4]}", phone) for i, (phone, _) in enumerate(listed)]))
    report = demo("--contacts", str(file))
    agrees(report)
    usable = sum(good for _, good in listed)
    assert report["contacts"]["imported"] == usable
    assert report["contacts"]["rejected"] == count - usable == len(report["contacts"]["problems"])
    assert all("short" in problem["reason"] for problem in report["contacts"]["problems"])


@pytest.mark.parametrize("content, says", [(b"", "is empty"), (b"Name,Email\nA,b@example.com\n", "no column of phone numbers"),
                                           (b"PK\x03\x04 but no archive", "XLSX"), (b'Name,Phone\n"A,1\n', "never closed"), ("\ufeffName,Phone\nA\0,050000100\n".encode("utf-16-le"), "U+0000")])
def test_lists_that_cannot_be_read(tmp_path, content, says):
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAQTOR_")}
    done = subprocess.run([BINARY, "demo", "--once", "--contacts", str(file)], capture_output=True, text=True, env=environment)
    assert done.returncode != 0
    assert says in done.stderr, done.stderr
