# The kernel's own account of which rules a packet matched: nf_tables sends it by netlink, and the legacy tables log it
# to the same socket family. One switch turns on both, because both look at the same bit of the packet.
import select
import socket
import struct

NETLINK_NETFILTER = 12
TRACE_GROUP = 9  # NFNLGRP_NFTRACE
SO_RCVBUFFORCE = 33
SOL_NETLINK, ADD_MEMBERSHIP = 270, 1
NFT_TRACE, LOG_PACKET = 0x0A11, 0x0400
POLICY, RULE = 1, 3
VERDICTS = {0xFFFFFFFF: 'continue', 1: 'accept', 0: 'drop', 0xFFFFFFFD: 'jump', 0xFFFFFFFC: 'goto', 0xFFFFFFFB: 'return'}


def attributes(data):
    at, found = 0, {}
    while at + 4 <= len(data):
        size, kind = struct.unpack('HH', data[at:at + 4])
        if size < 4:
            break
        found[kind & 0x3FFF] = data[at + 4:at + size]
        at += (size + 3) & ~3
    return found


def attribute(kind, value):
    return struct.pack('HH', 4 + len(value), kind) + value + b'\0' * (-len(value) % 4)


def opened():
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 256 << 20)
    s.bind((0, 0))
    return s


def configure(s, family, value):
    body = struct.pack('>BBH', family, 0, 0) + value
    # Type: subsystem of the log and its configuration message; flags: a request, acknowledged.
    s.send(struct.pack('IHHII', 16 + len(body), (4 << 8) | 1, 5, 1, 0) + body)
    code = struct.unpack('i', s.recv(4096)[16:20])[0]
    if code != 0:
        raise OSError(-code, 'the kernel refuses to log traces')


class Tracer:
    """Made in the namespace it listens to; the sockets stay there."""

    def __init__(self):
        self.nft = opened()
        self.nft.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, TRACE_GROUP)
        self.log = opened()
        for family, command in ((socket.AF_INET, 4), (socket.AF_INET, 3), (0, 1)):
            configure(self.log, family, attribute(1, bytes([command])))
        # The first 128 bytes of each packet: addresses, ports, and what an ICMP error quotes.
        configure(self.log, 0, attribute(2, struct.pack('>IBB', 128, 2, 0)))
        self.headers = {}
        self.records = []
        with open('/proc/sys/net/netfilter/nf_log/2', 'w') as f:
            f.write('nfnetlink_log')

    def read(self):
        for s in select.select([self.nft, self.log], [], [], 0)[0]:
            self.take(s.recv(1 << 20))

    def drain(self):
        while select.select([self.nft, self.log], [], [], 0)[0]:
            self.read()

    def take(self, data):
        at = 0
        while at + 20 <= len(data):
            size, kind = struct.unpack('IH', data[at:at + 6])
            if kind == NFT_TRACE:
                self.traced(attributes(data[at + 20:at + size]))
            elif kind == LOG_PACKET:
                self.logged(attributes(data[at + 20:at + size]))
            at += (size + 3) & ~3

    def traced(self, found):
        # Only the first message of a base chain shows the packet; the others have its number.
        if 8 in found:
            self.headers[found[6]] = (found[8], found.get(9, b''))
        if found[6] not in self.headers:
            return
        table, chain = (found[n].rstrip(b'\0').decode() for n in (1, 2))
        kind = struct.unpack('>I', found[4])[0]
        if kind == POLICY:
            policy = 'drop' if struct.unpack('>I', found[16])[0] == 0 else 'accept'
            self.add(*self.headers[found[6]], ['nft', table, chain, 'policy', policy])
        elif kind == RULE and 3 in found:
            code = struct.unpack('>I', attributes(found[5])[1])[0]
            handle = struct.unpack('>Q', found[3])[0]
            self.add(*self.headers[found[6]], ['nft', table, chain, handle, VERDICTS.get(code, str(code))])

    def logged(self, found):
        words = found.get(10, b'').rstrip(b'\0').decode().split()
        # Rules that log send to the same socket.
        if words[:1] != ['TRACE:']:
            return
        table, chain, kind, number = words[1].rsplit(':', 3)
        packet = found[9]
        size = (packet[0] & 15) * 4
        # A rule without any match is logged as the end of its chain; its number tells it from the real end.
        self.add(packet[:size], packet[size:], ['legacy', table, chain, int(number), kind])

    def add(self, head, body, record):
        told = identity(head, body)
        if told:
            self.records.append([told, record])


def identity(head, body):
    """What tells a packet and its direction: ports, or for an ICMP error the IP id of what it quotes."""
    total, number = struct.unpack('>HH', head[2:6])
    protocol = head[9]
    if protocol in (6, 17) and len(body) >= 8:
        flags = body[13] & 0x17 if protocol == 6 and len(body) > 13 else 0
        return {'id': number, 'size': total, 'protocol': protocol, 'sport': struct.unpack('>H', body[:2])[0],
                'dport': struct.unpack('>H', body[2:4])[0], 'flags': flags}
    if protocol == 1 and len(body) >= 20 and body[0] in (3, 11):
        size, quoted = struct.unpack('>HH', body[10:14])
        return {'id': number, 'size': total, 'protocol': 1, 'quotes': {'id': quoted, 'size': size}}
    return None
