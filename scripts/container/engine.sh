#!/usr/bin/env bash
# A Docker engine from Debian 13 in a folder of its own, for `npm run test:container` where there is no engine. Not for production.
set -euo pipefail

usage() {
  cat <<'TEXT'
engine.sh COMMAND [OPTION...]

  install             bring Debian's packages into the folder, if they are not there (about 700 MB, three minutes)
  start               install, and start the engine on a socket and a network of its own
  docker ARGUMENT...  run Docker's client there; in the current folder, if that lies in `work`
  inside COMMAND...   run a command of this machine in the engine's network, where published ports are reached
  work                print the folder that the engine sees
  stop                stop the engine and all that runs in it
  status              say whether the engine runs; exit status 0 if so
  remove              stop, and delete the folder with its packages, images and volumes

The folder is $FACESEARCH_ENGINE (default $XDG_CACHE_HOME/facesearch-container). The engine sees of this machine its folder
`work`, under the same path. Only root can use a chroot. The engine reaches other networks through slirp4netns, and nothing
on this machine's loopback.
TEXT
}

fail() {
  echo "engine.sh: $*" >&2
  exit 1
}

folder=${FACESEARCH_ENGINE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/facesearch-container}
[[ $folder = /* ]] || folder=$PWD/$folder
readonly folder root=$folder/root work=$folder/work
command=${1:-}
shift || true

debian_mirror() {
  local found
  found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 2> /dev/null | head -1) || true
  echo "${found:-http://deb.debian.org/debian}"
}

install() {
  [ -e "$root/.complete" ] && return
  [ "$(id -u)" = 0 ] || fail 'only root can use a chroot'
  command -v debootstrap > /dev/null || fail 'debootstrap is missing (apt-get install debootstrap)'
  rm -rf "$root"
  mkdir -p "$folder"
  echo "installing Docker into $folder" >&2
  debootstrap --variant=minbase --include=docker.io,docker-cli,docker-buildx,docker-compose,iptables,ca-certificates,slirp4netns \
    trixie "$root" "$(debian_mirror)" > "$folder/install.log" 2>&1 || fail "debootstrap failed; see $folder/install.log"
  # The name server of slirp4netns.
  echo 'nameserver 10.0.2.3' > "$root/etc/resolv.conf"
  touch "$root/.complete"
}

# Process 1 of the engine's own namespaces, as this machine numbers it.
engine() {
  local pid
  pid=$(cat "$folder/engine.pid" 2> /dev/null) || return 0
  if grep -q '^dockerd' "/proc/$pid/comm" 2> /dev/null && [ -e "/proc/$pid/root/.complete" ]; then echo "$pid"; fi
}

start() {
  [ -z "$(engine)" ] || return 0
  install
  mkdir -p "$work" "$root$work"
  # --kill-child: without its parent the engine ends, and with it, being process 1, every container.
  setsid unshare --mount --net --pid --fork --kill-child --propagation private bash -c '
    root=$0
    mount --bind "$root" "$root" && mount -t proc proc "$root/proc" && mount -t sysfs sysfs "$root/sys" &&
      mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup" && mount --rbind /dev "$root/dev" &&
      mount -t tmpfs tmpfs "$root/run" || exit 1
    mount --bind "$1" "$root$1" || exit 1
    chroot "$root" ip link set lo up
    # No chroot: `docker exec` enters the root of a mount namespace, which would be that of this machine.
    cd "$root" && pivot_root . . && umount --lazy . || exit 1
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
      dockerd --host unix:///run/docker.sock --exec-opt native.cgroupdriver=cgroupfs
  ' "$root" "$work" > "$folder/engine.log" 2>&1 < /dev/null &
  local parent=$! tries
  trap stop EXIT
  for tries in {1..300}; do
    kill -0 "$parent" 2> /dev/null || fail "the engine ended; see $folder/engine.log"
    pgrep --parent "$parent" > "$folder/engine.pid" || true
    if [ -n "$(engine)" ] && docker info > /dev/null 2>&1; then break; fi
    [ "$tries" -lt 300 ] || fail "the engine does not answer; see $folder/engine.log"
    sleep 0.2
  done
  # In this machine's network, and with its name server. It ends with the network that it serves.
  setsid unshare --mount --propagation private bash -c '
    mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" &&
      mount --bind /etc/resolv.conf "$0/etc/resolv.conf" || exit 1
    exec chroot "$0" slirp4netns --configure --mtu=1400 --disable-host-loopback "$1" tap0
  ' "$root" "$(engine)" > "$folder/network.log" 2>&1 < /dev/null &
  echo $! > "$folder/network.pid"
  for tries in {1..50}; do
    ! inside ip route 2> /dev/null | grep -q '^default' || { trap - EXIT; return 0; }
    sleep 0.1
  done
  fail "the engine's network has no way out; see $folder/network.log"
}

inside() {
  nsenter --target "$(engine)" --net "$@"
}

docker() {
  local pid at=/ variables=()
  pid=$(engine)
  [ -n "$pid" ] || fail 'no engine runs: engine.sh start'
  case $PWD/ in "$work"/*) at=$PWD ;; esac
  # What compose files and builds read.
  while IFS= read -r -d '' pair; do
    case $pair in HOME=* | PATH=* | TMPDIR=* | DOCKER*) ;; *) variables+=("$pair") ;; esac
  done < <(env --null)
  nsenter --target "$pid" --mount --net --pid env --ignore-environment --chdir="$at" \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DOCKER_HOST=unix:///run/docker.sock \
    "${variables[@]}" docker "$@"
}

stop() {
  local pid network
  pid=$(engine)
  network=$(cat "$folder/network.pid" 2> /dev/null || true)
  if [ -n "$pid" ]; then
    kill -TERM "$pid"
    for _ in {1..100}; do
      kill -0 "$pid" 2> /dev/null || break
      sleep 0.2
    done
    kill -KILL "$pid" 2> /dev/null || true
  fi
  if [ -n "$network" ] && grep -qa slirp4netns "/proc/$network/cmdline" 2> /dev/null; then kill "$network"; fi
  rm -f "$folder/engine.pid" "$folder/network.pid"
}

case $command in
  install) install ;;
  start) start ;;
  docker) docker "$@" ;;
  inside) inside "$@" ;;
  work) echo "$work" ;;
  stop) stop ;;
  status) if [ -n "$(engine)" ]; then echo running; else echo 'not running'; exit 3; fi ;;
  remove) stop; rm -rf "${folder:?}" ;;
  -h | --help | help) usage ;;
  *) usage >&2; exit 2 ;;
esac
