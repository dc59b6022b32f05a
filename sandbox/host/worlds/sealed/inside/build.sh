#!/bin/sh
# The first process of the inside: builds a file system in which every write ends with the sandbox, and then only keeps
# it. It runs in the clients' namespaces, with mounts, processes, host name and System V memory of its own on top.
#
# Once it can be entered it says so on standard output: `<its process id on the host> <why overlays are refused>`, the
# reason only where they are. Its working directory stays the folder of overlays: from outside, and only from there, it
# shows what was changed.
#
# usage: build.sh <folder to build in> <plan>
set -e
PATH=$PATH:/usr/sbin:/sbin
umask 022
tree=$1
plan=$2
overlays=0
# /proc is still that of the processes around.
read -r pid _ </proc/self/stat

# owned <owner, or -> <path>...: by whoever does not exist here, nothing can be.
owned() {
  [ "$1" = - ] || chown "$@" 2>/dev/null || true
}

# folder <mode> <owner, or -> <path>
folder() {
  [ ! -d "root$3" ] || return 0
  mkdir -m "$1" "root$3"
  owned "$2" "root$3"
}

link() {
  ln -s "$1" "root$2"
}

# copy <path> <flags of its mount>: small enough to be had twice, and so it can be written to. Who may not read it
# outside may not inside.
copy() {
  cp -a "$1" "root$1" 2>/dev/null || [ -e "root$1" ] || frozen "$@"
}

# frozen <path> <flags of its mount>: as it is, and read-only. No device in it can be opened either.
frozen() {
  if [ -d "$1" ]; then mkdir -p "root$1"; else : >>"root$1"; fi
  # Alone, where the kernel lets go of what is mounted below it; that is ours then.
  mount --bind "$1" "root$1" 2>/dev/null || mount --rbind "$1" "root$1" 2>/dev/null || return 0
  read_only "$1" "nodev${2:+,$2}"
}

# read_only <path> <flags that it has, and keeps>
read_only() {
  mount -o "remount,bind,ro${2:+,$2}" "root$1"
}

# Where overlays are refused, what is there is read-only, what programs leave behind starts empty, and sockets of the
# machine's own programs are out of reach.
without_overlay() {
  case $1 in
    /tmp | /var/tmp | /run | /run/*) ;;
    "$HOME")
      mount --bind "up/$overlays" "root$1"
      for each in "$1"/* "$1"/.[!.]*; do
        case ${each##*/} in
          .npm | .cache) ;;
          *) if [ -L "$each" ]; then copy "$each"; elif [ -f "$each" ] || [ -d "$each" ]; then frozen "$each" "$2"; fi ;;
        esac
      done
      ;;
    *) frozen "$1" "$2" ;;
  esac
}

# overlay <mode> <owner, or -> <path> <flags of its mount>
overlay() {
  overlays=$((overlays + 1))
  [ -d "root${3%/*}" ] || mkdir -p "root${3%/*}"
  if [ -d "root$3" ]; then set -- "$@" "up/$overlays"; else set -- "$@" "up/$overlays" "root$3"; fi
  mkdir -m "$1" "$5" ${6+"$6"}
  owned "$2" "$5" ${6+"$6"}
  lower=$3
  case $lower in
    *[,:\\\"]*)
      # By another name: these mean something in the options.
      lower=low/$overlays
      ln -s "$3" "$lower"
      ;;
  esac
  layers=lowerdir=$lower,upperdir=up/$overlays,workdir=work/$overlays
  mount -t overlay -o "userxattr,$layers" overlay "root$3" 2>>refused || without_overlay "$3" "$4"
}

# writable <path>: outside and inside are one.
writable() {
  mkdir -p "root$1"
  mount --rbind "$1" "root$1"
}

# devices <name>...
devices() {
  folder 0755 - /dev
  for each; do
    : >"root/dev/$each"
    mount --bind "/dev/$each" "root/dev/$each"
  done
  mkdir root/dev/pts
  mkdir -m 1777 root/dev/shm
  # Of its own: the terminals of other programs are not in it.
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts root/dev/pts
  link pts/ptmx /dev/ptmx
  link /proc/self/fd /dev/fd
  for each in 0:stdin 1:stdout 2:stderr; do link "/proc/self/fd/${each%:*}" "/dev/${each#*:}"; done
}

# processes <what root may write to in /proc>...
processes() {
  folder 0555 - /proc
  # A container that hides parts of /proc allows no other: then that of the processes around, which can only be read.
  mount -t proc -o nosuid,nodev,noexec proc root/proc 2>/dev/null || {
    mount --rbind /proc root/proc
    processes_around
    return 0
  }
  for each; do
    [ ! -e "root/proc/$each" ] || {
      mount -o bind,ro,nosuid,nodev,noexec "root/proc/$each" "root/proc/$each"
    }
  done
  # The network is its own.
  mount --bind root/proc/sys/net root/proc/sys/net
  mount -o remount,bind,rw,nosuid,nodev,noexec root/proc/sys/net
}

# own_file <file> <flags of its mount>: to be read where it lies outside too.
own_file() {
  mkdir -p "root${1%/*}"
  [ -e "root$1" ] || : >"root$1"
  mount -o "bind,ro${2:+,$2}" "$1" "root$1"
}

# instead <file of ours> <flags of its mount> <file of the system>: where there is one. Its path may lead through links.
instead() {
  [ ! -e "$3" ] || {
    mount -o "bind,ro${2:+,$2}" "/.outside$1" "$3"
  }
}

mount -t tmpfs -o mode=0755,nosuid tmpfs "$tree"
cd "$tree"
mkdir root up work low
mount --bind root root
. "$plan"
mkdir root/.outside
pivot_root root root/.outside
entered
umount -l /.outside
rmdir /.outside
# Tells what there was before from what is made from now on.
: >built
echo "$pid $(head -n 1 refused)"
exec >/dev/null
# Ignored, so that the kernel takes away what has ended and nobody waits for.
trap '' CHLD
exec sleep 2147483647
