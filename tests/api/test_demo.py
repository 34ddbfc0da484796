"""`waqtor demo --once`: the whole main job on the real protocol path, and what the phones saw against what was recorded."""

import json
import os
import subprocess

import pytest

from people_files import FORMATS, people

BINARY = os.environ.get("TEST_BINARY", "build/release/waqtor")


def demo(*arguments):
    """What it printed as JSON, and the rows it explained."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAQTOR_")}
    done = subprocess.run([BINARY, "demo", "--once", "--json", *arguments], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert {name: set(part) if isinstance(part, dict) else None for name, part in report.items()} == {
        "contacts": {"imported", "rejected"}, "campaign": {"recipients", "sent", "delivered", "read", "failed"}, "replies": None,
        "botAnswers": None, "events": None, "ledger": {"missing", "duplicate", "unknown"}, "seconds": None, "rssMiB": None}
    return report, done.stderr.splitlines()


def agrees(report):
    assert report["ledger"] == {"missing": 0, "duplicate": 0, "unknown": 0}
    campaign = report["campaign"]
    assert campaign["recipients"] == report["contacts"]["imported"]
    assert campaign["sent"] + campaign["failed"] == campaign["recipients"], "nobody is left waiting"
    assert campaign["sent"] == campaign["delivered"] > 0
    assert 0 < campaign["read"] <= campaign["delivered"]
    assert 0 < report["botAnswers"] <= report["replies"]


def test_the_sample_shop():
    report, explained = demo()
    agrees(report)
    assert explained == []
    assert report["contacts"]["imported"] == 50
    assert report["contacts"]["rejected"] == 0


def lines(name, listed):
    """Where each person stands in the file: its line, row or card."""
    first = 1 if name.endswith(".vcf") else 2
    return [first + index * (2 if name == "google-new.csv" else 1) for index in range(len(listed))]


@pytest.mark.parametrize("name", FORMATS)
def test_lists_as_other_programs_write_them(tmp_path, name):
    listed = people()
    file = tmp_path / name
    file.write_bytes(FORMATS[name](listed))
    report, explained = demo("--contacts", str(file))
    agrees(report)
    numbers = {person.number for person in listed if person.number}
    expected, seen = [], {}
    for line, person in zip(lines(name, listed), listed):
        if person.number is None:
            expected.append((line, person.phone or "phone number" if name != "iphone.vcf" else person.phone))
        elif person.number in seen:
            expected.append((line, f"has the same number as line {seen[person.number]}"))
        else:
            seen[person.number] = line
    wrong = sum(person.number is None for person in listed)
    assert len(listed) >= 500 and wrong == 40 and len(expected) > wrong
    assert report["contacts"] == {"imported": len(numbers), "rejected": wrong}
    assert len(explained) == len(expected)
    for said, (line, reason) in zip(explained, expected):
        assert said.startswith(f"line {line}: ") and reason in said, (said, line, reason)
    not_on_whatsapp = sum(int(number) % 25 == 7 for number in numbers)
    assert report["campaign"]["failed"] == not_on_whatsapp and 0.02 < not_on_whatsapp / len(numbers) < 0.06


@pytest.mark.parametrize("content, says", [(b"", "is empty"), (b"Name,Email\nA,b@example.com\n", "no column of phone numbers"),
                                           (b"PK\x03\x04 but no archive", "XLSX"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "save it as .xlsx"), (b"Name,Phone\nA,12\n", "nobody in it"), ("\ufeffName,Phone\nA\0,050000100\n".encode("utf-16-le"), "U+0000")])
def test_lists_that_cannot_be_read(tmp_path, content, says):
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAQTOR_")}
    done = subprocess.run([BINARY, "demo", "--once", "--contacts", str(file)], capture_output=True, text=True, env=environment)
    assert done.returncode != 0
    assert says in done.stderr, done.stderr
