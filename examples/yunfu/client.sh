#!/bin/sh
# A client of the Yunfu-style robot with curl alone: makes a task out of ids that are known, imports numbers, starts it, waits.
# sh client.sh http://127.0.0.1:8080 TOKEN LINE SCRIPT_GROUP TIME_GROUP REDIAL_RULE PHONE...
set -eu
host=$1 token=$2 line=$3 script=$4 hours=$5 rule=$6
shift 6

ask() { # METHOD PATH [BODY]
  curl --silent --show-error --fail-with-body --request "$1" "$host$2" \
    --header "Authorization: Bearer $token" ${3:+--header 'Content-Type: application/json' --data "$3"}
}

task=$(ask POST /v1/task '{"caller_line_id":"'"$line"'","destination_extension":'"$script"',"disable_dial_timegroup":"'"$hours"'",
  "maximumcall":1,"name":"测试任务","random_assignment_number":0,"recycle_limit":0,"_originate_timeout":20,
  "call_pause_second":0,"auto_recycle_rule_id":'"$rule"'}')
uuid=$(printf '%s' "$task" | sed 's/.*"uuid":"\([^"]*\)".*/\1/')
list=$(printf '{"phone":"%s"},' "$@")
ask POST "/v1/task/import_task_customer/$uuid" '{"customer_info_list":['"${list%,}"']}' > /dev/null
ask GET "/v1/task/start/$uuid" > /dev/null
until ask GET "/v1/task/task_progress/$uuid" | grep -q '"percent":100'; do sleep 1; done
ask GET "/v1/task/$uuid/call"
