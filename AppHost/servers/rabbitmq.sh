#!/usr/bin/env bash
# Becomes a RabbitMQ on loopback: rabbitmq.sh <data folder> <port>. RABBITMQ_PASSWORD is the password of user "app";
# RABBITMQ_DIST_PORT and ERL_EPMD_PORT are two more free ports, so that several nodes live side by side.
set -euo pipefail
data=$1 port=$2

server=/usr/lib/rabbitmq/bin/rabbitmq-server # Debian's /usr/sbin/rabbitmq-server goes through su.
[ -x "$server" ] || server=$(command -v rabbitmq-server) || {
  echo "rabbitmq-server is not installed: on Debian or Ubuntu 'apt-get install rabbitmq-server', or set ConnectionStrings__rabbitmq" >&2
  exit 127
}

mkdir -p "$data"/{mnesia,log,home}
(umask 077 && cat > "$data/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$port
loopback_users = none
default_user = app
default_pass = $RABBITMQ_PASSWORD
log.console = true
log.console.level = warning
log.connection.level = error
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 200MB
CONF
)
printf '[].\n' > "$data/plugins"

export HOME=$data/home
export RABBITMQ_NODENAME=suite@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$port
export RABBITMQ_MNESIA_BASE=$data/mnesia RABBITMQ_LOG_BASE=$data/log RABBITMQ_LOGS=-
export RABBITMQ_CONFIG_FILE=$data/rabbitmq.conf RABBITMQ_ENABLED_PLUGINS_FILE=$data/plugins RABBITMQ_CONF_ENV_FILE=$data/none
export RABBITMQ_DIST_PORT ERL_EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1
# Its threads would spin while they wait, on cores that the suite shares with them.
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
export RUNNING_UNDER_SYSTEMD=true # one process in the foreground, which takes SIGTERM itself
unset RABBITMQ_PASSWORD

# epmd is started here because the server would leave its own behind; it ends with this process, which becomes the server.
with_parent=()
if command -v setpriv > /dev/null; then with_parent=(setpriv --pdeathsig TERM); fi
"${with_parent[@]}" epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" < /dev/null > /dev/null 2>&1 &
exec "$server"
