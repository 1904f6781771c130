package simulator

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Server serves a cloud on one port.
type Server struct {
	listener net.Listener
	http     *http.Server
	done     chan error
}

// Start listens on addr ("127.0.0.1:0" for a free port) and serves until Close.
func (c *Cloud) Start(addr string) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	s := &Server{listener: listener, http: &http.Server{Handler: c, ReadHeaderTimeout: 10 * time.Second}, done: make(chan error, 1)}
	go func() { s.done <- s.http.Serve(listener) }()
	return s, nil
}

// Addr is host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL is http://host:port.
func (s *Server) URL() string { return "http://" + s.Addr() }

// Close ends all connections.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	return err
}
