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
# The same without ip, by rtnetlink(7): struct nlmsghdr (RTM_NEWADDR; request, acknowledge, replace, create), struct
# ifaddrmsg (family, prefix, IFA_F_NODAD, RT_SCOPE_HOST, number of the interface) and IFA_LOCAL. An ioctl could not say
# IFA_F_NODAD: the address would stay tentative for a moment, in which nothing can listen at it (EADDRNOTAVAIL).
exec perl -MSocket=:DEFAULT,inet_pton -e '
  sub add {
    my ($family, $prefix, $written) = @_;
    my $address = inet_pton($family, $written);
    my $attribute = pack("SSa*", 4 + length $address, 2, $address);
    my $body = pack("CCCCL", $family, $prefix, 2, 254, 1) . $attribute;
    socket(my $kernel, 16, SOCK_RAW, 0) or die "netlink: $!\n";
    syswrite $kernel, pack("LSSLL", 16 + length $body, 20, 0x505, 1, 0) . $body or die "netlink: $!\n";
    sysread $kernel, my $answer, 4096 or die "netlink: $!\n";
    $! = -unpack("x16l", $answer);
    die "$written: $!\n" if $!;
  }
  add(AF_INET, 8, $ARGV[0]);
  add(AF_INET6, 128, $ARGV[1])' "$four" "$1"
