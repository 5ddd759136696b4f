"""A client of the IS74 assistant, written from the vendor's pages, with the standard library alone.

python3 client.py http://127.0.0.1:8080 LOGIN PASSWORD +79990000003 +79990000010
"""

import json
import sys
import time
import urllib.error
import urllib.request

host, login, password, *phones = sys.argv[1:]
token = None


def ask(method, path, body=None):
    """Sends a request; returns the answer, or ends the program with the vendor's message."""
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


token = ask("POST", "/login", {"login": login, "password": password})["token"]
project = next(one["id"] for one in ask("GET", "/api/projects")["projects"] if one["name"] == "Surveys")
scenario = ask("GET", f"/api/scenarios?project_id={project}")["scenarios"][0]
start_block = scenario["start_blocks"][0]["id"]
number = ask("GET", f"/api/phones?project_id={project}")["phones"][0]["id"]

campaign = ask(
    "POST",
    "/api/campaigns",
    {
        "campaign": {
            "project_id": project,
            "name": "Обзвон клиентов",
            "start_block_id": start_block,
            "schedule": {
                "date": "2000-01-01",
                "start_time": "09:00",
                "end_time": "17:00",
                "periods": {"id": 1, "title": "Однократно"},
                "attempts": {"id": 1, "title": "1"},
                "interval": "5",
            },
            "phone_id": number,
        },
        "phones": [
            {"phone": phone, "add_data": {"name": f"Клиент {at}", "time": "10:00"}} for at, phone in enumerate(phones, 1)
        ],
    },
)["campaign"]["id"]
while ask("GET", f"/api/campaigns/{campaign}")["campaign"]["status"] != "done":
    time.sleep(0.5)
report = ask(
    "POST",
    f"/api/analytics/{project}/report",
    {
        "analytics_filter": {
            "scenario_id": scenario["id"],
            "start_block_id": start_block,
            "outgoing_campaign_id": campaign,
            "date_start": "2000-01-01T00:00:00.000Z",
            "date_end": "2090-01-01T00:00:00.000Z",
        },
        "columns": [{"name": "phone_number", "sorting": "asc"}]
        + [{"name": name} for name in ("status", "duration", "goal", "name", "dialog")],
    },
)
print(json.dumps(report, ensure_ascii=False))
