"""A client of the Yunfu-style robot, written from the vendor's pages, with the standard library alone.

python3 client.py http://127.0.0.1:8080 TOKEN 13800000001 13800000003
"""

import json
import sys
import time
import urllib.error
import urllib.request

host, token, *phones = sys.argv[1:]


def ask(method, path, body=None):
    """Sends a request; returns the envelope's data, or ends the program with the robot's message."""
    request = urllib.request.Request(host + path, method=method, headers={"Authorization": "Bearer " + token})
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            envelope = json.load(response)
    except urllib.error.HTTPError as error:
        envelope = json.load(error)
    if envelope["code"] != 200:
        sys.exit(f"{method} {path}: {envelope['code']} {envelope['message']}")
    print(f"{method} {path}: {envelope['message']}")
    return envelope["data"]


form = ask("GET", "/v1/task/create")
line = next(one for one in form["caller_line_list"] if one["residue"] >= 1)
task = ask(
    "POST",
    "/v1/task",
    {
        "caller_line_id": line["value"],
        "destination_extension": form["outbound_group"][0]["id"],
        "disable_dial_timegroup": form["enum_disable_dial_timegroup"][0]["uuid"],
        "maximumcall": 1,
        "name": "测试任务",
        "random_assignment_number": 0,
        "recycle_limit": 0,
        "_originate_timeout": 20,
        "call_pause_second": 0,
        "auto_recycle_rule_id": form["auto_recycle_rules"][0]["id"],
    },
)
uuid = task["uuid"]
ask("POST", f"/v1/task/import_task_customer/{uuid}", {"customer_info_list": [{"phone": phone} for phone in phones]})
ask("GET", f"/v1/task/start/{uuid}")
while ask("GET", f"/v1/task/task_progress/{uuid}")["progress"]["percent"] < 100:
    time.sleep(1)
calls = ask("GET", f"/v1/task/{uuid}/call")["data"]
for call in calls:
    print(f"{call['number']}: state {call['status']}, {call['bill']} s")
print(f"{len(calls)} calls")
