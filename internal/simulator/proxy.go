package simulator

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
)

// A forward proxy lets unmodified clients use true host names: http_proxy and https_proxy name the simulator, plain
// requests come in absolute form, TLS comes through CONNECT and finds a certificate for the name it asks for. Hosts that
// are not simulated are refused and recorded; nothing is ever forwarded.

// tunnelKey finds the host of the tunnel in the context of a request that came through one.
type tunnelKey struct{}

// withTunnel is the http.Server's ConnContext.
func withTunnel(ctx context.Context, conn net.Conn) context.Context {
	if sniffed := sniffedUnder(conn); sniffed != nil && sniffed.target != "" {
		return context.WithValue(ctx, tunnelKey{}, sniffed.target)
	}
	return ctx
}

// frontDoor is what the port answers besides the cloud itself.
func (s *Server) frontDoor(w http.ResponseWriter, r *http.Request) {
	target, tunnelled := r.Context().Value(tunnelKey{}).(string)
	switch {
	case r.Method == http.MethodConnect:
		s.connect(w, r)
	case r.URL.IsAbs() && !s.serves(r.Host):
		s.cloud.refuseProxied(w, r, http.StatusBadGateway, "the proxy was asked for the host "+r.Host+", which is not simulated")
	case tunnelled && hostName(r.Host) != hostName(target):
		s.cloud.refuseProxied(w, r, http.StatusMisdirectedRequest, "a tunnel to "+target+" carries a request for the host "+r.Host)
	default:
		s.front.ServeHTTP(w, r)
	}
}

// serves says whether the proxy answers for a host: the products' endpoints, and the port itself, because some clients
// use a proxy even for loopback.
func (s *Server) serves(hostPort string) bool {
	name := hostName(hostPort)
	if _, port, err := net.SplitHostPort(hostPort); err == nil && port == s.port() {
		ip := net.ParseIP(name)
		return name == "localhost" || name == hostName(s.Addr()) || ip != nil && ip.IsLoopback()
	}
	return simulatesHost(name) || len(s.cloud.clustersAt(hostPort)) > 0 || name == metadataHost && s.cloud.instance != nil
}

// connect turns the connection into a tunnel to ourselves.
func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	if !s.serves(r.Host) {
		s.cloud.refuseProxied(w, r, http.StatusBadGateway, "the proxy was asked to connect to "+r.Host+", which is not simulated")
		return
	}
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		s.cloud.refuseProxied(w, r, http.StatusBadGateway, "this connection cannot become a tunnel")
		return
	}
	conn, buffered, err := hijacker.Hijack()
	if err != nil {
		return
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return
	}
	// The client may have sent its first bytes along with CONNECT.
	go s.sniffer.sniff(conn, buffered.Reader, r.Host)
}

// refuseProxied refuses and records what the proxy does not answer.
func (c *Cloud) refuseProxied(w http.ResponseWriter, r *http.Request, status int, message string) {
	e := refuse(status, codeHostNotSimulated, "%s", message)
	record := Request{
		Time: c.now(), Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: redact(r.URL.Query()), Status: status, Code: e.Code,
		Message: message, RequestID: c.requestID(),
	}
	c.onUnexpected(r.Method + " " + r.Host + r.URL.Path + ": " + message)
	c.record(record)
	errorAnswer(e, answer{header: http.Header{"Content-Type": {"application/json;charset=utf-8"}}, requestID: record.RequestID, host: r.Host}).write(w)
}

// certificates chooses the leaf: by SNI, else by the host of the tunnel, else by the address that the client reached.
func (s *Server) certificates(target string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		// Faults reset connections, which HTTP/2 would share among calls.
		NextProtos: []string{"http/1.1"},
		// Those of kubeconfigs; who has none is not asked twice.
		ClientAuth: tls.RequestClientCert,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name := hello.ServerName
			if name == "" && target != "" {
				name = hostName(target)
			}
			if name == "" {
				name = hostName(hello.Conn.LocalAddr().String())
			}
			if leaf, err := s.cloud.endpointLeaf(target, name); leaf != nil || err != nil {
				return leaf, err
			}
			leaf, err := s.authority.leaf(name)
			if err != nil {
				s.cloud.onUnexpected("TLS: " + err.Error())
			}
			return leaf, err
		},
	}
}

// hostName cuts the port off and folds the case.
func hostName(hostPort string) string {
	if name, _, err := net.SplitHostPort(hostPort); err == nil {
		hostPort = name
	}
	return strings.ToLower(strings.Trim(hostPort, "[]"))
}
