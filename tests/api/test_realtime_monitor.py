"""The monitor: figures of the hub, the table of clients, ending one, the security log, alerts, the file to download."""

import json

from conftest import Server, running
from realtime import Socket, refusal, with_key
from test_users import join


def monitor(server, **more):
    answer = server.call("GET", "/api/ws-monitor", **(more or {"token": server.owner}))
    assert answer.status == 200, answer.body
    return answer.data


def test_the_figures_are_those_of_the_clients(folder):
    # Pings so rare that none changes a figure while it is compared.
    with running(Server(folder, ["--realtime-heartbeat-ms", "3600000"])) as house:
        figures_of_two_clients(house.make_owner())


def figures_of_two_clients(house):
    key = house.make_key("events_read")
    assert monitor(house)["connections"]["current"] == 0
    with with_key(house, key) as one, with_key(house, key, compression=None) as two:
        id = one.receive()["data"]["client"]
        two.receive()
        one.ask("subscribe", topics=["system", "session"], events=["message.*"])
        two.ask("subscribe", topics=["system"])
        found = monitor(house)
        assert found["connections"] == {"current": 2, "total": 2, "disconnections": 0, "alive": 2, "dead": 0}
        assert found["topics"] == {"system": 2, "session": 1}
        assert found["messages"]["received"] == 2
        assert found["buffer"] == {"clients": 2, "totalBuffered": 0, "maxBuffered": 0, "avgBuffered": 0, "overloaded": 0}
        first = next(client for client in found["clients"] if client["id"] == id)
        assert first["ip"] == "127.0.0.1" and first["proof"] == "key" and first["isAlive"] and first["received"] == 1
        assert sorted(first["subscriptions"]) == ["message.*", "session", "system"] and first["sent"] == 2 and first["sentBytes"] > 100
        assert [client["compressed"] for client in found["clients"]] == [True, False]
        system = found["system"]
        assert system["memory"]["rss"] > 1_000_000 and system["memory"]["peak"] >= system["memory"]["rss"] // 2
        assert len(system["cpu"]["loadAvg"]) == 3 and system["cpu"]["cores"] >= 1 and system["cpu"]["seconds"] > 0
        assert found["errors"] == {"total": 0} and found["alerts"] == []
        stats = house.call("GET", "/api/ws-stats", token=house.owner).data
        assert stats["connections"] == found["connections"] and stats["topics"] == found["topics"]
        metrics = house.call("GET", "/api/ws-metrics", token=house.owner).data
        assert metrics["websocket"] == {"clients": 2, "authenticated": 2, "alive": 2, "dead": 0}
        assert metrics["metrics"]["connections"] == 2 and metrics["metrics"]["messages"] == 2
        assert "waqtor_ws_connections 2" in house.call("GET", "/metrics", token=house.owner).body
    while (left := monitor(house)["connections"])["current"]:
        pass
    assert left["total"] == 2 and left["disconnections"] == 2


def test_only_who_may_read_metrics_sees_it_and_only_their_workspace(house):
    house.run("user", "create", "--email", "other@example.com", "--workspace", "Other", stdin="correct horse battery\n")
    other = house.log_in("other@example.com").data["token"]
    agent = join(house, "agent@example.com", "agent")["token"]
    for path in ["/api/ws-stats", "/api/ws-metrics", "/api/ws-monitor", "/api/ws-monitor/log"]:
        assert house.call("GET", path).status == 401, path
        assert house.call("GET", path, token=agent).status == 403, path
        assert house.call("GET", path, key=house.make_key("metrics_read")).status == 200, path
    with with_key(house, house.make_key("events_read")) as client:
        id = client.receive()["data"]["client"]
        assert client.ask("get_monitor")["data"]["code"] == "forbidden"
        assert [one["id"] for one in monitor(house)["clients"]] == [id]
        there = monitor(house, token=other)
        assert there["clients"] == [] and there["connections"]["current"] == 1
        # Of whom nobody knows is for all to see; what concerns the clients of one workspace is its own.
        assert refusal(house, X_API_Key="wqk_wrong")[0] == 401
        client.raw.send(json.dumps({"type": "ping", "id": "x" * 11000}))
        client.next("error")
        assert [entry["what"] for entry in monitor(house)["securityLog"]] == ["oversized", "unauthorised"]
        assert [entry["what"] for entry in monitor(house, token=other)["securityLog"]] == ["unauthorised"]
        assert '"what":"oversized"' not in house.call("GET", "/api/ws-monitor/log", token=other).body
        assert house.call("DELETE", f"/api/ws-clients/{id}", token=other).status == 404
        assert house.call("DELETE", f"/api/ws-clients/{id}", token=agent).status == 403
        assert client.ask("ping")["type"] == "pong"


