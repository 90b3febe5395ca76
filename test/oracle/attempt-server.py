# TCP: 80 is silent, 8007 resets what it accepted, 8009 greets, 8010 closes. UDP: 53 answers lookups, 5300 echoes, 5400 is silent.
import select, socket, struct

HOST = '10.9.2.2'
tcp, held = {}, []
for port in (80, 8007, 8009, 8010):
    s = socket.create_server((HOST, port), backlog=64)
    tcp[s] = port
udp = {}
for port in (53, 5300, 5400):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((HOST, port))
    udp[s] = port


def name_of(query):
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += query[at] + 1
    return '.'.join(labels), at + 5


def reply(query):
    name, end = name_of(query)
    codes = {'missing.test': 3, 'broken.test': 2, 'forbidden.test': 5}
    code = codes.get(name, 0)
    answers = b''
    if name == 'known.test':
        answers = b'\xc0\x0c' + struct.pack('>HHIH', 1, 1, 30, 4) + bytes([10, 0, 0, 7])
    if name == 'alias.test':
        target = b'\x05known\xc0\x12'
        answers = b'\xc0\x0c' + struct.pack('>HHIH', 5, 1, 30, len(target)) + target
        answers += struct.pack('>H', 0xC000 | (end + 12)) + struct.pack('>HHIH', 1, 1, 30, 4) + bytes([10, 0, 0, 7])
    count = {'known.test': 1, 'alias.test': 2}.get(name, 0)
    return query[:2] + struct.pack('>HHHHH', 0x8180 | code, 1, count, 0, 0) + query[12:end] + answers


while True:
    ready, _, _ = select.select([*tcp, *udp], [], [])
    for s in ready:
        if s in udp:
            data, peer = s.recvfrom(4096)
            if udp[s] == 5300:
                s.sendto(b'pong', peer)
            if udp[s] == 53 and 'silent' not in name_of(data)[0]:
                s.sendto(reply(data), peer)
            continue
        c, _ = s.accept()
        if tcp[s] == 8007:
            c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        if tcp[s] == 8009:
            c.send(b'220 hello\r\n')
        if tcp[s] == 80:
            held.append(c)
        else:
            c.close()
