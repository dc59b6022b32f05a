#!/bin/sh
# As root: sets up what only root can, and becomes an ordinary user for good. As that user: the command.
#
# usage: entrypoint.sh scenario|sandbox <words...>
set -e
cd /faultpath

if [ "$(id -u)" = 0 ]; then
  # A user namespace is all that the sealed world needs; where it is refused, say what refuses it, once.
  setpriv --reuid=faultpath --regid=faultpath --init-groups unshare --user --map-root-user --mount true 2>/dev/null ||
    echo 'docker: no sealed world here: this container may not make namespaces (compose.yaml has the security_opt)' >&2
  # Nothing that starts from here on can get a privilege back, not even by a setuid program.
  exec setpriv --reuid=faultpath --regid=faultpath --init-groups --no-new-privs "$0" "$@"
fi

export HOME=/home/faultpath USER=faultpath
command=$1
case $command in
  scenario | sandbox) shift ;;
  *) exec "$@" ;;
esac
# tini: the first process of a container has to collect orphans, and passes signals on.
[ "$$" != 1 ] || exec tini -- node --disable-warning=ExperimentalWarning sandbox/cli/main.mjs "$command" "$@"
exec node --disable-warning=ExperimentalWarning sandbox/cli/main.mjs "$command" "$@"
