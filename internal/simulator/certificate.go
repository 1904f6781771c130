package simulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"time"
)

// authority is a certificate authority of one run. Its key never leaves the process, and its certificate names the only
// hosts that it may vouch for, so that trusting it opens nothing but the simulated cloud.
type authority struct {
	pem  []byte
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	any  bool // it vouches for every name

	mu     sync.Mutex
	leaves map[string]*tls.Certificate
}

// certificateLife outlives any run; the certificates are made with the real time, because clients check them with it.
const certificateLife = 365 * 24 * time.Hour

// newAuthority makes an authority for the simulated names and the host that is listened on.
func newAuthority(listenHost string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("cannot make the test CA: %w", err)
	}
	template := certificateTemplate("ackguard simulator test CA")
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	template.PermittedDNSDomainsCritical = true
	template.PermittedDNSDomains = []string{"aliyuncs.com", "localhost"}
	template.PermittedIPRanges = []*net.IPNet{
		{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
		{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
		{IP: net.ParseIP(metadataHost).To4(), Mask: net.CIDRMask(32, 32)},
	}
	if ip := net.ParseIP(listenHost); ip != nil && !ip.IsLoopback() {
		if v4 := ip.To4(); v4 != nil {
			ip = v4
		}
		template.PermittedIPRanges = append(template.PermittedIPRanges, &net.IPNet{IP: ip, Mask: net.CIDRMask(8*len(ip), 8*len(ip))})
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("cannot make the test CA: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("cannot make the test CA: %w", err)
	}
	return &authority{
		pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), cert: cert, key: key, leaves: map[string]*tls.Certificate{},
	}, nil
}

func certificateTemplate(name string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err)
	}
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(certificateLife),
	}
}

// permits says whether the CA's certificate allows a leaf for the name.
func (a *authority) permits(name string) bool {
	if a.any {
		return true
	}
	if ip := net.ParseIP(name); ip != nil {
		for _, allowed := range a.cert.PermittedIPRanges {
			if allowed.Contains(ip) {
				return true
			}
		}
		return false
	}
	return name == "localhost" || strings.HasSuffix(name, ".aliyuncs.com")
}

// leaf returns the certificate of a name. A wildcard covers one label only, so each name gets its own; 127.0.0.1 and
// localhost, which a client without SNI may mean alike, share theirs.
func (a *authority) leaf(name string) (*tls.Certificate, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if !a.permits(name) {
		return nil, fmt.Errorf("the host %q is not simulated, it gets no certificate", name)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if known := a.leaves[name]; known != nil {
		return known, nil
	}
	template := certificateTemplate(name)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	ip := net.ParseIP(name)
	switch {
	case name == "localhost" || ip != nil && ip.IsLoopback():
		template.DNSNames, template.IPAddresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
		if ip != nil && !ip.Equal(net.IPv6loopback) && !ip.Equal(net.IPv4(127, 0, 0, 1)) {
			template.IPAddresses = append(template.IPAddresses, ip)
		}
	case ip != nil:
		template.IPAddresses = []net.IP{ip}
	default:
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, a.key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("cannot make a certificate for %s: %w", name, err)
	}
	made := &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: a.key}
	// Names come from clients; a bound keeps a hostile one from filling the memory.
	if len(a.leaves) >= 1000 {
		clear(a.leaves)
	}
	a.leaves[name] = made
	return made, nil
}
