#!/bin/sh
# Gives the loopback interface of the clients' namespaces one more IPv6 address.
#
# usage: add-address.sh <address>
set -e

# getaddrinfo(3) with AI_ADDRCONFIG, as Node calls it, knows IPv4 only where there is more of it than 127.0.0.1.
# That would not matter if there was no more of IPv6 either than ::1.
four=127.0.3.1

if command -v ip >/dev/null; then
  ip address replace "$four/8" dev lo
  exec ip -6 address replace "$1/128" dev lo nodad
fi
# SIOCSIFADDR with struct ifreq, on an alias, and with struct in6_ifreq: address, prefix, number of the interface.
exec perl -MSocket=:DEFAULT,inet_pton -e '
  my $first = pack("a16a16", "lo:1", pack_sockaddr_in(0, inet_aton($ARGV[0])));
  my $second = pack("a16Ll", inet_pton(AF_INET6, $ARGV[1]), 128, 1);
  socket($four, AF_INET, SOCK_DGRAM, 0) && ioctl($four, 0x8916, $first) or die "IPv4: $!\n";
  socket($six, AF_INET6, SOCK_DGRAM, 0) && ioctl($six, 0x8916, $second) or die "IPv6: $!\n"' "$four" "$1"