def test_a_client_can_be_ended(house):
    with with_key(house, house.make_key("events_read")) as client:
        id = client.receive()["data"]["client"]
        assert house.call("DELETE", f"/api/ws-clients/{id}", token=house.owner).status == 200
        assert client.closed() == (1008, "ended by an administrator")
    assert house.call("DELETE", "/api/ws-clients/999999", token=house.owner).status == 404
    assert monitor(house)["securityLog"][0]["what"] == "kicked"


def test_the_same_comes_over_the_socket(house):
    with Socket(house, headers={"Authorization": f"Bearer {house.owner}"}) as client:
        client.receive()
        answer = client.ask("get_monitor", history=True)
        assert answer["type"] == "monitor"
        http = monitor(house)
        assert answer["data"].keys() == http.keys()
        assert answer["data"]["connections"] == http["connections"]
        assert answer["data"]["clients"][0]["id"] == http["clients"][0]["id"]
        assert client.ask("get_monitor")["data"]["history"]["minutes"] == []
        assert client.ask("get_monitor", history="yes")["data"]["field"] == "history"


def test_the_charts_have_a_point_each_second(house):
    with with_key(house, house.make_key("events_read")) as client:
        for _ in range(5):
            client.ask("ping")
        while len(points := monitor(house)["history"]["seconds"]) < 3 or not any(point["connections"] for point in points):
            pass
        history = monitor(house)["history"]
        assert [point["at"] for point in history["seconds"]] == sorted(point["at"] for point in history["seconds"])
        assert sum(point["received"] for point in history["minutes"]) == sum(point["received"] for point in history["seconds"]) <= 5
        assert all(point["rss"] > 1_000_000 for point in history["seconds"])
        assert len(house.call("GET", "/api/ws-monitor?history=false", token=house.owner).data["history"]["seconds"]) <= 10


def test_refusals_stand_in_the_log_and_the_file(house):
    key = house.make_key("events_read")
    refusal(house, X_API_Key="wqk_wrong")
    refusal(house, X_API_Key=key, Origin="https://evil.example")
    with with_key(house, key) as client:
        client.receive()
        client.raw.send(json.dumps({"type": "ping", "id": "x" * 11000}))
        client.next("error")
    found = monitor(house)
    assert [entry["what"] for entry in found["securityLog"]] == ["oversized", "bad_origin", "unauthorised"]
    assert found["securityLog"][1]["detail"] == "https://evil.example" and found["securityLog"][1]["address"] == "127.0.0.1"
    security = found["security"]
    assert (security["unauthorizedAttempts"], security["invalidOrigins"], security["oversizedMessages"]) == (1, 1, 1)
    file = house.call("GET", "/api/ws-monitor/log", token=house.owner)
    assert file.headers["Content-Disposition"].startswith("attachment") and file.headers["Content-Type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in file.body.splitlines()]
    assert lines[0]["security"] == security
    assert [line["what"] for line in lines if line.get("kind") == "security"] == ["oversized", "bad_origin", "unauthorised"]
    assert key not in file.body and "wqk_wrong" not in file.body


def test_an_alert_becomes_a_notification_once(folder):
    with running(Server(folder, ["--realtime-alert-refused", "2"])) as house:
        house.make_owner()
        agent = join(house, "agent@example.com", "agent")["token"]
        with Socket(house, headers={"Authorization": f"Bearer {house.owner}"}) as client:
            client.ask("subscribe", topics=["notifications"])
            for _ in range(4):
                refusal(house, X_API_Key="wqk_wrong")
            told = client.next("notification:new")["data"]["notification"]
            assert told["event"] == "system_alert" and told["type"] == "warning" and told["link"] == "/ws-monitor.html"
            assert told["title"] == "Many connections are refused" and told["titleAr"] == "تُرفض اتصالات كثيرة"
            [alert] = monitor(house)["alerts"]
            assert alert["kind"] == "refused" and 3 <= alert["value"] <= 4 and alert["limit"] == 2
        assert house.call("GET", "/api/notifications/count", token=agent).data["total"] == 0
        assert house.call("GET", "/api/notifications/count", token=house.owner).data["total"] == 1
