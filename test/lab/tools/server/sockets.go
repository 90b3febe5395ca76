package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"
)

func serveTCP(addr string) error {
	return accept(addr, func(c net.Conn) {
		time.Sleep(*delay)
		_, _ = io.Copy(c, c)
	})
}

func accept(addr string, each func(net.Conn)) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() { defer c.Close(); each(c) }()
	}
}

func serveUDP(addr string) error {
	return datagrams(addr, func(b []byte) []byte { return b })
}

func datagrams(addr string, answer func([]byte) []byte) error {
	l, err := net.ListenPacket("udp", addr)
	if err != nil {
		return err
	}
	b := make([]byte, 65536)
	for {
		n, from, err := l.ReadFrom(b)
		if err != nil {
			return err
		}
		time.Sleep(*delay)
		if out := answer(append([]byte(nil), b[:n]...)); out != nil {
			_, _ = l.WriteTo(out, from)
		}
	}
}

func serveDNS(addr string) error {
	names := map[string]net.IP{}
	for _, pair := range strings.Split(*dnsNames, ",") {
		if name, ip, ok := strings.Cut(pair, "="); ok {
			names[strings.ToLower(name)] = net.ParseIP(ip).To4()
		}
	}
	return datagrams(addr, func(q []byte) []byte { return dnsAnswer(q, names) })
}

// dnsAnswer knows one question, class IN, type A; anything else is answered without a record (RFC 1035 section 4.1).
func dnsAnswer(q []byte, names map[string]net.IP) []byte {
	if len(q) < 17 || binary.BigEndian.Uint16(q[4:]) != 1 {
		return nil
	}
	end, labels := 12, []string{}
	for end < len(q) && q[end] != 0 {
		next := end + 1 + int(q[end])
		if next >= len(q) {
			return nil
		}
		labels, end = append(labels, string(q[end+1:next])), next
	}
	if end+5 > len(q) {
		return nil
	}
	ip := names[strings.ToLower(strings.Join(labels, "."))]
	out := append([]byte(nil), q[:end+5]...)
	out[2], out[3] = 0x84|q[2]&1, 0
	copy(out[6:12], make([]byte, 6))
	if ip == nil {
		out[3] = 3
		return out
	}
	if binary.BigEndian.Uint16(q[end+1:]) == 1 {
		out[7] = 1
		out = append(append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4), ip...)
	}
	return out
}

func serveProxy(addr string) error {
	return accept(addr, func(c net.Conn) {
		to, err := originalDestination(c.(*net.TCPConn))
		if err != nil {
			return
		}
		up, err := net.DialTimeout("tcp", to, 10*time.Second)
		if err != nil {
			return
		}
		defer up.Close()
		go func() { _, _ = io.Copy(up, c); _ = up.(*net.TCPConn).CloseWrite() }()
		_, _ = io.Copy(c, up)
	})
}

// SO_ORIGINAL_DST (80 in linux/netfilter_ipv4.h) gives a sockaddr_in, which fits where Go reads an ipv6_mreq.
func originalDestination(c *net.TCPConn) (string, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return "", err
	}
	var m *syscall.IPv6Mreq
	var failed error
	err = raw.Control(func(fd uintptr) { m, failed = syscall.GetsockoptIPv6Mreq(int(fd), syscall.IPPROTO_IP, 80) })
	if err != nil || failed != nil {
		return "", fmt.Errorf("no original destination: %v %v", err, failed)
	}
	a := m.Multiaddr
	return fmt.Sprintf("%d.%d.%d.%d:%d", a[4], a[5], a[6], a[7], int(a[2])<<8|int(a[3])), nil
}
