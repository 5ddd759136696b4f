#!/bin/sh
# A client of TWIN24's incoming rules with curl alone: logs in, adds one number out of ids that are known, prints it with its rule.
# sh client.sh http://127.0.0.1:8080 owner@example.com PASSWORD https://crm.example.com/hook BOT_ID PROVIDER_ID 71234567001
set -eu
host=$1 email=$2 password=$3 hook=$4 bot=$5 provider=$6 number=$7
token=

ask() { # METHOD PATH [BODY]
  curl --silent --show-error --fail-with-body --request "$1" "$host$2" \
    --header "Authorization: Bearer $token" ${3:+--header 'Content-Type: application/json' --data "$3"}
}

token=$(ask POST /api/v1/auth/login '{"email":"'"$email"'","password":"'"$password"'","ttl":3600}' | sed 's/.*"token":"\([^"]*\)".*/\1/')
ask POST /cis/api/v1/telephony/incomingRules/create/batch '{"additionalOptions":{"callRecord":"all","comment":"Комментарий"},
  "incomingCallsOptions":{"action":"robot","botId":"'"$bot"'","cidAsName":"default","cidAsNumber":"default","reserveAction":"default",
  "reserveActionData":null,"reserveCidAsName":"original","reserveCidAsNumber":"original"},
  "notificationOptions":{"type":"off","condition":"unanswer","emailReceivers":[],"smsReceivers":[]},"webhookUrls":["'"$hook"'"],
  "names":["Название номера 1"],"numbers":["'"$number"'"],"connectionOptionsList":[{"authUser":"","forceOutOverChannel":true,
  "fromDomain":"","login":"","password":"","providerId":"'"$provider"'","did":"","numberAsDid":true}]}'
ask GET "/cis/api/v1/telephony/incomingRules?keyword=$number"
