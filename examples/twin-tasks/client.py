"""A client of TWIN24's tasks, written from the vendor's pages, with the standard library alone.

It logs in, makes a task, uploads people, waits until all are called and prints what came of it.
python3 client.py http://127.0.0.1:8080 owner@example.com PASSWORD BOT_ID DIALPLAN_ID 79990000001 79990000002
"""

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

host, email, password, bot_id, dialplan_id, *phones = sys.argv[1:]
token = None


def ask(method, path, body=None):
    """Sends a request; returns the answer, or ends the program with what the server says is wrong."""
    request = urllib.request.Request(host + path, method=method)
    if token is not None:
        request.add_header("Authorization", "Bearer " + token)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


token = ask("POST", "/api/v1/auth/login", {"email": email, "password": password, "ttl": 3600})["token"]
task = ask(
    "POST",
    "/api/cis/beta/tasks",
    {
        "name": "Опрос",
        "botId": bot_id,
        "dialplanId": dialplan_id,
        "defaultCallerId": {"type": "Default", "data": None, "additional": None},
        "intensity": 2,
        "allowedTimeRange": {"from": 0, "to": 86399},
        "phoneNormalization": "ru",
        "isTest": True,
        "recallRules": {"BUSY": {"enabled": True, "tries": 1, "interval": 1}},
    },
)["id"]
print("task", task)
uploaded = ask(
    "POST",
    "/api/v1/telephony/autoCallCandidate/batch",
    {"batch": [{"phone": [phone], "autoCallId": task, "variables": {"name": "Анна"}} for phone in phones], "forceStart": True},
)
for error in uploaded["errors"]:
    print(f"refused: {phones[error['index']]}: {error['message']}")
while ask("GET", f"/api/cis/beta/tasks/{task}")["status"] != "FINISHED":
    time.sleep(1)
query = urllib.parse.urlencode({"taskId": task, "fields": "phone,status,duration,dialogResult", "limit": 1000})
sessions = ask("GET", "/api/v1/search/cis/sessions?" + query)
for session in sessions["items"]:
    print(f"{session['phone']}: {session['status']}, {session['duration']} s, result {session['dialogResult']}")
print(f"{sessions['count']} calls")
