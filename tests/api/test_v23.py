"""The paths and bodies of WaQtor 2.3 (recipients, groups, sessions, messages, campaigns, reports, smartbot) still answer."""

import json

import pytest

UNKNOWN = "00000000-0000-7000-8000-000000000000"
PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
def shop(owned):
    made = owned.call("POST", "/api/sessions", {"clientId": "shop", "name": "Shop", "start": False}, token=owned.owner)
    assert made.status == 201, made.body
    owned.session = made.data["id"]
    return owned


def call(server, method, path, body=None, status=200):
    answer = server.call(method, path, body, token=server.owner)
    assert answer.status == status, (method, path, answer.body)
    return answer.json


RECIPIENT = {"id", "phone", "name", "email", "company", "tags", "custom_fields", "is_active", "notes", "created_at", "updated_at", "groups"}


def test_recipients(owned):
    made = call(owned, "POST", "/api/recipients", {"phone": "0500000001", "name": "Amal", "email": "", "company": "Shop", "tags": ["vip"],
                                                  "custom_fields": {"city": "Riyadh"}, "notes": "x"})["data"]
    assert set(made) == RECIPIENT
    assert (made["phone"], made["custom_fields"], made["is_active"], made["groups"][0]["name"]) == ("+966500000001", {"city": "Riyadh"}, True, "vip")
    assert set(made["groups"][0]) == {"id", "name", "color", "icon"}
    assert call(owned, "POST", "/api/recipients", {"phone": "+966 50 000 0001"}, 409)["error"]["code"] == "conflict"
    assert call(owned, "POST", "/api/recipients", {"phone": "abc"}, 422)["error"]["details"][0]["field"] == "phone"
    bulk = call(owned, "POST", "/api/recipients/bulk", {"recipients": [{"phone": f"05000000{i:02}", "tags": ["list"]} for i in range(1, 60)] +
                                                       [{"phone": "0500000002"}, {"phone": "nobody"}]})["data"]
    assert (bulk["created"], bulk["skipped"]) == (58, 2) and bulk["errors"] == [{"phone": "nobody", "error": bulk["errors"][0]["error"]}]
    page = call(owned, "GET", "/api/recipients?page=2&limit=25")["data"]
    assert len(page["recipients"]) == 25 and page["pagination"] == {"total": 59, "page": 2, "limit": 25, "pages": 3}
    assert [one["id"] for one in call(owned, "GET", "/api/recipients?search=amal&tag=vip")["data"]["recipients"]] == [made["id"]]
    changed = call(owned, "PUT", f"/api/recipients/{made['id']}", {"name": "أمل", "phone": "0500000099", "is_active": False, "custom_fields": {}})["data"]
    assert (changed["name"], changed["phone"], changed["is_active"], changed["custom_fields"]) == ("أمل", "+966500000099", False, {})
    assert call(owned, "PUT", f"/api/recipients/{made['id']}", {"phone": "0500000002"}, 409)
    assert call(owned, "GET", f"/api/recipients/{made['id']}")["data"] == changed
    call(owned, "PATCH", f"/api/contacts/{made['id']}", {"name": "=1+1"})
    csv = owned.call("GET", "/api/recipients/export/csv", token=owned.owner).body.lstrip("\ufeff").splitlines()
    assert csv[0] == "Phone,Name,Email,Company,Tags,Notes,Active" and len(csv) == 60
    assert any(line.startswith('"+966500000099","\'=1+1"') and line.endswith("false") for line in csv), "no formula comes out"
    ids = [one["id"] for one in page["recipients"]]
    assert call(owned, "DELETE", "/api/recipients/bulk", {"ids": ids + ids[:1] + [UNKNOWN]})["data"] == {"removed": 25}
    assert call(owned, "DELETE", f"/api/recipients/{made['id']}")["message"]
    for method in ("GET", "PUT", "DELETE"):
        call(owned, method, f"/api/recipients/{made['id']}", {} if method == "PUT" else None, 404)
    assert call(owned, "GET", "/api/recipients")["data"]["pagination"]["total"] == 33


def test_groups(owned):
    group = call(owned, "POST", "/api/groups", {"name": "VIP", "description": "d", "color": "#FF0000", "icon": "star"})["data"]
    assert (group["name"], group["color"], group["is_active"], group["recipientCount"]) == ("VIP", "#FF0000", True, 0)
    path = f"/api/groups/{group['id']}"
    call(owned, "POST", "/api/groups", {"name": "vip"}, 409)
    people = [call(owned, "POST", "/api/recipients", {"phone": f"050000000{i}"})["data"]["id"] for i in range(3)]
    assert call(owned, "POST", f"{path}/recipients", {"recipientIds": people[:2]})["data"] == {"added": 2, "skipped": 0}
    assert call(owned, "POST", f"{path}/recipients", {"recipientIds": people})["data"] == {"added": 1, "skipped": 2}
    problem = call(owned, "POST", f"{path}/recipients", {"recipientIds": [people[0], UNKNOWN]}, 422)["error"]["details"][0]
    assert problem["field"] == "contacts[1]"
    listed = call(owned, "GET", "/api/groups?search=vip")["data"]
    assert listed[0]["recipientCount"] == 3 and {one["id"] for one in listed[0]["recipients"]} == set(people)
    members = call(owned, "GET", f"{path}/recipients")["data"]
    assert members["group"]["name"] == "VIP" and len(members["recipients"]) == 3
    assert call(owned, "DELETE", f"{path}/recipients/{people[0]}")["message"]
    call(owned, "DELETE", f"{path}/recipients/{people[0]}", None, 404)
    assert call(owned, "DELETE", f"{path}/recipients", {"recipientIds": people})["data"] == {"removed": 2}
    assert call(owned, "PUT", path, {"name": "كبار العملاء", "is_active": False})["data"]["name"] == "كبار العملاء"
    assert call(owned, "GET", path)["data"]["is_active"] is False
    assert call(owned, "DELETE", path)["message"]
    for method, rest in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/recipients")):
        call(owned, method, path + rest, {} if method == "PUT" else None, 404)
    assert call(owned, "GET", "/api/contacts")["pagination"]["total"] == 3, "the people stay"


