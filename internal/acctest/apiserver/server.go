// Package apiserver runs a real kube-apiserver on a real etcd for tests: admission, RBAC, conflicts and defaults are
// the real thing. There is no kubelet and no controller: a Deployment is stored and makes no Pods, and the objects of a
// deleted namespace stay. So give each test names of its own.
//
// The programs are found as controller-runtime's envtest finds them: TEST_ASSET_KUBE_APISERVER and TEST_ASSET_ETCD,
// else the folder KUBEBUILDER_ASSETS, else /usr/local/kubebuilder/bin. `make assets` builds them. Tests skip without.
package apiserver

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	pollEvery       = 20 * time.Millisecond
	spareUsers      = 64
	defaultAssets   = "/usr/local/kubebuilder/bin"
	serviceAccounts = "https://kubernetes.default.svc"
)

// Server is a running API server.
type Server struct {
	// URL is its address on loopback, https and without a path.
	URL string
	// CA is the PEM of the certificate to trust for URL.
	CA []byte

	dir        string
	etcd, api  *process
	tokens     []string // of the administrator, then of the users that NewUser hands out
	usersGiven atomic.Int32
	transport  *http.Transport
}

// shared is the server of this test process.
var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Main is the TestMain of a package whose tests use Shared.
func Main(m *testing.M) {
	code := m.Run()
	if err := StopShared(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// Shared returns the server that all tests of this process use, which the first of them starts in two or three seconds.
// It skips the test where the programs are not installed.
func Shared(t testing.TB) *Server {
	t.Helper()
	needsPrograms(t)
	shared.once.Do(func() { shared.server, shared.err = start(nil) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

// StopShared stops the server that Shared started, if it did. The TestMain of a package calls it after all tests.
func StopShared() error {
	if shared.server == nil {
		return nil
	}
	return shared.server.Stop()
}

// Start returns a server of the test's own, with flags such as --audit-policy-file beside the usual ones. It ends with the
// test, and skips it where the programs are not installed.
func Start(t testing.TB, flags ...string) *Server {
	t.Helper()
	needsPrograms(t)
	s, err := start(flags)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// needsPrograms skips a test where nobody has installed the programs, and fails it where they should be and are not.
func needsPrograms(t testing.TB) {
	t.Helper()
	if os.Getenv("USE_EXISTING_CLUSTER") == "true" {
		t.Skip("USE_EXISTING_CLUSTER is set, but this test needs an API server whose flags and users it chooses")
	}
	for _, program := range []string{"kube-apiserver", "etcd"} {
		path, named := locate(program)
		if _, err := os.Stat(path); err != nil {
			if named {
				t.Fatalf("the environment names %s for this test: %s", program, err)
			}
			t.Skipf("this test needs a real API server, and there is no %s: run `make assets`, or name the folder of envtest's programs in KUBEBUILDER_ASSETS", path)
		}
	}
}

// locate returns where a program is or should be, and whether the environment says so.
func locate(program string) (path string, named bool) {
	if path = os.Getenv("TEST_ASSET_" + strings.ToUpper(strings.ReplaceAll(program, "-", "_"))); path != "" {
		return path, true
	}
	if dir := os.Getenv("KUBEBUILDER_ASSETS"); dir != "" {
		return filepath.Join(dir, program), true
	}
	return filepath.Join(defaultAssets, program), false
}

// timeout is a duration of envtest's environment variables.
func timeout(variable string) time.Duration {
	if d, err := time.ParseDuration(os.Getenv(variable)); err == nil {
		return d
	}
	return 20 * time.Second
}

// start tries again when somebody else took a port between its choice and its use.
func start(flags []string) (s *Server, err error) {
	for range 3 {
		if s, err = startOnce(flags); err == nil {
			return s, nil
		}
		if !strings.Contains(err.Error(), "address already in use") {
			break
		}
	}
	return nil, err
}

func startOnce(flags []string) (_ *Server, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout("KUBEBUILDER_CONTROLPLANE_START_TIMEOUT"))
	defer cancel()
	dir, err := os.MkdirTemp("", "ackguard-apiserver")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	defer func() {
		if err != nil {
			_ = s.Stop() // err says what is wrong
		}
	}()
	addresses, err := freeAddresses(2)
	if err != nil {
		return nil, err
	}
	if err = s.writeFiles(); err != nil {
		return nil, err
	}

	etcdURL := "http://" + addresses[0]
	path, _ := locate("etcd")
	s.etcd, err = run(path, s.file("etcd.log"),
		"--data-dir="+s.file("etcd"),
		"--listen-client-urls="+etcdURL,
		"--advertise-client-urls="+etcdURL,
		"--listen-peer-urls=http://127.0.0.1:0",
		"--unsafe-no-fsync",
		"--log-level=warn")
	if err != nil {
		return nil, err
	}
	if err = s.etcd.await(ctx, func() bool { return isOK(ctx, http.DefaultTransport, etcdURL+"/health", "") }); err != nil {
		return nil, err
	}

	_, port, err := net.SplitHostPort(addresses[1])
	if err != nil {
		return nil, err
	}
	s.URL = "https://" + addresses[1]
	path, _ = locate("kube-apiserver")
	s.api, err = run(path, s.file("kube-apiserver.log"), append([]string{
		"--etcd-servers=" + etcdURL,
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--secure-port=" + port,
		"--cert-dir=" + s.file("certificates"),
		"--service-account-issuer=" + serviceAccounts,
		"--api-audiences=" + serviceAccounts,
		"--service-account-signing-key-file=" + s.file("service-account.pem"),
		"--service-account-key-file=" + s.file("service-account.pem"),
		"--token-auth-file=" + s.file("tokens.csv"),
		"--authorization-mode=RBAC",
		"--service-cluster-ip-range=10.0.0.0/24",
		"--endpoint-reconciler-type=none",
		// Service accounts are a controller's work: with this plugin every Pod is refused.
		"--disable-admission-plugins=ServiceAccount",
		// Without it a privileged Pod is refused before any ValidatingAdmissionPolicy is asked.
		"--allow-privileged=true",
	}, flags...)...)
	if err != nil {
		return nil, err
	}
	if err = s.api.await(ctx, s.readCertificate); err != nil {
		return nil, err
	}
	return s, s.api.await(ctx, func() bool { return isOK(ctx, s.transport, s.URL+"/readyz", s.tokens[0]) })
}

// Stop ends both programs and removes their files. It returns an error when one had to be killed or had failed.
func (s *Server) Stop() error {
	// Without its etcd the API server does not end for more than 20 seconds.
	err := errors.Join(s.api.stop(), s.etcd.stop())
	if s.transport != nil {
		s.transport.CloseIdleConnections()
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

func (s *Server) file(name string) string { return filepath.Join(s.dir, name) }

// writeFiles makes the key that signs service accounts' tokens and the file of users.
func (s *Server) writeFiles() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	var users strings.Builder
	for i := range spareUsers + 1 {
		random := make([]byte, 16)
		_, _ = rand.Read(random) // never fails
		s.tokens = append(s.tokens, hex.EncodeToString(random))
		// No blank after a comma: the file is refused for one.
		if i == 0 {
			fmt.Fprintf(&users, "%s,%s,%d,\"system:masters\"\n", s.tokens[i], userName(i), i)
		} else {
			fmt.Fprintf(&users, "%s,%s,%d\n", s.tokens[i], userName(i), i)
		}
	}
	return errors.Join(
		os.WriteFile(s.file("service-account.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600),
		os.WriteFile(s.file("tokens.csv"), []byte(users.String()), 0o600))
}

func userName(i int) string {
	if i == 0 {
		return "admin"
	}
	return fmt.Sprintf("user-%d", i)
}

// readCertificate makes the transport once the API server has written its certificate whole.
func (s *Server) readCertificate() bool {
	certificate, err := os.ReadFile(filepath.Join(s.file("certificates"), "apiserver.crt"))
	roots := x509.NewCertPool()
	if err != nil || !roots.AppendCertsFromPEM(certificate) {
		return false
	}
	s.CA = certificate
	s.transport = &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 16,
	}
	return true
}

// freeAddresses returns loopback addresses nobody listens on, all different.
func freeAddresses(n int) ([]string, error) {
	var addresses []string
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // nothing to wait for
		if err != nil {
			return nil, err
		}
		defer listener.Close()
		addresses = append(addresses, listener.Addr().String())
	}
	return addresses, nil
}

func isOK(ctx context.Context, transport http.RoundTripper, url, token string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}
