# Starting, watching and stopping a run. Its state is $SUITE_HOME/run.json, one resource per line, written by the AppHost.

record() { printf '%s' "$SUITE_HOME/run.json"; }

# field name line: a value of a line of run.json.
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" <<< "$2"; }

resource_line() { grep -sF "{\"name\":\"$1\"," "$(record)"; }

# A pid alone may since belong to somebody else; with its start time and the boot it names one process.
started_at() {
  local stat
  stat=$(cat "/proc/$1/stat" 2> /dev/null) || return 1
  stat=${stat##*) }
  set -- $stat
  [ "$1" != Z ] || return 1 # dead, and only not collected yet
  printf '%s@%.8s' "${20}" "$(cat /proc/sys/kernel/random/boot_id)"
}

is_running() { [ -n "$1" ] && [ "$1" != null ] && [ "$(started_at "$1")" = "$2" ]; }

apphost_line() { head -1 "$(record)" 2> /dev/null || true; }
apphost_is_running() { local line; line=$(apphost_line); is_running "$(field pid "$line")" "$(field started "$line")"; }

up() {
  mkdir -p "$SUITE_HOME/logs"
  exec 8> "$SUITE_HOME/.lock"
  ! command -v flock > /dev/null || flock -n 8 || fail "Another ./suite up is at work in $SUITE_HOME."
  if apphost_is_running; then
    say "The suite is running already."
    print_addresses
    return
  fi
  end_leftovers
  if (exec 3<> "/dev/tcp/127.0.0.1/$SUITE_PORT") 2> /dev/null; then
    fail "Port $SUITE_PORT is taken by another program (or another checkout). Choose another: SUITE_PORT=8081 ./suite up"
  fi
  setup Suite.slnf

  local log=$SUITE_HOME/logs/apphost.log
  apphost='' printer=''
  : > "$log"
  rm -f "$(record)"
  trap 'exit 130' INT TERM HUP
  trap 'stop_apphost; stop_printing' EXIT
  start_apphost > "$log" 2>&1 8>&- < /dev/null &
  apphost=$!
  tail -n +1 -f "$log" 2> /dev/null 8>&- &
  printer=$!
  wait_until_healthy
  exec 8>&-
  print_addresses
  if $detach; then
    trap - EXIT INT TERM HUP
    disown "$apphost"
    stop_printing
  else
    say "Ctrl+C stops it."
    wait "$apphost" || exit 1
  fi
}

stop_printing() {
  [ -n "$printer" ] || return 0
  kill "$printer" 2> /dev/null || true
  wait "$printer" 2> /dev/null || true
}

# setsid: Ctrl+C in this terminal is for this script, which then stops the AppHost in good order.
start_apphost() {
  local pid=$BASHPID # inside $(...) it would be another
  export DOTNET_ENVIRONMENT=${DOTNET_ENVIRONMENT:-Development} DOTNET_gcServer=0
  cd "$root/AppHost"
  if with_aspire; then
    export ASPNETCORE_URLS=http://localhost:${SUITE_DASHBOARD_PORT:-18888} ASPIRE_ALLOW_UNSECURED_TRANSPORT=true
    export ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:18889 ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL=http://localhost:18890
    export ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS=true
    echo "engine: Aspire"
    printf '{"appHost":{"pid":%s,"started":"%s","state":"Running"},\n"resources":[\n]}\n' "$pid" "$(started_at "$pid")" > "$(record)"
    exec setsid dotnet run -c Release --no-build --no-launch-profile
  fi
  exec setsid dotnet "$root/artifacts/bin/AppHost/release/AppHost.dll"
}

wait_until_healthy() {
  local deadline=$((SECONDS + 300))
  until is_healthy; do
    if ! kill -0 "$apphost" 2> /dev/null; then
      sleep 0.3 # for the last lines to be shown
      fail "The suite did not start."
    fi
    [ $SECONDS -lt $deadline ] || fail "The suite is not healthy after 300 s; see ./suite status and ./suite logs."
    sleep 0.2
  done
}

is_healthy() {
  if ! with_aspire; then [[ $(apphost_line) = *'"state":"Healthy"'* ]] || return 1; fi
  curl -fs -m 5 -o /dev/null "http://127.0.0.1:$SUITE_PORT/health/ready"
}

print_addresses() {
  local gateway=http://localhost:$SUITE_PORT dashboard
  dashboard=$(field url "$(resource_line dashboard)")
  if with_aspire; then dashboard=http://localhost:${SUITE_DASHBOARD_PORT:-18888}; fi
  say ""
  say "gateway    $gateway"
  if [ -f "$root/Gateway/wwwroot/index.html" ]; then say "console    $gateway/"; fi
  say "API docs   $gateway/docs"
  if [ -n "$dashboard" ]; then say "dashboard  $dashboard"; fi
  say "admin      $(admin_email) / $(admin_password)"
  say ""
  say "Try it:    $(example "$gateway")"
}

# A call that works here and now: with a photo where the test data is at hand, else with rows that need no file.
example() {
  local data=${SUITE_DATA:-$root/../shared/data} photo
  photo=$data/mask/without_mask/424.jpg
  if [ -f "$photo" ]; then
    printf 'curl -F file=@%q %s/v1/models/mask-detector/predict' "$(realpath "$photo")" "$1"
  else
    printf "curl -H 'Content-Type: application/json' -d '%s' %s/v1/models/report-scorer/predict" \
      '{"rows":[{"abuse_type":"SCAM","report_text_len":240,"profile_rating":1.5,"popularity":12}]}' "$1"
  fi
}

down() {
  stop_apphost
  end_leftovers
  say "The suite is stopped."
}

# The AppHost stops everything in order; it has a minute for that.
stop_apphost() {
  local line pid started
  line=$(apphost_line) pid=$(field pid "$line") started=$(field started "$line")
  is_running "$pid" "$started" || { [ -n "${apphost:-}" ] && pid=$apphost && started=$(started_at "$pid"); } || return 0
  kill -TERM "$pid" 2> /dev/null || return 0
  wait_for_end "$pid" "$started" 60 || kill -KILL "$pid" 2> /dev/null || true
}

# What an AppHost that was killed left running: processes of its record that are still the same ones, with their sessions.
end_leftovers() {
  local line pid started name left=()
  while read -r line; do
    pid=$(field pid "$line") started=$(field started "$line")
    if [[ $line = '{"name"'* ]] && is_running "$pid" "$started"; then left+=("$pid $started $(field name "$line")"); fi
  done < <(cat "$(record)" 2> /dev/null)
  [ ${#left[@]} = 0 ] && return

  for line in "${left[@]}"; do
    read -r pid started name <<< "$line"
    say "ending $name (pid $pid), left by an earlier run"
    kill -TERM "$pid" 2> /dev/null || true
  done
  for line in "${left[@]}"; do
    read -r pid started name <<< "$line"
    wait_for_end "$pid" "$started" 10 && continue
    kill -KILL -- "-$pid" 2> /dev/null || kill -KILL "$pid" 2> /dev/null || true
    wait_for_end "$pid" "$started" 10 || fail "$name (pid $pid) cannot be ended."
  done
}

# wait_for_end pid started seconds
wait_for_end() {
  local i
  for ((i = 0; i < $3 * 20; i++)); do
    is_running "$1" "$2" || return 0
    sleep 0.05
  done
  return 1
}

status() {
  local line name pid size services=0
  if ! apphost_is_running; then
    say "The suite is not running."
    return 1
  fi
  if with_aspire; then
    print_addresses
    return
  fi
  printf '%-14s %-11s %8s  %-26s %8s  %s\n' RESOURCE STATE PID URL RSS RESTARTS
  while read -r line; do
    [[ $line = '{"name"'* ]] || continue
    name=$(field name "$line") pid=$(field pid "$line")
    size=$(megabytes "$pid")
    [[ $name =~ ^(postgres|rabbitmq|dashboard)$ ]] || services=$((services + size))
    printf '%-14s %-11s %8s  %-26s %5s MB  %s\n' "$name" "$(field state "$line")" "${pid/null/-}" "$(field url "$line")" "$size" "$(field restarts "$line")"
  done < "$(record)"
  pid=$(field pid "$(apphost_line)")
  printf '%-14s %-11s %8s  %-26s %5s MB\n' apphost "$(field state "$(apphost_line)")" "$pid" "" "$(megabytes "$pid")"
  say "The services together: $services MB"
}

# Resident memory of a process.
megabytes() {
  local size
  size=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2> /dev/null || true)
  printf '%s' $((${size:-0} / 1024))
}

logs() {
  local files=()
  if [ $# -gt 0 ]; then
    files=("$SUITE_HOME/logs/$1.log")
    [ -f "${files[0]}" ] || fail "There is no log of $1; there are: $(cd "$SUITE_HOME/logs" 2> /dev/null && ls -- *.log | sed 's/\.log$//' | xargs)"
  else
    files=("$SUITE_HOME"/logs/*.log)
  fi
  if $follow; then tail -n 50 -F "${files[@]}"; else tail -n 50 -- "${files[@]}"; fi
}

# Wishes are files: the AppHost keeps a resource down while $SUITE_HOME/stopped/<resource> is there.
stop_resource() { wish "$1" && touch "$SUITE_HOME/stopped/$1" && wait_for_state "$1" Stopped; }
start_resource() { wish "$1" && rm -f "$SUITE_HOME/stopped/$1" && wait_for_state "$1" Healthy; }
restart_resource() { stop_resource "$1" && start_resource "$1"; }

wish() {
  apphost_is_running || fail "The suite is not running."
  if with_aspire; then fail "Under Aspire the dashboard's resource page starts and stops resources."; fi
  resource_line "$1" > /dev/null || fail "There is no resource $1; see ./suite status."
}

wait_for_state() {
  local deadline=$((SECONDS + 120)) state
  while :; do
    state=$(field state "$(resource_line "$1")")
    [ "$state" = "$2" ] && return
    [ "$state" != Failed ] || [ "$2" = Stopped ] || fail "$1 failed; see ./suite logs $1"
    [ $SECONDS -lt $deadline ] || fail "$1 is $state after 120 s, not $2; see ./suite logs $1"
    sleep 0.1
  done
}