def test_tags_and_segments(owned):
    tag = call(owned, "POST", "/api/tags", {"name": "عملاء"}, 201)["data"]
    ids = [call(owned, "POST", "/api/contacts", {"phone": f"050000000{i}", "custom": {"city": "Riyadh" if i else "Jeddah"}}, 201)["data"]["id"] for i in range(3)]
    assert call(owned, "POST", f"/api/tags/{tag['id']}/give", {"contacts": ids[:2]})["data"] == {"changed": 2, "unchanged": 0}
    assert call(owned, "POST", f"/api/tags/{tag['id']}/take", {"contacts": ids[:1]})["data"] == {"changed": 1, "unchanged": 0}
    assert [one["contacts"] for one in call(owned, "GET", "/api/tags")["data"]] == [1]
    segment = call(owned, "POST", "/api/segments", {"name": "Riyadh", "filter": {"fields": {"city": "Riyadh"}}}, 201)["data"]
    assert segment["contacts"] == 2
    assert {one["id"] for one in call(owned, "GET", f"/api/contacts?segment={segment['id']}")["data"]} == set(ids[1:])
    assert call(owned, "PATCH", f"/api/segments/{segment['id']}", {"filter": {"tags": ["عملاء"]}})["data"]["contacts"] == 1
    call(owned, "POST", "/api/segments", {"name": "Riyadh", "filter": {}}, 409)
    counted = call(owned, "POST", "/api/campaigns/count", {"audience": {"segment": segment["id"]}})["data"]
    assert counted["recipients"] == 1
    exported = owned.call("GET", "/api/contacts/export.json", token=owned.owner)
    assert {one["id"] for one in json.loads(exported.body)} == set(ids)
    call(owned, "DELETE", f"/api/tags/{tag['id']}")
    call(owned, "DELETE", f"/api/segments/{segment['id']}")
    for path in (f"/api/tags/{tag['id']}", f"/api/segments/{segment['id']}"):
        call(owned, "GET", path, None, 404)


