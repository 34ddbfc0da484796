"""Imports of contacts over HTTP: look, start, progress, rejected rows, undo, a kill in between, and files that are not what they say."""

import io
import zipfile

import pytest


def upload(server, content, query="", status=201, **headers):
    if isinstance(content, str):
        content = content.encode()
    answer = server.call("POST", f"/api/contacts/imports{query}", raw=content, token=server.owner,
                         headers={"Content-Type": "application/octet-stream"} | headers)
    assert answer.status == status, answer.body
    return answer.data if status == 201 else answer


def post(server, path, body=None, status=202):
    answer = server.call("POST", path, body or {}, token=server.owner)
    assert answer.status == status, answer.body
    return answer.data


def get(server, path):
    answer = server.call("GET", path, token=server.owner)
    assert answer.status == 200, answer.body
    return answer.json


def until_ended(server, made):
    """Asks again after each event."""
    last = 0
    while (found := get(server, f"/api/contacts/imports/{made['id']}")["data"])["state"] in ("running", "undoing"):
        last = get(server, f"/api/events?after={last}&types=contact.imported&wait=5")["last"]
    return found


def people(count, start=0):
    return "الاسم,الجوال,المدينة\n" + "".join(f"عميل {i},05{i:08},الرياض\n" for i in range(start, start + count))


def test_from_the_file_to_undone(owned):
    owned.call("POST", "/api/contacts", {"phone": "+966500000001", "name": "Known"}, token=owned.owner)
    seen = upload(owned, people(3) + "خطأ,123,\n", "?name=list.csv&tags=vip,%D8%AC%D8%AF%D8%AF")
    assert (seen["state"], seen["fileName"], seen["format"], seen["tags"]) == ("ready", "list.csv", "csv", ["vip", "جدد"])
    assert [column["meaning"] for column in seen["columns"]] == ["name", "phone", "custom"]
    assert (seen["total"], seen["created"], seen["updated"], seen["errors"]) == (4, 2, 1, 1)
    assert seen["problems"] == [{"line": 5, "outcome": "error", "reason": "123 is too short for a phone number", "text": "خطأ, 123, "}]
    path = f"/api/contacts/imports/{seen['id']}"
    assert get(owned, "/api/contacts")["pagination"]["total"] == 1

    again = post(owned, f"{path}/preview", {"columns": ["name", "phone", "ignore"], "tags": ["vip"]}, 200)
    assert again["columns"][2]["meaning"] == "ignore" and again["tags"] == ["vip"]
    assert post(owned, f"{path}/start")["state"] == "running"
    done = until_ended(owned, seen)
    assert (done["state"], done["rows"], done["created"], done["updated"], done["errors"]) == ("done", 4, 2, 1, 1)
    assert get(owned, "/api/contacts?tag=vip")["pagination"]["total"] == 3
    rows = get(owned, f"{path}/rows?outcome=error")
    assert rows["data"][0]["cells"] == ["خطأ", "123", ""]
    rejected = owned.call("GET", f"{path}/rejected.csv", token=owned.owner)
    assert rejected.headers["Content-Type"].startswith("text/csv")
    corrected = rejected.body.replace('"123"', '"0500000077"')
    assert upload(owned, corrected)["created"] == 1, "what was rejected can be corrected and come again"
    states = [event["data"]["state"] for event in get(owned, "/api/events?types=contact.imported")["data"]]
    assert states == ["running", "done"]

    assert post(owned, f"{path}/undo")["state"] == "undoing"
    undone = until_ended(owned, seen)
    assert (undone["state"], undone["undone"], undone["kept"]) == ("undone", 3, 0)
    left = get(owned, "/api/contacts")["data"]
    assert [(one["name"], one["tags"]) for one in left] == [("Known", [])]
    assert owned.call("POST", f"{path}/start", {}, token=owned.owner).code == "conflict"
    assert owned.call("DELETE", path, token=owned.owner).status == 200
    assert owned.call("GET", path, token=owned.owner).status == 404


def test_a_form_a_foreign_id_and_scopes(owned):
    form = ("--b\r\nContent-Disposition: form-data; name=\"country\"\r\n\r\nEG\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; "
            "filename=\"people.csv\"\r\nContent-Type: text/csv\r\n\r\nName,Phone\nA,01001234567\n\r\n--b--\r\n")
    seen = upload(owned, form, **{"Content-Type": "multipart/form-data; boundary=b"})
    assert (seen["country"], seen["fileName"], seen["created"]) == ("EG", "people.csv", 1)
    unknown = "/api/contacts/imports/00000000-0000-7000-8000-000000000000"
    for method, rest in (("GET", ""), ("DELETE", ""), ("POST", "/start"), ("POST", "/preview"), ("POST", "/undo"), ("GET", "/rows"), ("GET", "/rejected.csv")):
        answer = owned.call(method, unknown + rest, {} if method == "POST" else None, token=owned.owner)
        assert answer.status == 404, (method, rest, answer.body)
    key = owned.make_key("contacts_read")
    assert owned.call("GET", "/api/contacts/imports", key=key).json["pagination"]["total"] == 1
    assert owned.call("POST", f"/api/contacts/imports/{seen['id']}/start", {}, key=key).status == 403


