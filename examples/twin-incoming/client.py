"""A client of TWIN24's incoming rules, written from the vendor's page, with the standard library alone.

It logs in, finds a bot and a provider, adds numbers that the bot answers and prints them with their rules.
python3 client.py http://127.0.0.1:8080 owner@example.com PASSWORD https://crm.example.com/hook 71234567001 71234567002
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

host, email, password, hook, *numbers = sys.argv[1:]
telephony = "/cis/api/v1/telephony"
token = None


def ask(method, path, body=None):
    """Sends a request; returns the answer, None for one without a body, or ends the program with what the server says is wrong."""
    request = urllib.request.Request(host + path, method=method)
    if token is not None:
        request.add_header("Authorization", "Bearer " + token)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read()
            return json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


token = ask("POST", "/api/v1/auth/login", {"email": email, "password": password, "ttl": 3600})["token"]
bot = ask("GET", "/api/cis/beta/bots")["items"][0]["id"]
provider = ask("GET", telephony + "/providers")["items"][0]["id"]
ask(
    "POST",
    telephony + "/incomingRules/create/batch",
    {
        "additionalOptions": {"callRecord": "all", "comment": "Комментарий"},
        "incomingCallsOptions": {
            "action": "robot",
            "botId": bot,
            "cidAsName": "default",
            "cidAsNumber": "default",
            "reserveAction": "default",
            "reserveActionData": None,
            "reserveCidAsName": "original",
            "reserveCidAsNumber": "original",
        },
        "notificationOptions": {"type": "off", "condition": "unanswer", "emailReceivers": [], "smsReceivers": []},
        "webhookUrls": [hook],
        "names": [f"Название номера {index + 1}" for index in range(len(numbers))],
        "numbers": numbers,
        "connectionOptionsList": [
            {
                "authUser": "",
                "forceOutOverChannel": True,
                "fromDomain": "",
                "login": "",
                "password": "",
                "providerId": provider,
                "did": "",
                "numberAsDid": True,
            }
            for _ in numbers
        ],
    },
)
for number in numbers:
    query = urllib.parse.urlencode({"keyword": number})
    for rule in ask("GET", f"{telephony}/incomingRules?{query}")["items"]:
        state = (rule["registration"] or {}).get("state", "no line of its own")
        print(f"{number} {rule['name']}: {rule['incomingCallsOptions']['action']}, {state}, {rule['id']}")