def test_every_other_path_of_23(shop):
    rule = call(shop, "POST", "/api/smartbot/rules", {"name": "r", "keywords": ["refund"], "replyMessage": "ok", "matchType": "startsWith", "caseSensitive": False}, 201)["data"]
    contact = call(shop, "POST", "/api/recipients", {"phone": "0500000001"})["data"]["id"]
    made = {kind: call(shop, "POST", "/api/campaigns/create", body)["data"]["id"] for kind, body in {
        "newer": {"name": "b", "messageTemplate": "Hi {name}", "recipientIds": [contact], "sessionId": shop.session, "delaySeconds": 5},
        "older": {"name": "a", "message": "Hi", "recipients": ["966500000002", "15550101@c.us"], "scheduledAt": "2199-01-01T00:00:00Z"}}.items()}
    table = [
        # method, path, body, status, what `data` (or the answer itself) must have
        ("GET", "/api/sessions", None, 200, None),
        ("GET", "/api/sessions/shop", None, 200, {"clientId", "name", "isActive", "isReady", "hasQr", "createdAt"}),
        ("GET", "/api/sessions/shop/qr", None, 404, None),
        ("POST", "/api/sessions", {"clientId": "shop"}, 409, None),
        ("POST", "/api/sessions", {"clientId": "../../evil"}, 422, None),
        ("POST", "/api/sessions/nobody/restart", None, 404, None),
        ("DELETE", "/api/sessions/nobody", None, 404, None),
        ("POST", "/api/messages/send-text", {"phone": "15550101", "message": "Hi {name}", "name": "Amal", "order_id": 7, "custom1": "x"}, 202, {"id", "timestamp", "to"}),
        ("POST", "/api/messages/send-text", {"phone": "15550101"}, 422, None),
        ("POST", "/api/messages/send-media", {"phone": "15550101", "mediaUrl": "http://127.0.0.1/x.png", "caption": "c", "filename": "x.png"}, 422, None),
        ("POST", "/api/messages/send-bulk", {"recipients": [{"phone": "15550101", "message": "Hi", "company": "x", "signature": "s"}]}, 202,
         {"total", "successful", "failed", "results"}),
        ("POST", "/api/sendMessage", {"chatId": "15550101@c.us", "message": "x"}, 202, {"id", "timestamp"}),
        ("GET", "/api/campaigns/list", None, 200, {"id", "name", "status", "totalRecipients", "sentCount", "deliveredCount", "readCount", "failedCount", "createdAt"}),
        ("GET", f"/api/campaigns/{made['newer']}", None, 200, {"id", "name", "status", "totalRecipients"}),
        ("PUT", f"/api/campaigns/{made['older']}/status", {"status": "cancelled"}, 200, {"status"}),
        ("PUT", f"/api/campaigns/{made['older']}/status", {"status": "fast"}, 422, None),
        ("POST", f"/api/campaigns/{made['newer']}/execute", None, 200, {"success", "results", "campaign"}),
        ("DELETE", f"/api/campaigns/{made['older']}", None, 200, {"message"}),
        ("GET", "/api/campaigns/not-an-id", None, 404, None),
        ("GET", "/api/reports?type=overview&startDate=2026-01-01&endDate=2026-01-31", None, 200,
         {"totalMessages", "sentMessages", "deliveredMessages", "readMessages", "failedMessages", "campaignSuccessRate", "dailyVolume", "topCampaigns"}),
        ("GET", "/api/reports?type=smartbot", None, 200, {"totalMessages"}),
        ("GET", "/api/reports?type=campaigns", None, 200, {"topCampaigns"}),
        ("GET", "/api/reports?type=messages", None, 200, {"dailyVolume"}),
        ("GET", "/api/reports?type=weather", None, 422, None),
        ("GET", "/api/smartbot/rules", None, 200, {"id", "name", "keywords", "replyMessage", "enabled", "matchType", "caseSensitive", "createdAt", "updatedAt", "triggerCount"}),
        ("GET", f"/api/smartbot/rules/{rule['id']}", None, 200, {"keywords", "replyMessage"}),
        ("PUT", f"/api/smartbot/rules/{rule['id']}", {"replyMessage": "fine", "enabled": True}, 200, {"replyMessage"}),
        ("POST", f"/api/smartbot/rules/{rule['id']}/toggle", None, 200, {"enabled"}),
        ("GET", "/api/smartbot/stats", None, 200, {"totalRules", "enabledRules", "disabledRules", "totalTriggers", "topRules"}),
        ("GET", "/api/smartbot/history?limit=50", None, 200, None),
        ("DELETE", "/api/smartbot/history", None, 200, {"message"}),
        ("DELETE", f"/api/smartbot/rules/{rule['id']}", None, 200, {"message"}),
        ("GET", f"/api/smartbot/rules/{rule['id']}", None, 404, None),
    ]
    for method, path, body, status, has in table:
        answer = shop.call(method, path, {} if body is None and method in ("POST", "PUT") else body, token=shop.owner)
        assert answer.status == status, (method, path, answer.body)
        assert answer.json["success"] is (status < 400), (method, path)
        if has:
            shown = answer.json.get("data", answer.json)
            shown = shown[0] if isinstance(shown, list) else shown
            assert has <= set(shown), (method, path, has - set(shown))
    assert call(shop, "GET", "/api/smartbot/rules")["count"] == 0


def form(fields, files):
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    parts += [f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\nContent-Type: {kind}\r\n\r\n'.encode() + content + b"\r\n"
              for name, file, kind, content in files]
    return b"".join(parts) + b"--b--\r\n"


def test_bulk_with_media(shop):
    people = [{"phone": "15550101", "message": "Hi {name}", "name": "Amal"}, {"phone": "15550102", "message": "Hello"}, {"phone": "nobody", "message": "x"}]
    files = [("attachments", "a.png", "image/png", PNG), ("attachments", "b.txt", "text/plain", b"price list")]
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = shop.call("POST", "/api/messages/send-bulk-with-media", raw=form({"recipients": json.dumps(people)}, files), headers=kind, token=shop.owner)
    assert answer.status == 202, answer.body
    assert (answer.data["total"], answer.data["successful"], answer.data["failed"], answer.data["attachments"]) == (3, 2, 1, 2)
    assert [one["attachmentsSent"] for one in answer.data["results"]] == [2, 2, 0]
    sent = call(shop, "GET", "/api/messages?limit=50")["data"]
    assert len(sent) == 4
    assert sorted(one["content"].get("text", "") for one in sent) == ["", "", "Hello", "Hi Amal"], "the first file has the text"
    for fields, attached, field in (({}, files, "recipients"), ({"recipients": "[1"}, files, "recipients"), ({"recipients": json.dumps(people)}, files * 3, "attachments"),
                                    ({"recipients": json.dumps(people)}, [], "attachments"), ({"recipients": json.dumps([{"phone": "15550101"}])}, files, "recipients[0].message")):
        answer = shop.call("POST", "/api/messages/send-bulk-with-media", raw=form(fields, attached), headers=kind, token=shop.owner)
        assert answer.status == 422 and field in answer.problems, answer.body
    assert call(shop, "GET", "/api/messages")["pagination"]["total"] == 4
