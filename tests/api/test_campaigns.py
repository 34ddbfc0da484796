"""Campaigns and the bot over HTTP, without WhatsApp: what is accepted waits in the outbox of a session that is not linked."""


import pytest

PHONES = ["+15550101", "+15550102", "+966500000001"]


@pytest.fixture
def shop(owned):
    made = owned.call("POST", "/api/sessions", {"clientId": "shop", "start": False}, token=owned.owner)
    assert made.status == 201, made.body
    owned.session = made.data["id"]
    return owned


def post(server, path, body=None, status=200):
    answer = server.call("POST", path, body or {}, token=server.owner)
    assert answer.status == status, answer.body
    return answer.data


def get(server, path):
    answer = server.call("GET", path, token=server.owner)
    assert answer.status == 200, answer.body
    return answer.data


def until(server, ask, good):
    """Asks again after each event."""
    last = 0
    while not good(found := ask()):
        last = server.call("GET", f"/api/events?after={last}&wait=5", token=server.owner).json["last"]
    return found


def make(server, **more):
    body = {"name": "Eid", "content": {"type": "text", "text": "Salam {{name|friend}}"}, "audience": {"phones": PHONES}} | more
    return post(server, "/api/campaigns", body, 201)


def test_a_campaign_from_draft_to_cancelled(shop):
    campaign = make(shop)
    assert campaign["status"] == "draft" and campaign["totalRecipients"] == 0
    path = f"/api/campaigns/{campaign['id']}"
    assert post(shop, f"{path}/start")["status"] == "running"
    there = until(shop, lambda: get(shop, path), lambda found: found["acceptedCount"] == 3)
    assert there["totalRecipients"] == 3 and there["sessions"] == [shop.session]
    recipients = get(shop, f"{path}/recipients?status=accepted")
    assert sorted(each["phone"] for each in recipients) == sorted(PHONES)
    assert all(each["message"] for each in recipients)
    assert post(shop, f"{path}/pause")["pendingCount"] == 3
    assert shop.call("POST", f"{path}/pause", {}, token=shop.owner).code == "conflict"
    assert post(shop, f"{path}/resume")["status"] == "running"
    until(shop, lambda: get(shop, path), lambda found: found["acceptedCount"] == 3)
    assert shop.call("PUT", f"{path}/status", {"status": "cancelled"}, token=shop.owner).data["cancelledCount"] == 3
    report = get(shop, f"{path}/report")
    assert report["reasons"] == [{"state": "cancelled", "reason": "campaign_cancelled", "recipients": 3}]
    csv = shop.call("GET", f"{path}/recipients.csv", token=shop.owner)
    assert csv.headers["Content-Type"].startswith("text/csv") and len(csv.body.splitlines()) == 4
    types = [event["type"] for event in get(shop, "/api/events?types=campaign.*")]
    assert types[0] == "campaign.created" and types[-1] == "campaign.cancelled" and "campaign.paused" in types
    assert shop.call("DELETE", path, token=shop.owner).json["message"]
    assert shop.call("GET", path, token=shop.owner).status == 404


def test_a_restart_goes_on_and_doubles_nobody(shop):
    campaign = make(shop)
    path = f"/api/campaigns/{campaign['id']}"
    post(shop, f"{path}/start")
    shop.stop(9)
    shop.start()
    until(shop, lambda: get(shop, path), lambda found: found["acceptedCount"] == 3)
    accepted = [event["data"] for event in get(shop, "/api/events?types=message.accepted")]
    assert len({each["contact"] for each in accepted}) == len(accepted) == 3


def test_both_bodies_of_23(shop):
    older = post(shop, "/api/campaigns/create", {"name": "a", "message": "Hi {name}", "recipients": ["966 50 000 0001", "15550101@c.us"]})
    assert older["status"] == "draft" and older["totalRecipients"] == 2
    contacts = get(shop, f"/api/campaigns/{older['id']}")["audience"]["contacts"]
    newer = post(shop, "/api/campaigns/create", {"name": "b", "messageTemplate": "Hi", "recipientIds": contacts + contacts, "sessionId": shop.session, "delaySeconds": 5})
    assert newer["totalRecipients"] == 2, "twice the same person is one person"
    listed = get(shop, "/api/campaigns/list")
    assert [each["name"] for each in listed] == ["b", "a"]
    assert {"totalRecipients", "sentCount", "deliveredCount", "readCount", "failedCount", "scheduledAt"} - set(listed[0]) <= {"scheduledAt"}
    done = post(shop, f"/api/campaigns/{newer['id']}/execute")
    assert done["success"] and done["campaign"]["status"] == "running"
    assert shop.call("POST", "/api/campaigns/create", {"name": "c", "message": "x", "recipients": ["abc"]}, token=shop.owner).problems == {"recipients[0]": "is no phone number"}


