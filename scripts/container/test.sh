#!/usr/bin/env bash
# `npm run test:container`: the image and both compose files on a real engine, which is the one of this machine or, as root on
# Debian, one that is made for the purpose. Where there is neither, it says so and does nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
engine=$PWD/scripts/container/engine.sh
inside=()
if docker info > /dev/null 2>&1; then
  TRIAL_WORK=$(mktemp -d)
  trap 'rm -rf "$TRIAL_WORK"' EXIT
elif [ "$(id -u)" = 0 ] && command -v debootstrap nsenter npm > /dev/null; then
  trap '"$engine" stop' EXIT
  "$engine" start
  variables=$(scripts/container/stand-ins.sh)
  while IFS= read -r pair; do export "${pair?}"; done <<< "$variables"
  TRIAL_WORK=$("$engine" work)/trial
  rm -rf "$TRIAL_WORK"
  mkdir -p "$TRIAL_WORK"
  export TRIAL_ENGINE=$engine
  inside=("$engine" inside)
else
  echo 'test:container skipped: there is no Docker engine (docker info), and only root on Debian with debootstrap can make one.'
  exit 0
fi
export TRIAL_WORK
# Fetched already where `npm test` has run.
npm run --silent pretest
"${inside[@]}" npx vitest run --config vitest.container.config.ts "$@"
