#!/usr/bin/env bash
# A real PostgreSQL 17 with pgvector from Debian 13, in a folder of its own, for tests and measurements. Not for production.
set -euo pipefail

usage() {
  cat <<'TEXT'
real-engine.sh COMMAND [OPTION...]

  install             bring Debian's packages into the folder, if they are not there (about 700 MB, two minutes)
  start               install, make an empty cluster for the port if there is none, start it on 127.0.0.1
  replica --of PORT   the same for a streaming replica of the running cluster of another port
  promote             make a replica a primary
  stop                stop the port's cluster in an orderly way
  kill                kill every process of the port's cluster at once, as a power cut would end them
  status              say whether the port's cluster runs; exit status 0 if so
  remove              stop the port's cluster and delete its data

  --port PORT         (default 55432) each port has a cluster of its own
  --folder FOLDER     (default $XDG_CACHE_HOME/facesearch-postgres) a chroot with the packages and the clusters
  --mirror URL        (default: the Debian mirror that apt uses here, else deb.debian.org)
  --set NAME=VALUE    a setting of the server, as in postgresql.conf; may be repeated

start prints the URL of a superuser without a password. Only root can use a chroot. Elsewhere, set TEST_DATABASE_URL to
a PostgreSQL with pgvector, whose role may create databases, and leave this script alone.
TEXT
}

fail() {
  echo "real-engine.sh: $*" >&2
  exit 1
}

folder=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/facesearch-postgres
port=55432
of=
mirror=
settings=()
command=${1:-}
shift || true
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail "$1 needs a value"
  case $1 in
    --port) port=$2 ;;
    --of) of=$2 ;;
    --folder) folder=$2 ;;
    --mirror) mirror=$2 ;;
    --set) settings+=("$2") ;;
    *) fail "unknown option $1" ;;
  esac
  shift 2
done
[[ $port =~ ^[0-9]+$ ]] || fail "--port must be a number"
[[ $folder = /* ]] || folder=$PWD/$folder

# Inside the chroot.
readonly bin=/usr/lib/postgresql/17/bin
readonly data=/var/lib/postgresql/$port
readonly url=postgres://postgres@127.0.0.1:$port/postgres

debian_mirror() {
  local found
  found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 2> /dev/null | head -1) || true
  echo "${found:-http://deb.debian.org/debian}"
}

install() {
  [ -e "$folder/.complete" ] && return
  [ "$(id -u)" = 0 ] || fail 'only root can use a chroot; set TEST_DATABASE_URL to use a PostgreSQL that is there'
  command -v debootstrap > /dev/null || fail 'debootstrap is missing (apt-get install debootstrap)'
  command -v unshare > /dev/null || fail 'unshare is missing (apt-get install util-linux)'
  mkdir -p "$folder"
  # Two that start together must not write into one another's folder.
  exec 9> "$folder.lock"
  flock 9
  [ -e "$folder/.complete" ] && return
  rm -rf "$folder"
  echo "installing PostgreSQL 17 and pgvector into $folder" >&2
  debootstrap --variant=minbase --include=postgresql-17,postgresql-17-pgvector trixie "$folder" \
    "${mirror:-$(debian_mirror)}" > "$folder.log" 2>&1 || fail "debootstrap failed; see $folder.log"
  touch "$folder/.complete"
}

# /proc and /dev are mounted for these processes only and vanish with the last of them.
inside() {
  unshare --mount --propagation private bash -c '
    mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" || exit 1
    exec chroot "$0" setpriv --reuid postgres --regid postgres --init-groups env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 "$@"
  ' "$folder" "$@" 9>&-
}

postmaster() {
  head -1 "$folder$data/postmaster.pid" 2> /dev/null || true
}

runs() {
  local pid
  pid=$(postmaster)
  [ -n "$pid" ] && kill -0 "$pid" 2> /dev/null
}

launch() {
  local options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp" setting
  for setting in "${settings[@]}"; do options+=" -c '${setting%%=*}=${setting#*=}'"; done
  inside "$bin/pg_ctl" --pgdata "$data" --log "$data.log" --options "$options" --wait --timeout 60 start > /dev/null ||
    fail "the server did not start; see $folder$data.log"
  echo "$url"
}

start() {
  install
  if runs; then echo "$url"; return; fi
  [ -e "$folder$data/PG_VERSION" ] ||
    inside "$bin/initdb" --pgdata "$data" --username postgres --auth trust --encoding UTF8 --locale C.UTF-8 > /dev/null
  launch
}

replica() {
  [ -n "$of" ] || fail 'replica needs --of PORT'
  install
  if runs; then echo "$url"; return; fi
  rm -rf "${folder:?}$data"
  inside "$bin/pg_basebackup" --dbname "postgres://postgres@127.0.0.1:$of?application_name=facesearch_replica" \
    --pgdata "$data" --write-recovery-conf --checkpoint fast
  launch
}

stop() {
  if runs; then inside "$bin/pg_ctl" --pgdata "$data" --mode fast --wait stop > /dev/null; fi
}

# The children of the postmaster, too, so that no backend finishes what it does.
kill_all() {
  local pid children
  pid=$(postmaster)
  [ -n "$pid" ] || return 0
  # Stopped, it starts no more of them.
  kill -STOP "$pid" 2> /dev/null || return 0
  children=$(ps -o pid= --ppid "$pid" || true)
  kill -KILL "$pid" $children 2> /dev/null || true
  while kill -0 "$pid" $children 2> /dev/null; do sleep 0.02; done
}

case $command in
  install) install ;;
  start) start ;;
  replica) replica ;;
  promote) inside "$bin/pg_ctl" --pgdata "$data" --wait promote > /dev/null ;;
  stop) stop ;;
  kill) kill_all ;;
  status) if runs; then echo "running: $url"; else echo 'not running'; exit 3; fi ;;
  remove) stop; rm -rf "${folder:?}$data" "$folder$data.log" ;;
  -h | --help | help) usage ;;
  *) usage >&2; exit 2 ;;
esac
