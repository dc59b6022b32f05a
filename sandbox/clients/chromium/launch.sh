#!/bin/sh
# Becomes a browser that trusts the run's root certificates and believes that it is online.
#
# usage: HOME=<folder of its own, with root-*.pem> launch.sh <browser> <flag>...

# Without a network card a browser calls every DNS failure ERR_INTERNET_DISCONNECTED. This one leads nowhere: it has
# addresses (RFC 5737, RFC 3849), but no route. Of both families: with one alone, getaddrinfo would stop asking for
# the other (AI_ADDRCONFIG), and all clients here would look names up in another way than without it.
if ip link add card0 type veth peer name card1 2>/dev/null; then
  # Refused where the kernel has no IPv6: there, getaddrinfo asks for IPv4 alone as soon as there is a card.
  {
    ip link set card0 addrgenmode none
    ip link set card1 addrgenmode none
    ip address add 2001:db8::1/128 dev card0 nodad
  } 2>/dev/null
  ip address add 192.0.2.1/32 dev card0
  ip link set card1 up
  ip link set card0 up
fi

mkdir -p "$HOME/.pki/nssdb" "$HOME/tmp"
for root in "$HOME"/root-*.pem; do
  certutil -d "sql:$HOME/.pki/nssdb" -A -t C,, -n "${root##*/}" -i "$root" || exit 1
done

exec "$@"
