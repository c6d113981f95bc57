/**
 * Shell lines that make every foreign address lead to a second, empty network namespace over a veth pair. Its kernel takes all
 * addresses for its own and refuses: callers fail at once, with ECONNREFUSED. A packet reader there appends one line a packet
 * to `log`, e.g. `tcp 93.184.216.34 443`, or `-` for packets that open nothing, and writes its PID to `pidFile`. Where a piece is
 * missing (ip, perl, the veth driver) there is no route out at all, and neither file exists.
 */
export function egressSink(log: string, pidFile: string): string[] {
  return [
    `if ! { unshare --net sh -c ${quoted(SINK)} sink ${quoted(READER)} ${log} ${pidFile} && ip -batch - <<'END_OF_ROUTES'`,
    'link set eg0 addrgenmode none',
    // Without neighbour discovery every packet on this wire is one that some program sent.
    'link set eg0 arp off up',
    // Addresses for documentation, which no real network uses.
    'addr add 192.0.2.1/32 dev eg0',
    'addr add 2001:db8::1/128 dev eg0 nodad',
    'route add 0.0.0.0/0 dev eg0',
    'route add ::/0 dev eg0',
    'END_OF_ROUTES',
    `} 2>/dev/null; then ip link del eg0 2>/dev/null || true; rm -f ${log} ${pidFile}; fi`,
  ]
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** PID 1 is the shell that sets the sandbox up, in the sandbox's own network. */
const SINK = `ip -batch - <<END || exit 1
link set lo up
link add eg1 address 02:00:00:00:00:01 type veth peer name eg0 address 02:00:00:00:00:01 netns 1
link set eg1 addrgenmode none
link set eg1 arp off up
route add local 0.0.0.0/0 dev lo table main
route add 192.0.2.1/32 dev eg1
route add local ::/0 dev lo table main
route add 2001:db8::1/128 dev eg1
END
exec perl -e "$1" "$2" "$3"`

/** 17, 2, 0x0300: AF_PACKET, SOCK_DGRAM, all protocols. Of `sockaddr_ll` it needs the hardware type and the packet type. */
const READER = `
socket(S, 17, 2, 0x0300) or exit 1;
open(my $out, ">>", $ARGV[0]) or exit 1;
if (my $pid = fork) { open(my $f, ">", $ARGV[1]) or exit 1; print $f $pid; exit 0 }
close STDIN; close STDOUT; close STDERR;
while (defined(my $from = recv(S, my $p, 128, 0))) {
  my ($hardware, $type) = unpack("x8 S C", $from);
  next if $type == 4 || $hardware == 772;
  my ($proto, $to, $at) = (0, "", 0);
  my $version = ord($p) >> 4;
  if ($version == 4) { $proto = ord(substr($p, 9, 1)); $to = join(".", unpack("C4", substr($p, 16, 4))); $at = (ord($p) & 15) * 4 }
  elsif ($version == 6) { $proto = ord(substr($p, 6, 1)); $to = join(":", map { sprintf "%x", $_ } unpack("n8", substr($p, 24, 16))); $at = 40 }
  my $port = length($p) >= $at + 4 ? unpack("n", substr($p, $at + 2, 2)) : 0;
  my $opens = $proto == 6 && length($p) > $at + 13 && (ord(substr($p, $at + 13, 1)) & 0x12) == 2;
  my $quiet = $proto == 0 || $proto == 2 || $proto == 6 || $proto == 58;
  my $line = $opens ? "tcp $to $port" : $proto == 17 ? "udp $to $port" : $quiet ? "-" : "unknown $to 0";
  syswrite($out, "$line\\n");
}`
