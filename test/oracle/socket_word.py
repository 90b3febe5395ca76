# What a socket was told about what it sent, in one word.
import errno
import socket


def word_of(s, protocol, silent):
    """`silent` is the word for a datagram that nothing came back for."""
    # SO_ERROR tells of soft errors too, which do not end a connection (tcp_v4_err): one to the third packet, for instance.
    if protocol == 'tcp' and is_connected(s):
        return 'connected'
    code = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        return errno.errorcode.get(code, str(code))
    return 'waiting' if protocol == 'tcp' else datagram(s, silent)


def is_connected(s):
    try:
        s.getpeername()
        return True
    except OSError:
        return False


def datagram(s, silent):
    try:
        s.recv(64)
        return 'answered'
    except BlockingIOError:
        return silent
    except OSError as e:
        return errno.errorcode.get(e.errno, str(e.errno))
