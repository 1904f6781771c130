package simulator

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"
)

// firstByteTimeout is how long a connection may stay silent before it says which protocol it speaks.
const firstByteTimeout = 10 * time.Second

// tlsHandshake is the first byte of every TLS connection, and of no HTTP request.
const tlsHandshake = 0x16

// sniffer is a listener that serves TLS and plain HTTP on one port: the first byte tells which. It also takes back the
// connections that CONNECT requests have turned into tunnels.
type sniffer struct {
	net.Listener
	config func(target string) *tls.Config
	ready  chan net.Conn
	failed chan error
	closed chan struct{}
	once   sync.Once

	mu      sync.Mutex
	waiting map[net.Conn]bool
}

func newSniffer(inner net.Listener, config func(target string) *tls.Config) *sniffer {
	s := &sniffer{
		Listener: inner, config: config, ready: make(chan net.Conn), failed: make(chan error, 1), closed: make(chan struct{}),
		waiting: map[net.Conn]bool{},
	}
	go s.accept()
	return s
}

func (s *sniffer) accept() {
	for {
		conn, err := s.Listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			s.failed <- err
			return
		}
		if err != nil {
			// Most likely the process is out of file descriptors, and others will be closed.
			select {
			case <-s.closed:
				return
			case <-time.After(20 * time.Millisecond):
				continue
			}
		}
		go s.sniff(conn, bufio.NewReader(conn), "")
	}
}

// sniff waits for the first byte outside of Accept, so that a silent client holds up nobody else.
func (s *sniffer) sniff(conn net.Conn, reader *bufio.Reader, target string) {
	s.mu.Lock()
	s.waiting[conn] = true
	s.mu.Unlock()
	_ = conn.SetReadDeadline(time.Now().Add(firstByteTimeout))
	first, err := reader.Peek(1)
	s.mu.Lock()
	delete(s.waiting, conn)
	s.mu.Unlock()
	if err != nil {
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	known := net.Conn(&sniffedConn{Conn: conn, reader: reader, target: target})
	if first[0] == tlsHandshake {
		known = tls.Server(known, s.config(target))
	}
	select {
	case s.ready <- known:
	case <-s.closed:
		_ = conn.Close()
	}
}

// Accept returns the next connection that has said what it speaks.
func (s *sniffer) Accept() (net.Conn, error) {
	select {
	case conn := <-s.ready:
		return conn, nil
	case err := <-s.failed:
		return nil, err
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

// Close also ends the connections that have not said anything yet.
func (s *sniffer) Close() error {
	s.once.Do(func() { close(s.closed) })
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.waiting {
		_ = conn.Close()
	}
	return s.Listener.Close()
}

// sniffedConn gives back the bytes that were read ahead. Target is the host that a CONNECT request named.
type sniffedConn struct {
	net.Conn
	reader *bufio.Reader
	target string
}

func (c *sniffedConn) Read(p []byte) (int, error) { return c.reader.Read(p) }

// sniffedUnder is the connection below the TLS of another, nil when the connection came by another way.
func sniffedUnder(conn net.Conn) *sniffedConn {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	sniffed, _ := conn.(*sniffedConn)
	return sniffed
}

// tcpUnder is the TCP connection at the bottom.
func tcpUnder(conn net.Conn) *net.TCPConn {
	for sniffed := sniffedUnder(conn); sniffed != nil; sniffed = sniffedUnder(conn) {
		conn = sniffed.Conn
	}
	tcp, _ := conn.(*net.TCPConn)
	return tcp
}
