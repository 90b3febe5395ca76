# Opens sockets in several network namespaces at once: listeners first, then one connection a packet.
# First line of stdin: namespaces and listeners; "ready" is answered. Second line: the packets and how long to wait.
import ctypes
import errno
import json
import os
import select
import socket
import sys
import time

from kernel_trace import Tracer
from socket_word import word_of

libc = ctypes.CDLL(None, use_errno=True)
home = os.open('/proc/self/ns/net', os.O_RDONLY)
plan = json.loads(sys.stdin.readline())
spaces = {name: os.open('/run/netns/' + path, os.O_RDONLY) for name, path in plan['netns'].items()}


def within(name, make):
    libc.setns(spaces[name], 0)
    try:
        return make()
    finally:
        libc.setns(home, 0)


def listener(spec):
    kind = socket.SOCK_STREAM if spec['protocol'] == 'tcp' else socket.SOCK_DGRAM
    s = socket.socket(socket.AF_INET, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(('0.0.0.0', spec['port']))
    if spec['protocol'] == 'tcp':
        s.listen(1024)
    s.setblocking(False)
    return s


echoes = []
for spec in plan['listen']:
    s = within(spec['netns'], lambda: listener(spec))
    if spec['protocol'] == 'udp':
        echoes.append(s)
    else:
        globals().setdefault('kept', []).append(s)
tracers = {name: within(name, Tracer) for name in plan['trace']}
print('ready', flush=True)
work = json.loads(sys.stdin.readline())

results = {}
pending = {}


def attempt(p):
    kind = socket.SOCK_STREAM if p['protocol'] == 'tcp' else socket.SOCK_DGRAM
    s = socket.socket(socket.AF_INET, kind)
    s.setblocking(False)
    pending[s.fileno()] = (p, s)
    try:
        s.bind(('', p['sport']))
        s.connect((p['dst'], p['dport']))
        if p['protocol'] == 'udp':
            s.send(b'ping')
    except BlockingIOError:
        pass
    except OSError as e:
        results[p['id']] = errno.errorcode.get(e.errno, str(e.errno))


for p in work['packets']:
    within(p['netns'], lambda: attempt(p))
    # Errors are rationed per peer: a slow start keeps them apart.
    time.sleep(work['pace'])
    for s in echoes:
        try:
            data, peer = s.recvfrom(64)
            s.sendto(data, peer)
        except (BlockingIOError, ConnectionRefusedError, OSError):
            pass
end = time.monotonic() + work['settle']
while time.monotonic() < end:
    ready, _, _ = select.select(echoes, [], [], 0.05)
    for s in ready:
        try:
            data, peer = s.recvfrom(64)
            s.sendto(data, peer)
        except OSError:
            pass
for p, s in pending.values():
    if p['id'] not in results:
        results[p['id']] = word_of(s, p['protocol'], silent='waiting')
for tracer in tracers.values():
    tracer.drain()
print(json.dumps({'results': results, 'traces': {name: tracer.records for name, tracer in tracers.items()}}), flush=True)
