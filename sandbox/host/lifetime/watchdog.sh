#!/bin/sh
# Ends the processes of a run when its runner dies, by whatever death. Standard input is a pipe from the
# runner, which the kernel closes for it:
#
#   + <process group> <KILL|QUIT>   a child was started; QUIT is Postgres's immediate shutdown
#   - <process group>               it is gone: never signal it again
#   done                            the run ended in good order: only its directory is left to remove
#
# usage: watchdog.sh <run id> <run directory>

run=$1
dir=$2
groups=

# signal <name> <target>...   A negative target is a process group.
signal() {
  name=$1
  shift
  for target; do
    kill -s "$name" -- "$target" 2>/dev/null
  done
}

# Processes of this run that no group leads to: a child that its runner did not live to register,
# and the children of Postgres, which make groups of their own and overwrite their environment.
strays() {
  if [ -d /proc/self/task ]; then
    {
      grep -lszxF "FAULTPATH_RUN=$run" /proc/[0-9]*/environ
      ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -F -e "-> $dir/"
    } | sed 's|.*/proc/\([0-9]*\)/.*|\1|'
  else
    for group in $quitting; do pgrep -P "${group#-}"; done
  fi
}

forget() {
  kept=
  for entry in $groups; do
    [ "${entry%:*}" = "$1" ] || kept="$kept $entry"
  done
  groups=$kept
}

# Whether a Postgres is still at work. A zombie is not: it waits for a parent that may never look.
any_left() {
  for group in $quitting; do
    if [ -d /proc/self/task ]; then
      { read -r _ _ state _ <"/proc/${group#-}/stat"; } 2>/dev/null && [ "$state" != Z ] && return 0
    else
      kill -s 0 -- "$group" 2>/dev/null && return 0
    fi
  done
  return 1
}

# free_shared_memory <process>...
# A Postgres that had to be killed leaves a shared memory segment that no other process would ever free. The kernel
# knows which process made it; without /proc, line 7 of the pid file ends in its number.
free_shared_memory() {
  if [ -r /proc/sysvipc/shm ]; then
    while read -r _ segment _ _ maker _; do
      for process; do
        [ "$maker" != "$process" ] || ipcrm -m "$segment" 2>/dev/null
      done
    done </proc/sysvipc/shm
  fi
  for file in "$dir"/*/postmaster.pid; do
    segment=$(sed -n '7s/.* //p' "$file" 2>/dev/null)
    [ -z "$segment" ] || ipcrm -m "$segment" 2>/dev/null
  done
}

reap() {
  all=
  quitting=
  for entry in $groups; do
    group=-${entry%:*}
    all="$all $group"
    case $entry in
      *:QUIT) quitting="$quitting $group" ;;
      *) signal KILL "$group" ;;
    esac
  done

  # A stopped process keeps the signal pending; continued, it takes it before it does anything else. Postgres
  # would wait five seconds for a stopped child, so the children are continued too.
  found=$(strays)
  signal QUIT $quitting $found
  signal CONT $quitting $found

  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
    any_left || break
    sleep 0.05 2>/dev/null || sleep 1
  done
  signal KILL $all $(strays)
  free_shared_memory $found $(echo "$quitting" | tr -d -)
  clear_away
}

clear_away() {
  rm -rf "$dir" 2>/dev/null || { sleep 1; rm -rf "$dir"; }
  rmdir "${dir%/*}" 2>/dev/null
}

main() {
  while read -r word group how; do
    case $word in
      +) groups="$groups $group:$how" ;;
      -) forget "$group" ;;
      done)
        clear_away
        exit 0
        ;;
    esac
  done
  reap
}

# Read as a whole before it starts, so that an edit of this file does not reach a running watchdog.
main; exit 0
