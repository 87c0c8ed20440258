# What the suite costs: tests/Benchmarks starts a suite of its own, measures it and stops it. docs/performance.md says how to read it.

# bench [option...]: the options are the program's own (BenchOptions.cs), but for --yes.
run_bench() {
  local word options=()
  for word; do
    if [ "$word" = --yes ]; then yes=true; else options+=("$word"); fi
  done
  if [ -z "${SUITE_DATA:-}" ] && [ -d "$root/../shared/data" ]; then export SUITE_DATA=$root/../shared/data; fi
  [ -d "${SUITE_DATA:-}" ] || fail "The bench needs the models and photos of SUITE_DATA (docs/performance.md)."
  # It looks at single processes, which the local engine names.
  export SUITE_ENGINE=local
  unset SUITE_HOME SUITE_PORT
  SUITE_HOME=$root/.suite setup Suite.slnf python3-pil "/usr/bin/python3 -c 'import PIL'"
  step "building the bench" dotnet build "$root/tests/Benchmarks" -c Release -v quiet -nodeReuse:false || exit 1
  exec dotnet "$root/artifacts/bin/Benchmarks/release/Benchmarks.dll" "${options[@]}"
}
