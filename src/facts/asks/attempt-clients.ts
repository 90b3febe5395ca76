// Small clients for interpreters an image may hold. All take the same words and print the same lines:
// `try <number> <end> <milliseconds> <own port> [<reply in hex>]`, the end being an errno's name where there is one.

/**
 * IP_RECVERR (11) and IPV6_RECVERR (25): without them a datagram's "host unreachable" never reaches a socket, ip(7).
 *
 * Words, in order: protocol, address, port, count, seconds to wait, seconds between two tries, payload in hex.
 */
export const PYTHON = `import errno, socket, sys, threading, time
proto, host, port, count, limit, pace, payload = sys.argv[1:8]
family = socket.AF_INET6 if ':' in host else socket.AF_INET
lock = threading.Lock()
def attempt(number):
    time.sleep(number * float(pace))
    s = socket.socket(family, socket.SOCK_STREAM if proto == 'tcp' else socket.SOCK_DGRAM)
    s.settimeout(float(limit))
    if proto == 'udp': s.setsockopt(*((socket.IPPROTO_IPV6, 25, 1) if ':' in host else (socket.IPPROTO_IP, 11, 1)))
    begin = time.monotonic()
    end, reply, own = 'open', b'', 0
    try:
        s.connect((host, int(port)))
        took = time.monotonic() - begin
        if proto == 'tcp':
            s.settimeout(0.2)
            try:
                end = 'spoke' if s.recv(1, socket.MSG_PEEK) else 'closed'
            except socket.timeout:
                pass
        else:
            s.send(bytes.fromhex(payload))
            try:
                reply = s.recv(4096)
                end = 'reply'
            except socket.timeout:
                end = 'silent'
            took = time.monotonic() - begin
    except socket.timeout as e:
        end, took = errno.errorcode.get(e.errno, 'timeout'), time.monotonic() - begin
    except OSError as e:
        end, took = errno.errorcode.get(e.errno, str(e)), time.monotonic() - begin
    try:
        own = s.getsockname()[1]
    except OSError:
        pass
    s.close()
    with lock:
        print('try', number + 1, end, round(took * 1000, 2), own, reply.hex(), flush=True)
threads = [threading.Thread(target=attempt, args=(n,)) for n in range(int(count))]
for t in threads: t.start()
for t in threads: t.join()
`;

/** Nothing beyond perl-base: Debian installs that everywhere. No clock in it is finer than /proc/uptime's 10 ms. */
export const PERL = `use strict; use Socket; use Errno; use Fcntl;
my ($proto, $host, $port, $count, $limit, $pace, $payload) = @ARGV;
sub now { open(my $f, '<', '/proc/uptime') or return time; my ($u) = split ' ', <$f>; $u }
my $fine = eval { require Time::HiRes; 1 };
sub clock { $fine ? Time::HiRes::time() : now() }
sub name { my $e = shift; $! = $e; for my $k (keys %!) { return $k if $!{$k} } "errno$e" }
sub attempt {
  my $six = $host =~ /:/;
  my $address = $six ? Socket::pack_sockaddr_in6($port, Socket::inet_pton(AF_INET6, $host)) : sockaddr_in($port, inet_aton($host));
  my $begin = clock();
  my ($end, $reply, $took, $s) = ('open', '');
  socket($s, $six ? AF_INET6 : AF_INET, $proto eq 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0) or return (name($!+0), 0, 0, '');
  fcntl($s, F_SETFL, O_NONBLOCK);
  setsockopt($s, $six ? 41 : 0, $six ? 25 : 11, 1) if $proto eq 'udp';
  my $bits = ''; vec($bits, fileno($s), 1) = 1;
  if (!connect($s, $address)) {
    if ($!{EINPROGRESS}) {
      $end = 'timeout' unless select(undef, my $w = $bits, undef, $limit);
      my $e = unpack('i', getsockopt($s, SOL_SOCKET, SO_ERROR));
      $end = name($e) if $e;
    } else { $end = name($!+0) }
  }
  $took = clock() - $begin;
  if ($end eq 'open' && $proto eq 'tcp') {
    if (select(my $r = $bits, undef, undef, 0.2)) {
      my $got = recv($s, my $b, 1, MSG_PEEK);
      $end = !defined $got ? name($!+0) : length $b ? 'spoke' : 'closed';
    }
  } elsif ($end eq 'open') {
    if (!defined send($s, pack('H*', $payload), 0)) { $end = name($!+0) }
    elsif (!select(my $r = $bits, undef, undef, $limit)) { $end = 'silent' }
    else { $end = defined recv($s, $reply, 4096, 0) ? 'reply' : name($!+0) }
    $took = clock() - $begin;
  }
  my $own = getsockname($s);
  my $mine = $own ? ($six ? (Socket::unpack_sockaddr_in6($own))[0] : (sockaddr_in($own))[0]) : 0;
  return ($end, $took, $mine, unpack('H*', $reply));
}
for my $n (1 .. $count) {
  my $child = fork();
  if (defined $child && !$child) {
    my ($end, $took, $own, $hex) = attempt();
    syswrite(STDOUT, sprintf("try %d %s %.2f %d %s\\n", $n, $end, $took * 1000, $own, $hex));
    exit 0;
  }
  select(undef, undef, undef, $pace) if $n < $count;
}
1 while wait() > 0;
`;

export const NODE = `const [proto, host, port, count, limit, pace, payload] = process.argv.slice(1);
const tell = (n, end, begin, own, hex) => console.log('try', n, end, (performance.now() - begin).toFixed(2), own || 0, hex || '');
const tcp = (n) => {
  const begin = performance.now();
  const s = require('net').connect({ host, port: +port });
  let own = 0, said = false;
  const end = (what, at) => { if (said) return; said = true; tell(n, what, at ?? begin, own); s.destroy(); };
  const late = setTimeout(() => end('timeout'), limit * 1000);
  s.on('error', (e) => { clearTimeout(late); end(e.code); });
  s.on('connect', () => {
    clearTimeout(late);
    own = s.localPort;
    const took = performance.now() - begin;
    const at = () => performance.now() - took;
    s.on('data', () => end('spoke', at()));
    s.on('end', () => end('closed', at()));
    setTimeout(() => end('open', at()), 200);
  });
};
const udp = (n) => {
  const begin = performance.now();
  const s = require('dgram').createSocket(host.includes(':') ? 'udp6' : 'udp4');
  let own = 0, said = false;
  const end = (what, hex) => { if (said) return; said = true; clearTimeout(late); tell(n, what, begin, own, hex); s.close(); };
  const late = setTimeout(() => end('silent'), limit * 1000);
  s.on('error', (e) => end(e.code));
  s.on('message', (m) => end('reply', m.toString('hex')));
  s.on('connect', () => { own = s.address().port; s.send(Buffer.from(payload, 'hex'), (e) => e && end(e.code)); });
  s.connect(+port, host);
};
for (let n = 1; n <= count; n++) setTimeout(proto === 'tcp' ? tcp : udp, (n - 1) * pace * 1000, n);
`;