def test_an_import_that_was_killed_goes_on(house):
    count = 20_000
    seen = upload(house, people(count))
    assert seen["created"] == count
    post(house, f"/api/contacts/imports/{seen['id']}/start")
    last = 0
    while True:   # until the first progress event
        page = get(house, f"/api/events?after={last}&types=contact.imported&wait=5")
        last = page["last"]
        if any(event["data"]["rows"] > 0 for event in page["data"]):
            break
    house.stop(9)
    house.start()
    done = until_ended(house, seen)
    assert (done["state"], done["rows"], done["created"], done["skipped"]) == ("done", count, count, 0)
    assert get(house, "/api/contacts?limit=1")["pagination"]["total"] == count
    progress = [event["data"]["rows"] for event in get(house, "/api/events?types=contact.imported")["data"]]
    assert progress == sorted(progress) and 5000 in progress


def xlsx(sheet, shared=None, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", sheet)
        if shared is not None:
            package.writestr("xl/sharedStrings.xml", shared)
        for name, content in more.items():
            package.writestr(name, content)
    return out.getvalue()


def sheet_of(rows):
    return f'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'


def cells(number, *values):
    letters = "ABCDEFGH"
    return f'<row r="{number}">' + "".join(f'<c r="{letters[i]}{number}" t="inlineStr"><is><t>{value}</t></is></c>' for i, value in enumerate(values)) + "</row>"


def test_spreadsheets(house):
    good = upload(house, xlsx(sheet_of(cells(1, "Name", "Phone") + cells(3, "عمر", "0500000009") + '<row r="4"><c r="B4"><v>9.66500000008E11</v></c></row>')))
    assert (good["format"], good["created"], good["total"]) == ("xlsx", 2, 2)
    long = upload(house, xlsx(sheet_of(cells(1, "Name", "Phone") + cells(2, "x" * 40_000, "0500000009") + cells(3, "B", "0500000010"))))
    assert (long["created"], long["errors"], long["problems"][0]["line"]) == (1, 1, 2)


BOMBS = {
    "zeros": (lambda: xlsx(b" " * (300 << 20)), "256 MiB"),
    "shared text": (lambda: xlsx(sheet_of("".join(f'<row r="{n}">' + "".join('<c t="s"><v>0</v></c>' for _ in range(250)) + "</row>" for n in range(1, 400))),
                                 f'<sst xmlns="x"><si><t>{"x" * 32_000}</t></si></sst>'), "128 MiB"),
    "empty texts": (lambda: xlsx(sheet_of(""), "<sst>" + "<si/>" * 3_000_000 + "</sst>"), "64 MiB"),
    "entities": (lambda: xlsx('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + sheet_of("&b;")[21:]), "document type"),
    "no sheet": (lambda: xlsx("", **{"readme.txt": "hello"}).replace(b"worksheets", b"workshoots"), "not a spreadsheet"),
    "cut off": (lambda: xlsx(sheet_of(cells(1, "Name", "Phone")))[:200], "XLSX"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_spreadsheets_that_would_burst(house, bomb):
    make, says = BOMBS[bomb]
    answer = upload(house, make(), status=422)
    assert says in answer.problems["file"], answer.body
    assert get(house, "/api/contacts/imports")["pagination"]["total"] == 0


TEXTS = {
    "a line of 10 MB": ("Name,Phone\n" + "x" * (10 << 20) + ",0500000001\nB,0500000002\n", (1, 1), "more than 32768 bytes"),
    "a quote never closed": ('Name,Phone\n"A,0500000001\nB,0500000002\n', (1, 1), "never closed"),
    "windows-1256": ("الاسم,الجوال\nعلي,0500000001\n".encode("windows-1256"), (1, 0), None),
    "utf-16": ("الاسم\tالجوال\nعلي\t0500000001\n".encode("utf-16"), (1, 0), None),
    "rounded by a spreadsheet": ("Name,Phone\nA,9.66501E+11\nB,0500000002\n", (1, 1), "rounded by a spreadsheet"),
    "a card that does not end": ("BEGIN:VCARD\nFN:A\nTEL:0500000001\nBEGIN:VCARD\nFN:B\nTEL:0500000002\nEND:VCARD\n", (1, 1), "no END:VCARD"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_one_bad_row_costs_one_row(house, name):
    content, (created, errors), says = TEXTS[name]
    seen = upload(house, content)
    assert (seen["created"], seen["errors"]) == (created, errors), seen
    if says:
        assert says in seen["problems"][0]["reason"]


@pytest.mark.parametrize("content, says", [
    (b"", "is empty"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000, "save it as .xlsx or CSV"), (b"PK\x03\x04", "XLSX"),
    (b"Name,Phone\nA\0,1\n", "zero bytes"), (b"%PDF-1.7\n\0\0", "zero bytes")])
def test_files_that_cannot_be_read(house, content, says):
    answer = upload(house, content, status=422)
    assert says in answer.problems["file"], answer.body
    assert get(house, "/api/contacts/imports")["pagination"]["total"] == 0
