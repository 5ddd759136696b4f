#!/bin/sh
# A client of OMICall's AutoCall with curl alone: a token for the key, a session, the history once all have ended.
# sh client.sh http://127.0.0.1:8080 API_KEY MENU_ID PHONE...
set -eu
host=$1 key=$2 menu=$3
shift 3
phones=$# list=$(printf '"%s",' "$@")

token=$(curl --silent --show-error --fail-with-body "$host/api/auth?apiKey=$key" |
  sed 's/.*"access_token":"\([^"]*\)".*/\1/')
ask() { # PATH BODY
  curl --silent --show-error --fail-with-body "$host$1" --header "Authorization: Bearer $token" \
    --header 'Content-Type: application/json' --data "$2"
}

made=$(ask /api/v2/autoCall/executeByPhone '{"name":"Phiên gọi thử","numberCallPerTime":2,"durationOfEachCall":1,
  "scripts":[{"targetType":"ivrMenu","targetId":"'"$menu"'","targetValue":""}],"phoneNumberList":['"${list%,}"']}')
session=$(printf '%s' "$made" | sed 's/.*"autocall_id":"\([^"]*\)".*/\1/')
search() { ask /api/v3/call-transaction/search '{"autocall_id":"'"$session"'","size":200}'; }
until search | grep -q "\"total_items\":$phones,"; do sleep 0.5; done
search
