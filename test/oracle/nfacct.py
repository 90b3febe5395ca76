# Makes accounting objects as the nfacct tool does: iptables refuses rules that name one which is not there.
import socket
import struct

SUBSYSTEM, NEW, REQUEST_CREATE_ACK = 7, 0, 0x405


def make(names):
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
    s.bind((0, 0))
    for name in names:
        value = name.encode() + b'\0'
        body = struct.pack('>BBH', 0, 0, 0) + struct.pack('HH', 4 + len(value), 1) + value + b'\0' * (-len(value) % 4)
        s.send(struct.pack('IHHII', 16 + len(body), (SUBSYSTEM << 8) | NEW, REQUEST_CREATE_ACK, 1, 0) + body)
        code = struct.unpack('i', s.recv(4096)[16:20])[0]
        if code != 0:
            raise OSError(-code, 'no accounting object ' + name)
    s.close()
