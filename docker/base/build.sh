#!/bin/sh
# Builds a base image for docker/Dockerfile without any image registry: a small Debian out of its packages
# (debootstrap), and the project's runtime dependencies, Node among them, out of the npm registry.
#
# usage: docker/base/build.sh [tag]        as root; needs: docker, debootstrap, npm
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tag=${1:-faultpath/base:bookworm}
packages=bind9-dnsutils,ca-certificates,curl,iproute2,nftables,openssl,procps,python3-requests,tini,util-linux

command -v debootstrap >/dev/null || {
  echo 'docker/base: debootstrap is missing. Run: apt-get install debootstrap' >&2
  exit 2
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
root=$work/rootfs

debootstrap --variant=minbase --include="$packages" bookworm "$root" >"$work/log" 2>&1 || {
  tail -20 "$work/log" >&2
  exit 1
}
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/doc "$root"/usr/share/locale

mkdir "$root/faultpath"
for file in package.json package-lock.json .npmrc; do cp "$here/../../$file" "$root/faultpath/"; done
# No scripts, as in docker/Dockerfile: the project's own makes bundles out of sources that are not here.
(cd "$root/faultpath" && npm ci --omit=dev --ignore-scripts --silent)
# Headers and the like: only the program itself is run.
rm -rf "$root"/faultpath/node_modules/node-linux-*/include "$root"/faultpath/node_modules/node-linux-*/share

tar --numeric-owner -C "$root" -cf - . | docker import - "$tag" >/dev/null
echo "$tag"
