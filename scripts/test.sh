# Tests, tier by tier. The last line is "N passed, N failed", with ", N skipped" when there are any.

all_tiers=(Unit Integration EndToEnd Conformance Accuracy)

run_tests() {
  local tier tiers=("$@") needs=() passed=0 failed=0 skipped=0 empty=() reasons
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

  reasons=$(mktemp)
  for tier in "${tiers[@]}"; do
    run_tier "$tier"
  done
  if [ -s "$reasons" ]; then
    say "Skipped:"
    sort "$reasons" | uniq -c
  fi
  rm -f "$reasons"
  [ ${#empty[@]} = 0 ] || say "Without a single test: ${empty[*]}"
  say "$passed passed, $failed failed$([ $skipped = 0 ] || printf ', %s skipped' "$skipped")"
  [ $failed = 0 ] && [ ${#empty[@]} = 0 ]
}

run_tier() {
  local began=$SECONDS results=$root/artifacts/test-results/$1 trx p=0 f=0 s=0
  rm -rf "$results"
  say "== $1"
  # Every test is logged, for the figures that some print; those that passed need no line here.
  dotnet test "$root/tests/$1/$1.csproj" -c Release --no-build --nologo --results-directory "$results" \
    --logger "trx;LogFileName=$1.trx" --logger "console;verbosity=normal" < /dev/null | grep -vE '^ +(Passed|Skipped) |^NUnit Adapter|^Running all|NUnit3TestExecutor|^Test run for|^A total of|^ *$' || true
  trx=$results/$1.trx
  if [ -f "$trx" ]; then
    p=$(counter passed "$trx")
    f=$(($(counter failed "$trx") + $(counter error "$trx") + $(counter timeout "$trx") + $(counter aborted "$trx")))
    s=$(($(counter total "$trx") - p - f))
    grep -A 6 'outcome="NotExecuted"' "$trx" | sed -n 's/.*<Message>\(.*\)<\/Message>.*/\1/p' >> "$reasons" || true
  fi
  if [ $((p + f)) = 0 ]; then empty+=("$1"); fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  say "== $1: $p passed, $f failed, $s skipped, $((SECONDS - began)) s"
}

# counter name trx: one attribute of the results' <Counters>.
counter() { grep -o '<Counters [^>]*>' "$2" | head -1 | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p"; }
