package simulator

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// Server serves a cloud on one port: plain HTTP, TLS, and both as a forward proxy.
type Server struct {
	cloud     *Cloud
	authority *authority
	front     http.Handler
	sniffer   *sniffer
	http      *http.Server
	done      chan error
}

// Start listens on addr ("127.0.0.1:0" for a free port) and serves until Close.
func (c *Cloud) Start(addr string) (*Server, error) { return c.StartBehind(addr, c) }

// StartBehind is Start with something in front of the cloud, such as what cuts the line at a call: front gets every
// request, those to the APIs of clusters too, and hands to the cloud what it lets through.
func (c *Cloud) StartBehind(addr string, front http.Handler) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	s := &Server{cloud: c, front: front, done: make(chan error, 1)}
	if s.authority, err = newAuthority(hostName(listener.Addr().String())); err != nil {
		_ = listener.Close()
		return nil, err
	}
	s.sniffer = newSniffer(listener, s.certificates)
	s.http = &http.Server{Handler: http.HandlerFunc(s.frontDoor), ReadHeaderTimeout: 10 * time.Second, ConnContext: withTunnel}
	c.mu.Lock()
	c.kubernetes.server = s
	c.mu.Unlock()
	go func() { s.done <- s.http.Serve(s.sniffer) }()
	return s, nil
}

// Addr is host:port.
func (s *Server) Addr() string { return s.sniffer.Addr().String() }

// URL is http://host:port; it serves as http_proxy and https_proxy too.
func (s *Server) URL() string { return "http://" + s.Addr() }

// TLSURL is https://host:port on the same port.
func (s *Server) TLSURL() string { return "https://" + s.Addr() }

// CAPEM is the certificate of the CA that all of the server's certificates come from; it is new at each start.
func (s *Server) CAPEM() []byte { return s.authority.pem }

// CertPool holds that certificate and nothing else.
func (s *Server) CertPool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.authority.cert)
	return pool
}

// WriteCAFile writes the CA's certificate for clients that take it from a file, as Go programs do from SSL_CERT_FILE.
func (s *Server) WriteCAFile(path string) error {
	if err := os.WriteFile(path, s.CAPEM(), 0o600); err != nil {
		return fmt.Errorf("cannot write the CA: %w", err)
	}
	return nil
}

func (s *Server) port() string {
	_, port, _ := net.SplitHostPort(s.Addr())
	return port
}

// Close ends all connections.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	return err
}
