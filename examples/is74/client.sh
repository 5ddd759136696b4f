#!/bin/sh
# A client of the IS74 assistant with curl alone: makes a campaign out of ids that are known, waits, prints the report.
# sh client.sh http://127.0.0.1:8080 LOGIN PASSWORD PROJECT SCENARIO START_BLOCK PHONE_ID PHONE...
set -eu
host=$1 login=$2 password=$3 project=$4 scenario=$5 block=$6 number=$7
shift 7
token=

ask() { # METHOD PATH [BODY]
  curl --silent --show-error --fail-with-body --request "$1" "$host$2" \
    --header "Authorization: Bearer $token" ${3:+--header 'Content-Type: application/json' --data "$3"}
}

token=$(ask POST /login '{"login":"'"$login"'","password":"'"$password"'"}' | sed 's/.*"token":"\([^"]*\)".*/\1/')
list=$(printf '{"phone":"%s","add_data":{"name":"Клиент","time":"10:00"}},' "$@")
made=$(ask POST /api/campaigns '{"campaign":{"project_id":'"$project"',"name":"Обзвон клиентов","start_block_id":'"$block"',
  "schedule":{"date":"2000-01-01","start_time":"09:00","end_time":"17:00","periods":{"id":1,"title":"Однократно"},
  "attempts":{"id":1,"title":"1"},"interval":"5"},"phone_id":'"$number"'},"phones":['"${list%,}"']}')
id=$(printf '%s' "$made" | sed 's/.*"id":\([0-9]*\).*/\1/')
until ask GET "/api/campaigns/$id" | grep -q '"status":"done"'; do sleep 0.5; done
ask POST "/api/analytics/$project/report" '{"analytics_filter":{"scenario_id":'"$scenario"',"start_block_id":'"$block"',
  "outgoing_campaign_id":'"$id"',"date_start":"2000-01-01T00:00:00.000Z","date_end":"2090-01-01T00:00:00.000Z"},
  "columns":[{"name":"phone_number","sorting":"asc"},{"name":"status"},{"name":"duration"},{"name":"goal"},{"name":"name"},
  {"name":"dialog"}]}'
