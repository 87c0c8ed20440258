# Tests, tier by tier. The last line is "N passed, N failed", with ", N skipped" when there are any.

all_tiers=(Unit Integration EndToEnd Conformance Accuracy)

run_tests() {
  local tier tiers=("$@") needs=() passed=0 failed=0 skipped=0 empty=() reasons failures
  [ ${#tiers[@]} -gt 0 ] || tiers=("${all_tiers[@]}")
  for tier in "${tiers[@]}"; do
    [ -d "$root/tests/$tier" ] || fail "There is no tier $tier; there are: ${all_tiers[*]}"
    if [ "$tier" = Accuracy ]; then needs+=(python3-pil "/usr/bin/python3 -c 'import PIL'" python3-numpy "/usr/bin/python3 -c 'import numpy'"); fi
  done
  if [ -z "${SUITE_DATA:-}" ] && [ -d "$root/../shared/data" ]; then export SUITE_DATA=$root/../shared/data; fi
  # Tests stop, kill and start single resources, which the local engine lets them do.
  export SUITE_ENGINE=local
  # As the AppHost starts the inference service: what a test measures of memory is then what is served with.
  export MALLOC_ARENA_MAX=2
  setup InferenceSuite.sln "${needs[@]}"

  reasons=$(mktemp) failures=$(mktemp)
  for tier in "${tiers[@]}"; do
    run_tier "$tier"
  done
  if [ -s "$reasons" ]; then
    say "Skipped:"
    sort "$reasons" | uniq -c
  fi
  # Once more where a reader of the end finds them: the log is long.
  if [ -s "$failures" ]; then
    say "Failed:"
    cat "$failures"
  fi
  rm -f "$reasons" "$failures"
  [ ${#empty[@]} = 0 ] || say "Without a single test: ${empty[*]}"
  say "$passed passed, $failed failed$([ $skipped = 0 ] || printf ', %s skipped' "$skipped")"
  [ $failed = 0 ] && [ ${#empty[@]} = 0 ]
}

run_tier() {
  local began=$SECONDS results=$root/artifacts/test-results/$1 trx p=0 f=0 s=0 shard=0 running=() filter
  rm -rf "$results"
  say "== $1"
  while read -r filter; do
    shard=$((shard + 1))
    run_shard "$1" "$shard" "$filter" &
    running+=($!)
  done < <(shards "$1")
  # Whether tests failed stands in the results.
  wait "${running[@]}" || true
  for trx in $(seq -f "$results/%g.trx" "$shard"); do
    if [ ! -f "$trx" ]; then
      # A part that left no results is a failure, not nothing.
      echo "$1: the run ended without results ($(basename "$trx"))" >> "$failures"
      f=$((f + 1))
      continue
    fi
    p=$((p + $(counter passed "$trx")))
    f=$((f + $(counter failed "$trx") + $(counter error "$trx") + $(counter timeout "$trx") + $(counter aborted "$trx")))
    s=$((s + $(counter total "$trx")))
    grep -A 6 'outcome="NotExecuted"' "$trx" | sed -n 's/.*<Message>\(.*\)<\/Message>.*/\1/p' >> "$reasons" || true
    failed_tests "$1" "$trx" >> "$failures"
  done
  s=$((s > p + f ? s - p - f : 0))
  if [ $((p + f)) = 0 ]; then empty+=("$1"); fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  say "== $1: $p passed, $f failed, $s skipped, $((SECONDS - began)) s"
}

# shards tier: a filter a line; the tests of each run beside those of the others, on servers of their own.
shards() {
  case $1 in
    # The tests of this tier mostly wait, for servers, leases and deadlines: one core for each half. Halves of about the same length.
    Integration)
      printf '%s\n' 'FullyQualifiedName~Integration.TrainingService|FullyQualifiedName~Integration.StorageService' \
        'FullyQualifiedName!~Integration.TrainingService&FullyQualifiedName!~Integration.StorageService' ;;
    *) echo ;;
  esac
}

run_shard() {
  # Every test is logged, for the figures that some print; those that passed need no line here.
  dotnet test "$root/tests/$1/$1.csproj" -c Release --no-build --nologo ${3:+--filter "$3"} --results-directory "$root/artifacts/test-results/$1" \
    --logger "trx;LogFileName=$2.trx" --logger "console;verbosity=normal" < /dev/null | grep --line-buffered -vE '^ +(Passed|Skipped) |^NUnit Adapter|^Running all|NUnit3TestExecutor|^Test run for|^A total of|^ *$' || true
}

# failed_tests tier trx: "tier: name", and the first lines of what it said.
failed_tests() {
  awk -v tier="$1" '
    /<UnitTestResult / { name = ""; if (/outcome="(Failed|Error|Timeout|Aborted)"/) { name = $0; sub(/.* testName="/, "", name); sub(/" .*/, "", name); print tier ": " name; lines = 8 } }
    name && /<Message>/ { said = 1 }
    said && lines > 0 { text = $0; gsub(/<\/?Message>/, "", text); print "    " text; lines-- }
    /<\/Message>|<\/UnitTestResult>/ { said = 0 }
  ' "$2" | sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&#xD;//g; s/&amp;/\&/g'
}

# counter name trx: one attribute of the results' <Counters>.
counter() { grep -o '<Counters [^>]*>' "$2" | head -1 | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p"; }
