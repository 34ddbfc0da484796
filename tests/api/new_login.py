"""For Schemathesis (test_schema.py): every request comes with a login of its own, because it may end it."""
import json
import os
import urllib.request

import schemathesis


@schemathesis.auth(refresh_interval=None)
class NewLogin:
    def get(self, case, context):
        body = json.dumps({"email": "owner@example.com", "password": os.environ["NEW_LOGIN_PASSWORD"]}).encode()
        asked = urllib.request.Request(os.environ["NEW_LOGIN_URL"] + "/api/auth/login", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked) as answer:
            return json.load(answer)["data"]["token"]

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}
