#!/usr/bin/env bash
# Installs Debian packages as root without letting them start their servers: the suite runs its own, on its own ports.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi

apt-get update -q
apt-get install -y -q --no-install-recommends "$@"

# Nor after the next boot. Only for what was installed here: a server that was there before is somebody's.
if [ -d /run/systemd/system ]; then
  for package in "$@"; do
    case $package in
      postgresql | rabbitmq-server) systemctl disable --quiet "$package" ;;
    esac
  done
fi
