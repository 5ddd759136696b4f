#!/bin/sh
# A client of TWIN24's tasks with curl alone: logs in, makes a task in the newer form, uploads people, waits, prints the calls.
# sh client.sh http://127.0.0.1:8080 owner@example.com PASSWORD BOT_ID NUMBER_ID 79990000001 79990000002
set -eu
host=$1 email=$2 password=$3 bot=$4 number=$5
shift 5
token=

ask() { # METHOD PATH [BODY]
  curl --silent --show-error --fail-with-body --request "$1" "$host$2" \
    --header "Authorization: Bearer $token" ${3:+--header 'Content-Type: application/json' --data "$3"}
}
text() { # FIELD: the first text of this name
  sed 's/.*"'"$1"'":"\([^"]*\)".*/\1/'
}

token=$(ask POST /api/v1/auth/login '{"email":"'"$email"'","password":"'"$password"'","ttl":3600}' | sed 's/.*"token":"\([^"]*\)".*/\1/')
task=$(ask POST /cis/api/v1/telephony/autoCall '{"name":"Опрос","defaultExec":"robot","defaultExecData":"'"$bot"'",
  "secondExec":"end","cidType":"gornum","cidData":"'"$number"'","startType":"manual","cps":1.02,"webhookUrls":[],
  "additionalOptions":{"fullListMethod":"reject","fullListTime":0,"useTr":false,"recordCall":true,"fz230":false},
  "redialStrategyOptions":{"redialStrategyEn":true,"busy":{"redial":true,"time":1,"count":1},"noAnswer":{"redial":false},
  "answerMash":{"redial":false},"congestion":{"redial":false},"answerNoList":{"redial":false}}}' | text identity)
echo "task $task"
people=$(printf '{"phone":["%s"],"autoCallId":"'"$task"'"},' "$@")
ask POST /cis/api/v1/telephony/autoCallCandidate/batch '{"batch":['"${people%,}"'],"forceStart":false}' > /dev/null
ask POST "/cis/api/v1/telephony/autoCall/$task/play" > /dev/null
until ask GET "/cis/api/v1/telephony/autoCall/$task" | grep -q '"status":"FINISHED"'; do sleep 1; done
ask GET "/api/v1/search/cis/sessions?taskId=$task&fields=phone,status,duration&limit=1000"
