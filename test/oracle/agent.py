# Runs inside a throw-away network namespace: puts packets on TUN devices and into sockets, and tells what came of them.
# First line of stdin: the devices to make. Second line, when the namespace is set up around them: the packets.
# Every far end answers each packet that reaches it, so that the way back is tried as well.
import errno
import fcntl
import json
import os
import select
import socket
import struct
import sys
import time

import nfacct
from kernel_trace import Tracer
from socket_word import word_of

devices = json.loads(sys.stdin.readline())
nfacct.make(['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts'])
tuns = {}
for name in devices:
    fd = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    # IFF_TUN | IFF_NO_PI
    fcntl.ioctl(fd, 0x400454CA, struct.pack('16sH', name.encode(), 0x1001))
    tuns[name] = fd
names = {fd: name for name, fd in tuns.items()}
print('ready', flush=True)
plan = json.loads(sys.stdin.readline())


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def build(p):
    src, dst = socket.inet_aton(p['src']), socket.inet_aton(p['dst'])
    if p['protocol'] == 'tcp':
        flags = {'SYN': 2, 'SYN,ACK': 18}[p['flags']]
        body = struct.pack('!HHIIBBHHH', p['sport'], p['dport'], 1000, p.get('ack', 0), 5 << 4, flags, 64240, 0, 0)
        number = 6
    else:
        body = struct.pack('!HHHH', p['sport'], p['dport'], 12, 0) + b'ping'
        number = 17
    pseudo = src + dst + struct.pack('!BBH', 0, number, len(body))
    at = 16 if number == 6 else 6
    body = body[:at] + struct.pack('!H', checksum(pseudo + body)) + body[at + 2:]
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(body), p['id'], 0x4000, 64, number, 0, src, dst)
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + body


def parse(data):
    if len(data) < 24 or data[0] >> 4 != 4:
        return None
    ihl = (data[0] & 15) * 4
    number = data[9]
    p = {'id': struct.unpack('!H', data[4:6])[0], 'src': socket.inet_ntoa(data[12:16]), 'dst': socket.inet_ntoa(data[16:20])}
    body = data[ihl:]
    if number in (6, 17):
        p['protocol'] = 'tcp' if number == 6 else 'udp'
        p['sport'], p['dport'] = struct.unpack('!HH', body[:4])
        if number == 6:
            bits = body[13]
            p['seq'] = struct.unpack('!I', body[4:8])[0]
            p['flags'] = ','.join(n for b, n in ((2, 'SYN'), (1, 'FIN'), (4, 'RST'), (16, 'ACK')) if bits & b)
        else:
            p['flags'] = ''
        return p
    if number == 1 and body[0] in (3, 11):
        p.update(protocol='icmp', type=body[0], code=body[1], about=parse(body[8:] + b'\0' * 40))
        return p
    return None


seen = []
tracer = Tracer()


def drain(seconds):
    end = time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        ready, _, _ = select.select(list(names), [], [], max(0, left))
        tracer.read()
        echo()
        if not ready and left <= 0:
            return
        for fd in ready:
            try:
                data = os.read(fd, 65536)
            except BlockingIOError:
                continue
            p = parse(data)
            if not p:
                continue
            p['dev'] = names[fd]
            seen.append(p)
            is_known = p.get('sport') in ports or p['id'] in known and p.get('sport') not in served
            # What a socket here sent has five letters, and a number and perhaps a port that the kernel drew.
            is_own = p['protocol'] == 'udp' and len(data) == 20 + 8 + 5 and p['sport'] not in served
            is_request = p['protocol'] == 'udp' and is_known or is_own or p.get('flags') == 'SYN'
            if p['protocol'] != 'icmp' and is_request and plan['answer']:
                number = p['id'] if p['id'] in known else 0
                answer = {'src': p['dst'], 'dst': p['src'], 'sport': p['dport'], 'dport': p['sport'], 'protocol': p['protocol'],
                          'flags': 'SYN,ACK', 'ack': (p.get('seq', 0) + 1) & 0xFFFFFFFF, 'id': number | 0x8000}
                os.write(fd, build(answer))


IP_PKTINFO = 8


def echo():
    for u in echoes:
        try:
            data, about, _, peer = u.recvmsg(64, 64)
            # As DNS servers do: the answer comes from the address that was asked, not from one that routing picks.
            asked = about[0][2][8:12]
            u.sendmsg([data], [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack('I4s4x', 0, asked))], 0, peer)
        except OSError:
            pass  # Nothing there, or the way back is barred: then there is no answer.


known = {p['id'] for p in plan['packets']}
served = {p['dport'] for p in plan['packets']} | set(plan['listen'])
ports = {p['sport'] for p in plan['packets']}
listeners, echoes = [], []
for port in plan['listen']:
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(('0.0.0.0', port))
    s.listen(1024)
    listeners.append(s)
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.bind(('0.0.0.0', port))
    u.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    u.setblocking(False)
    echoes.append(u)

errors = {}
pending = []
for p in plan['packets']:
    if p['dev']:
        os.write(tuns[p['dev']], build(p))
        drain(0.0005)
        continue
    kind = socket.SOCK_STREAM if p['protocol'] == 'tcp' else socket.SOCK_DGRAM
    s = socket.socket(socket.AF_INET, kind)
    s.setblocking(False)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if p.get('mark'):
        s.setsockopt(socket.SOL_SOCKET, 36, p['mark'])
    try:
        s.bind(('', p['sport']))
        s.connect((p['dst'], p['dport']))
        if p['protocol'] == 'udp':
            s.send(b'ping!')
    except BlockingIOError:
        pass
    except OSError as e:
        errors[p['id']] = errno.errorcode.get(e.errno, str(e.errno))
    pending.append((p, s))
    drain(0.0005)
drain(plan['settle'])
results = {}
for p, s in pending:
    results[p['id']] = errors.get(p['id']) or word_of(s, p['protocol'], silent='sent')
tracer.drain()
print(json.dumps({'seen': seen, 'results': results, 'traces': tracer.records}), flush=True)
