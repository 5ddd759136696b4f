"""A client of OMICall's AutoCall, written from the vendor's pages, with the standard library alone.

python3 client.py http://127.0.0.1:8080 API_KEY MENU_ID 84901234503
"""

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

host, api_key, menu_id, *phones = sys.argv[1:]


def ask(method, path, body=None, token=None):
    """Sends a request; returns the envelope's payload, or ends the program with the server's message."""
    request = urllib.request.Request(host + path, method=method)
    if token is not None:
        request.add_header("Authorization", "Bearer " + token)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            envelope = json.load(response)
    except urllib.error.HTTPError as error:
        envelope = json.load(error)
    if envelope["status_code"] != 9999:
        sys.exit(f"{method} {path}: {envelope['payload']['message']}")
    return envelope["payload"]


token = ask("GET", "/api/auth?apiKey=" + urllib.parse.quote(api_key))["access_token"]
session = ask(
    "POST",
    "/api/v2/autoCall/executeByPhone",
    {
        "name": "Phiên gọi thử",
        "scripts": [{"targetId": menu_id, "targetType": "ivrMenu", "targetValue": ""}],
        "numberCallPerTime": 2,
        "durationOfEachCall": 1,
        "phoneNumberList": phones,
    },
    token,
)
query = {"autocall_id": session["autocall_id"], "size": 200}
calls = []
while len(calls) < len(phones):
    time.sleep(0.5)
    calls = ask("POST", "/api/v3/call-transaction/search", query, token)["items"]
for call in calls:
    print(f"{call['destination_number']}: {call['disposition']}, {call['bill_sec']} s")
print(f"{len(calls)} calls")
