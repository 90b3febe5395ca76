// server is every server the lab needs, in one static program: HTTP, TLS, TCP echo, UDP echo, DNS, and a mesh-like proxy.
// Each listener is a flag holding its address, so that a fault may bind 127.0.0.1, another port, or nothing at all.
package main

import (
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"
)

var (
	httpAddr  = flag.String("http", "", "serve HTTP on this address")
	tlsAddr   = flag.String("tls", "", "serve HTTPS on this address with a certificate made at start")
	tlsName   = flag.String("tls-name", "server", "names in the certificate, comma separated")
	tlsFor    = flag.Duration("tls-for", 24*time.Hour, "lifetime of the certificate from now; negative: already over")
	tcpAddr   = flag.String("tcp", "", "echo TCP on this address")
	udpAddr   = flag.String("udp", "", "echo UDP on this address")
	dnsAddr   = flag.String("dns", "", "answer DNS (A records, UDP) on this address")
	dnsNames  = flag.String("dns-names", "", "names to answer: name=address, comma separated; others are NXDOMAIN")
	proxyAddr = flag.String("proxy", "", "accept connections that iptables REDIRECT sent here and pass them on")
	notReady  = flag.String("not-ready-file", "/tmp/not-ready", "while this file exists /ready answers 503")
	delay     = flag.Duration("delay", 0, "wait this long before every answer")
)

func main() {
	flag.Parse()
	starts := []struct {
		addr  string
		serve func(string) error
	}{
		{*httpAddr, serveHTTP}, {*tlsAddr, serveTLS}, {*tcpAddr, serveTCP},
		{*udpAddr, serveUDP}, {*dnsAddr, serveDNS}, {*proxyAddr, serveProxy},
	}
	for _, s := range starts {
		if s.addr == "" {
			continue
		}
		go func() { log.Fatalf("%s: %v", s.addr, s.serve(s.addr)) }()
	}
	// A container's pid 1 has no default action for SIGTERM: without this a deleted pod takes its whole grace period.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
}