def test_what_cannot_be_says_why(shop):
    def refused(body, status=422):
        answer = shop.call("POST", "/api/campaigns", {"name": "x"} | body, token=shop.owner)
        assert answer.status == status, answer.body
        return answer.problems

    assert "audience.phones[0]" in refused({"audience": {"phones": ["12"]}})
    assert "timeZone" in refused({"schedule": {"local": "2030-01-01T09:00", "timeZone": "Mars/Base"}})
    assert "sessions" in refused({"sessions": ["01900000-0000-7000-8000-000000000000"]})
    assert "audience.contacts[0]" in refused({"audience": {"contacts": ["01900000-0000-7000-8000-000000000000"]}})
    empty = post(shop, "/api/campaigns", {"name": "x", "content": {"type": "text", "text": "x"}}, 201)
    answer = shop.call("POST", f"/api/campaigns/{empty['id']}/start", {}, token=shop.owner)
    assert answer.status == 422 and "audience" in answer.problems
    viewer = shop.make_key("campaigns_read")
    assert shop.call("POST", f"/api/campaigns/{empty['id']}/start", {}, key=viewer).status == 403
    counted = post(shop, "/api/campaigns/count", {"audience": {"phones": PHONES}})
    assert counted["recipients"] == 3


def test_opt_out_words_and_tests(shop):
    put = shop.call("PUT", "/api/opt-out-words", {"words": ["No more, thanks!"]}, token=shop.owner)
    assert put.data == get(shop, "/api/opt-out-words") == {"words": ["no more thanks"]}
    campaign = make(shop)
    sent = post(shop, f"/api/campaigns/{campaign['id']}/test", {"to": ["+15550109"]}, 202)
    assert len(sent["messages"]) == 1
    assert get(shop, f"/api/campaigns/{campaign['id']}")["totalRecipients"] == 0


def test_the_command_line(shop):
    import json

    made = json.loads(shop.run("campaign", "create", "--name", "cli", "--text", "Hi", "--phone", ",".join(PHONES), "--json"))["data"]
    assert json.loads(shop.run("campaign", "run", made["id"], "--json"))["data"]["status"] == "running"
    until(shop, lambda: get(shop, f"/api/campaigns/{made['id']}"), lambda found: found["acceptedCount"] == 3)
    assert "is running" in shop.run("campaign", "status", made["id"])
    shop.run("campaign", "status", "01900000-0000-7000-8000-000000000000", code=3)


def test_rules_of_the_bot(shop):
    rule = post(shop, "/api/smartbot/rules", {"name": "Price", "keywords": ["price", "سعر"], "replyMessage": "It is 10", "matchType": "contains", "caseSensitive": False}, 201)
    assert rule["enabled"] and rule["triggerCount"] == 0 and rule["replyMessage"] == "It is 10"
    listed = shop.call("GET", "/api/smartbot/rules", token=shop.owner)
    assert listed.json["count"] == 1 and listed.data[0]["id"] == rule["id"]
    explained = post(shop, "/api/smartbot/test", {"text": "كم السعر؟"})
    assert explained["answers"] and explained["reply"] == "It is 10" and explained["rule"] == rule["id"]
    assert post(shop, "/api/smartbot/test", {"text": "hello"})["reason"] == "no_rule"
    changed = shop.call("PUT", f"/api/smartbot/rules/{rule['id']}", {"replyMessage": "It is 12"}, token=shop.owner)
    assert changed.data["replyMessage"] == "It is 12" and changed.data["keywords"] == rule["keywords"]
    assert post(shop, f"/api/smartbot/rules/{rule['id']}/toggle")["enabled"] is False
    assert get(shop, "/api/smartbot/stats") == {"totalRules": 1, "enabledRules": 0, "disabledRules": 1, "totalTriggers": 0, "topRules": [{"id": rule["id"], "name": "Price", "triggerCount": 0}]}
    assert get(shop, "/api/smartbot/history") == []
    bad = shop.call("POST", "/api/smartbot/rules", {"name": "x", "keywords": ["("], "replyMessage": "x", "matchType": "regex"}, token=shop.owner)
    assert bad.status == 422 and "keywords[0]" in bad.problems
    settings = shop.call("PUT", "/api/smartbot/settings", {"timeZone": "Asia/Riyadh", "awayMessage": "Closed"}, token=shop.owner)
    assert settings.data == {"timeZone": "Asia/Riyadh", "awayMessage": "Closed"}
    assert shop.call("DELETE", f"/api/smartbot/rules/{rule['id']}", token=shop.owner).json["message"]
    assert shop.call("GET", f"/api/smartbot/rules/{rule['id']}", token=shop.owner).status == 404


def test_reports_of_23(shop):
    campaign = make(shop)
    post(shop, f"/api/campaigns/{campaign['id']}/test", {"to": ["+15550109"]}, 202)
    report = shop.call("GET", "/api/reports", token=shop.owner).json
    assert report["success"] and report["totalMessages"] == 1 and report["sentMessages"] == 0
    assert len(report["dailyVolume"]) == 31 and report["topCampaigns"] == []
    only = shop.call("GET", "/api/reports?type=campaigns&startDate=2026-01-01&endDate=2026-01-02", token=shop.owner).json
    assert only["totalMessages"] == 0 and [day["date"] for day in only["dailyVolume"]] == ["2026-01-01", "2026-01-02"]
    assert shop.call("GET", "/api/reports?startDate=yesterday!", token=shop.owner).status == 422
