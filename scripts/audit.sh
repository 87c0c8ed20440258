# The audit trail, read as the first administrator.

admin_email() { printf '%s' "${Auth__Admin__Email:-admin@suite.local}"; }
admin_password() { printf '%s' "${Auth__Admin__Password:-$(cat "$SUITE_HOME/secrets/admin-password")}"; }

# admin_get path: the body of an answer. Neither the password nor the token is on a command line, where ps would show it.
admin_get() {
  local gateway=http://127.0.0.1:$SUITE_PORT token
  token=$(admin_password | curl -fsS -m 10 --data-urlencode "username=$(admin_email)" --data-urlencode password@- "$gateway/token") ||
    fail "The gateway does not let the administrator $(admin_email) in; see ./suite status. Another password: Auth__Admin__Password."
  token=$(sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' <<< "$token")
  curl -fsS -m 60 -H @- "$gateway$1" <<< "Authorization: Bearer $token" || fail "The gateway did not answer $1."
}

verify_audit() {
  local found
  found=$(admin_get /v1/admin/audit/verify)
  [[ $found = *'"holds":true'* ]] || fail "The audit trail does not hold: $(sed -n 's/.*"reason":"\([^"]*\)".*/\1/p' <<< "$found")"
  say "The audit trail holds: $(sed -n 's/.*"entries":\([0-9]*\).*/\1/p' <<< "$found") entries, the last is $(sed -n 's/.*"head":"\([^"]*\)".*/\1/p' <<< "$found")"
}
