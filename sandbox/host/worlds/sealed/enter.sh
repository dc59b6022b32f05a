#!/bin/sh
# The first process of the clients' namespaces (user, network, mount, pid): makes them a host of their own, then
# becomes the keeper. Nothing here reaches the host: mounts are private, the network is empty.
#
# Once they can be entered it says so on standard output: `<its process id on the host> <nft> <ipv6>`, the last two
# only where these can be had. The keeper takes as long again to come up, and clients can start meanwhile.
#
# usage: enter.sh <folder with nsswitch.conf and ca.pem> <command>...
set -e

dir=$1
shift

# iproute2 is not everywhere; perl-base is on every Debian and Ubuntu (SIOCSIFFLAGS: IFF_UP | IFF_RUNNING).
up() {
  # As a network card: in packets of 64 KiB, "every third packet" would mean little.
  ip link set lo up mtu 1500 2>/dev/null && return
  perl -e 'my $up = pack("a16sx14", "lo", 0x41); socket($s, 2, 2, 0) && ioctl($s, 0x8914, $up) or exit 1' 2>/dev/null
}
up || {
  echo 'the loopback interface cannot be set up: install iproute2 (ip) or perl' >&2
  exit 1
}

# bind <file of ours> <file of the system>: where the system has no such file, its software reads none either.
bind() {
  [ ! -e "$2" ] || mount --bind "$1" "$2"
}
# Names come from the DNS server alone: a resolver daemon's socket would lead out of here.
bind "$dir/nsswitch.conf" /etc/nsswitch.conf
bind "$dir/ca.pem" /etc/ssl/certs/ca-certificates.crt
bind "$dir/resolv.conf" /etc/resolv.conf

# set <name> <value>: with reno every packet the kernel repeats is one that was lost (bbr repeats others too).
set_sysctl() {
  echo "$2" >"/proc/sys/net/ipv4/$1" 2>/dev/null || true
}
set_sysctl tcp_congestion_control reno
# Round trips of earlier connections to an address would set the timers of the next one.
set_sysctl tcp_no_metrics_save 1
set_sysctl ip_unprivileged_port_start 0

[ -x "$1" ] || {
  echo "$1 cannot be run inside" >&2
  exit 126
}
# /proc is still the host's.
read -r pid _ </proc/self/stat
nft=$(command -v nft >/dev/null && echo nft || true)
ipv6=$(read -r _ 2>/dev/null </proc/net/if_inet6 && echo ipv6 || true)
echo "$pid $nft $ipv6"
exec "$@"
