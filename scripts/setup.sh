# What ./suite installs and builds: .NET is asked for, native parts come from npm, servers from the system's packages.

required_dotnet=10.0.100

# setup Suite.slnf|InferenceSuite.sln [package command]...: see build and install_system_packages.
setup() {
  [ -r /proc/self/stat ] || fail "./suite needs Linux; on Windows, WSL."
  check_dotnet
  probe_feed
  install_system_packages "${@:2}"
  install_native_parts
  build "$1"
}

check_dotnet() {
  local have
  command -v dotnet > /dev/null || fail ".NET SDK $required_dotnet or later is needed and no dotnet is on the PATH: https://dotnet.microsoft.com/download"
  have=$(cd "$root" && dotnet --version 2> /dev/null) || have=none
  newer "$have" "$required_dotnet" || fail ".NET SDK $required_dotnet or later is needed, found $have: https://dotnet.microsoft.com/download"
}

# newer A B: version A is B or later.
newer() { [ "$(printf '%s\n%s\n' "$2" "${1%%-*}" | sort -V | head -1)" = "$2" ]; }

# --- servers and tools of the system -------------------------------------------------------------------------------

has_postgres() { [ -n "${ConnectionStrings__postgres:-}${ConnectionStrings__auth:-}" ] || compgen -G '/usr/lib/postgresql/*/bin/postgres' > /dev/null || command -v postgres > /dev/null; }
has_rabbitmq() { [ -n "${ConnectionStrings__rabbitmq:-}" ] || [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server > /dev/null; }
has_xgboost() { compgen -G '/usr/lib/*/libxgboost.so*' > /dev/null || compgen -G '/usr/local/lib*/libxgboost.so*' > /dev/null; }
# Where the package lists are still empty nobody knows, and it is asked for.
offers_xgboost() { command -v apt-get > /dev/null && { ! apt-cache show postgresql || apt-cache show libxgboost0; } > /dev/null 2>&1; }
has_containers() { with_aspire && { timeout 3 docker info || timeout 3 podman info; } > /dev/null 2>&1; }

# install_system_packages [package command]...: the pairs name what a test tier needs beside the suite's own needs.
install_system_packages() {
  local missing=()
  { command -v node && command -v npm; } > /dev/null || missing+=(nodejs npm)
  command -v curl > /dev/null || missing+=(curl)
  if ! has_postgres && ! has_containers; then missing+=(postgresql); fi
  if ! has_rabbitmq && ! has_containers; then missing+=(rabbitmq-server); fi
  # Gradient-boosted trees are trained with it. Without it the rest runs, so a system that has no such package goes on.
  if ! has_xgboost && offers_xgboost; then missing+=(libxgboost0); fi
  while [ $# -gt 0 ]; do
    sh -c "$2" > /dev/null 2>&1 || missing+=("$1")
    shift 2
  done
  [ ${#missing[@]} = 0 ] && return

  local install="apt-get install -y --no-install-recommends ${missing[*]}" as_root=()
  command -v apt-get > /dev/null || fail "These are missing: ${missing[*]}. Install them with this system's package manager; servers may also
run elsewhere (ConnectionStrings__postgres, ConnectionStrings__rabbitmq). On Debian or Ubuntu: $install"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo > /dev/null || fail "These are missing and neither root nor sudo is at hand. As root: $install"
    as_root=(sudo)
    [ -t 0 ] || as_root=(sudo -n)
  fi

  say "To be installed as root: $install"
  if [ -t 0 ] && ! $yes; then
    read -r -p "Go ahead? [Y/n] " answer
    [[ $answer =~ ^([yY]|yes|)$ ]] || fail "Nothing was installed."
  fi
  [ ${#as_root[@]} = 0 ] || "${as_root[@]}" true || fail "sudo was refused. As root: $install"
  step "installing ${missing[*]}" "${as_root[@]}" bash "$root/scripts/apt-install.sh" "${missing[@]}" ||
    fail "The installation failed. By hand: $install"
}

# --- native parts from npm: ONNX Runtime, libvips, the dashboard ------------------------------------------------------

install_native_parts() {
  install_locked_parts
  install_cuda_provider
}

install_locked_parts() {
  cmp -s "$root/package-lock.json" "$root/node_modules/.suite-lock.json" && return
  step "fetching native parts (npm)" npm --prefix "$root" ci --ignore-scripts --no-audit --no-fund || fail "npm ci failed."
  cp "$root/package-lock.json" "$root/node_modules/.suite-lock.json"
}

# 230 MB that only a machine with a CUDA device has a use for; the official NuGet package has it inside. See docs/gpu.md.
install_cuda_provider() {
  local package=com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9
  compgen -G '/dev/nvidia[0-9]*' > /dev/null && [ "$(uname -m)" = x86_64 ] || return 0
  grep -qs '<HasOnnxRuntime>false' "$root/Packages.local.props" && [ ! -d "$root/node_modules/${package%@*}" ] || return 0
  step "fetching the CUDA provider (npm)" npm --prefix "$root" install --no-save --ignore-scripts --no-audit --no-fund "$package" || fail "npm install $package failed."
  rm -f "$root"/artifacts/*.stamp # it is copied by the build
}

# --- the NuGet feed ----------------------------------------------------------------------------------------------

# The files whose package references the switches choose.
probed=(AppHost/AppHost.csproj ServiceDefaults/ServiceDefaults.csproj Libraries/OnnxRuntime/OnnxRuntime.csproj Gateway/Yarp.props)

with_aspire() { grep -qs '<HasAspire>true' "$root/Packages.local.props"; }

# Asks once which of the preferred packages the feed has, and again when the SDK, the feed's configuration or the wanted
# versions change. The answer becomes the switches of Directory.Build.props; SUITE_ENGINE=local does without Aspire anyway.
probe_feed() {
  local question answer=$root/artifacts/feed props=$root/Packages.local.props switches
  question=$({ dotnet --version; cat "$root"/Directory.{Build,Packages}.props "${probed[@]/#/$root/}" "$root"/[Nn]u[Gg]et.[Cc]onfig "$HOME/.nuget/NuGet/NuGet.Config" 2> /dev/null || true; } | cksum)
  mkdir -p "$root/artifacts"
  [ "$(head -1 "$answer" 2> /dev/null)" = "$question" ] || step "asking the NuGet feed what it has" ask_feed "$question" "$answer" || exit 1

  switches=$(tail -n +2 "$answer")
  if [ "${SUITE_ENGINE:-}" = local ]; then switches=${switches/<HasAspire>true/<HasAspire>false}; fi
  switches="<Project>
  <!-- Written by ./suite: what this machine's NuGet feed has. Without this file every package is taken from the feed. -->
  <PropertyGroup>
$switches
  </PropertyGroup>
</Project>"
  # Left alone when it says the same: a new file would be a reason to build again.
  [ "$(cat "$props" 2> /dev/null)" = "$switches" ] || printf '%s\n' "$switches" > "$props"
}

ask_feed() {
  local work switch
  work=$(mktemp -d)
  probe HasAspire AppHost/AppHost.csproj &
  probe HasAspireClients ServiceDefaults/ServiceDefaults.csproj &
  probe HasOnnxRuntime Libraries/OnnxRuntime/OnnxRuntime.csproj &
  probe HasYarp Gateway/Yarp.props &
  wait
  if grep -qE 'NU130[12]' "$work"/*/answer; then
    echo "The NuGet feed does not answer:"
    grep -hm1 -E 'NU130[12]' "$work"/*/answer | head -1
    rm -rf "$work"
    return 1
  fi
  {
    echo "$1"
    echo "    <PackagesProbed>true</PackagesProbed>"
    for switch in HasAspire HasAspireClients HasOnnxRuntime HasYarp; do echo "    <$switch>$(cat "$work/$switch/has")</$switch>"; done
  } > "$2"
  rm -rf "$work"
}

# probe Switch file: true when a project with all of the file's package references restores under the repository's rules and
# versions. All of them, as it is their closures together that the build needs.
probe() {
  local switch=$1 file=$root/$2 folder=$work/$1 sdk=Microsoft.NET.Sdk config
  # This SDK adds packages of its own: the dashboard and DCP.
  if [ "$switch" = HasAspire ]; then sdk=Aspire.AppHost.Sdk/$(sed -n 's/.*Sdk="Aspire.AppHost.Sdk" Version="\([^"]*\)".*/\1/p' "$file" | head -1); fi
  mkdir -p "$folder"
  {
    echo "<Project Sdk=\"$sdk\"><ItemGroup>"
    grep '<PackageReference ' "$file"
    echo '</ItemGroup></Project>'
  } > "$folder/probe.csproj"
  for config in "$root"/[Nn]u[Gg]et.[Cc]onfig; do [ ! -f "$config" ] || cp "$config" "$folder/"; done
  if dotnet restore "$folder/probe.csproj" -p:PackagesProbed=asking -p:AspireUseCliBundle=false -p:ArtifactsPath="$folder/artifacts" \
    -p:DirectoryBuildPropsPath="$root/Directory.Build.props" -p:DirectoryPackagesPropsPath="$root/Directory.Packages.props" > "$folder/answer" 2>&1
  then echo true; else echo false; fi > "$folder/has"
}

# --- build -------------------------------------------------------------------------------------------------------

# build Suite.slnf|InferenceSuite.sln: the programs, or the tests too. Release, once: nothing is done while no source is
# newer than the last good build.
build() {
  local stamp=$root/artifacts/$1.stamp
  mkdir -p "$root/artifacts"
  (
    ! command -v flock > /dev/null || flock 9 # two runs of one checkout must not build at the same time
    if [ -f "$stamp" ] && [ -z "$(sources_newer_than "$stamp")" ]; then exit 0; fi
    touch "$stamp.new"
    step "building" dotnet build "$root/$1" -c Release -v quiet -nodeReuse:false || exit 1
    mv "$stamp.new" "$stamp"
  ) 9> "$root/artifacts/.lock" || fail "The build failed."
}

# Folders count too: their time tells of a file that was removed.
sources_newer_than() {
  find "$root" -mindepth 1 \( -name artifacts -o -name node_modules -o -name .git -o -name '.suite*' -o -name TestResults -o -name __pycache__ -o -path "$SUITE_HOME" \) -prune \
    -o ! -name '*.md' ! -path "$root/models/*" -newer "$1" -print -quit
}
