#!/bin/sh
# `unshare --user`, in which every user exists that exists here, by the same number. Only root may say so, and only from
# outside: a helper waits for the namespace, whose map is empty at first.
#
# usage: all-users.sh <option of unshare>... <command>...

if [ "$1" = --mapped ]; then
  shift
  until read -r _ </proc/self/uid_map; do :; done
  # Started before it had a number, this process lost what root has. The next one has it, and with that the kernel
  # forgets that it is to end with `unshare --kill-child` (prctl(2), PR_SET_PDEATHSIG).
  exec setpriv --pdeathsig KILL "$@"
fi

map() {
  while read -r first _ count; do echo "$first $first $count"; done <"$1"
}
users=$(map /proc/self/uid_map)
groups=$(map /proc/self/gid_map)
# On its own, so that no process waits for its end.
( (
  while read -r _ <"/proc/$$/uid_map"; do :; done
  echo "$groups" >"/proc/$$/gid_map"
  echo "$users" >"/proc/$$/uid_map"
) 2>/dev/null & )

for word; do
  shift
  case $word in
    --*) options="$options $word" ;;
    *)
      exec unshare --user $options sh "$0" --mapped "$word" "$@"
      ;;
  esac
done
