#!/usr/bin/env bash
# Runs an S3 server on loopback, Ceph's radosgw over one monitor and one OSD: radosgw.sh <data folder> <port>.
# RADOSGW_MON_PORT is one more free port, RADOSGW_OSD_PORT the first of 40 among which the OSD finds its own;
# S3_ACCESS_KEY and S3_SECRET_KEY become its user's. For new data only: it does not start again on what it left.
set -euo pipefail
data=$1 port=$2
mkdir -p "$data"/{mon,osd,rgw,run,log}
cd "$data"

cat > ceph.conf <<CONF
[global]
fsid = 5c2e3d4a-0000-4000-8000-000000000001
mon_host = [v2:127.0.0.1:$RADOSGW_MON_PORT/0]
ms_bind_port_min = $RADOSGW_OSD_PORT
ms_bind_port_max = $((RADOSGW_OSD_PORT + 40))
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
osd_crush_chooseleaf_type = 0
mon_data_avail_crit = 2
mon_data_avail_warn = 3
run_dir = $data/run
admin_socket = $data/run/\$name.asok
log_file = $data/log/\$name.log
crash_dir = $data/log
[mon]
mon_data = $data/mon
mon_cluster_log_file = $data/log/cluster.log
[osd]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
osd_data = $data/osd
osd_objectstore = bluestore
bluestore_block_size = 10737418240
osd_memory_target = 939524096
[client.rgw.a]
rgw_data = $data/rgw
keyring = $data/rgw/keyring
# Now and then it does not see a request on a connection that it kept, and closes that only after this time (65 s by default); clients then ask again.
rgw_frontends = beast endpoint=127.0.0.1:$port request_timeout_ms=3000
CONF

# The daemons end with this script, however it ends.
daemon() { setpriv --pdeathsig TERM -- "$@" < /dev/null & }
trap 'kill $(jobs -p) 2> /dev/null; wait' EXIT
trap 'exit 143' TERM

monmaptool --create --clobber --fsid 5c2e3d4a-0000-4000-8000-000000000001 --addv a "[v2:127.0.0.1:$RADOSGW_MON_PORT]" monmap > /dev/null
ceph-mon -c ceph.conf --mkfs -i a --monmap monmap
ceph-authtool --create-keyring rgw/keyring --gen-key -n client.rgw.a > /dev/null
daemon ceph-mon -c ceph.conf -i a -f
osd=$(cat /proc/sys/kernel/random/uuid)
ceph -c ceph.conf --connect-timeout 30 osd new "$osd" > /dev/null
ceph-osd -c ceph.conf -i 0 --mkfs --osd-uuid "$osd" > log/mkfs.log 2>&1
daemon ceph-osd -c ceph.conf -i 0 -f
daemon radosgw -c ceph.conf -n client.rgw.a -f
radosgw-admin -c ceph.conf user create --uid=app --display-name=app --access-key="$S3_ACCESS_KEY" --secret-key="$S3_SECRET_KEY" > log/user.log 2>&1
touch ready
wait -n
