package simulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/yaml"
)

// kubernetesIdentity is who a kubeconfig speaks for.
type kubernetesIdentity struct {
	clusterID, user string
	expires         time.Time // by the cloud's clock
}

// kubernetesAccess is what kubeconfigs hold, and what they reach.
type kubernetesAccess struct {
	authority *authority // of the endpoints inside the networks, and of client certificates
	server    *Server    // the last that was started
	known     map[string]kubernetesIdentity
	secrets   []string // tokens and keys, as kubeconfigs hold them
	writes    []func() // what tests have happen before the next writes
}

// kubernetesCredential is what a kubeconfig holds, or a request shows: a serial number or a token.
const (
	ofCertificate = "certificate "
	ofToken       = "token "
)

// kubeconfigOperations is the part of Container Service about kubeconfigs.
var kubeconfigOperations = []operation{{
	product: ProductCS, action: "DescribeClusterUserKubeconfig", method: http.MethodGet, pattern: "/k8s/{ClusterId}/user_config", ramProduct: "cs",
	parameters: []parameter{{name: "PrivateIpAddress", kind: "bool"}, {name: "TemporaryDurationMinutes", kind: "int", min: 15, max: 4320}},
	resource:   oneCluster, run: describeClusterUserKubeconfig,
}}

// kubeconfigLife is that of a kubeconfig that is not temporary.
const kubeconfigLife = 3 * 365 * 24 * time.Hour

func describeClusterUserKubeconfig(cl *call) (any, *apiError) {
	shown, err := cl.shownCluster()
	if err != nil {
		return nil, err
	}
	expires := cl.time.Add(kubeconfigLife)
	if minutes := number(cl.params, "TemporaryDurationMinutes", 0); minutes > 0 {
		expires = cl.time.Add(time.Duration(minutes) * time.Minute)
	}
	user := cl.caller.accountID
	if cl.caller.idName != "" {
		user = cl.stableID(cl.caller.idName)
	}
	// Clients that use true host names find the true endpoints through the proxy.
	direct := !strings.HasSuffix(hostName(cl.host), ".aliyuncs.com")
	config, failed := cl.kubeconfig(shown.Cluster, user, cl.params.Get("PrivateIpAddress") == "true", direct, expires)
	if failed != nil {
		return nil, backendError(http.StatusBadRequest, "ErrorClusterState", "cluster %s has no kubeconfig: %v", shown.ClusterID, failed)
	}
	return map[string]any{"config": config, "expiration": expires.UTC().Format(time.RFC3339)}, nil
}

// kubeconfig makes one; the lock must be held. direct: the public endpoint is the port itself.
func (c *Cloud) kubeconfig(cluster *Cluster, user string, private, direct bool, expires time.Time) (string, error) {
	public, intranet := "", ""
	if m := cluster.MasterURL; m != nil {
		public, intranet = value(m.APIServerEndpoint), value(m.IntranetAPIServerEndpoint)
	}
	a, err := c.clusterAuthority()
	if err != nil {
		return "", err
	}
	server, trusted := public, a.pem
	switch {
	case private || public == "":
		server = intranet
	case direct && c.kubernetes.server != nil:
		server, trusted = c.kubernetes.server.TLSURL()+kubernetesPath+cluster.ClusterID, c.kubernetes.server.CAPEM()
	}
	if server == "" {
		return "", errors.New("it has no such endpoint")
	}
	credential := map[string]any{}
	identity := kubernetesIdentity{clusterID: cluster.ClusterID, user: user, expires: expires}
	if k := cluster.Kubernetes; k != nil && k.Credential == "token" {
		token := c.secretText()
		c.kubernetes.known[ofToken+token], credential["token"] = identity, token
		c.kubernetes.secrets = append(c.kubernetes.secrets, token)
	} else {
		serial, cert, key, err := a.client(user)
		if err != nil {
			return "", err
		}
		c.kubernetes.known[ofCertificate+serial] = identity
		credential["client-certificate-data"], credential["client-key-data"] = encodePEM(cert), encodePEM(key)
		block, _ := pem.Decode(key)
		c.kubernetes.secrets = append(c.kubernetes.secrets, encodePEM(key), base64.StdEncoding.EncodeToString(block.Bytes)[:pemLine])
	}
	text, err := yaml.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Config", "preferences": map[string]any{}, "current-context": user + "-" + cluster.ClusterID,
		"clusters": []any{map[string]any{"name": "kubernetes", "cluster": map[string]any{"server": server, "certificate-authority-data": encodePEM(trusted)}}},
		"users":    []any{map[string]any{"name": user, "user": credential}},
		"contexts": []any{map[string]any{"name": user + "-" + cluster.ClusterID, "context": map[string]any{"cluster": "kubernetes", "user": user}}},
	})
	return string(text), err
}

// pemLine is how many characters a line of PEM has: the first of a key is enough to find it, however its lines are broken.
const pemLine = 64

func encodePEM(text []byte) string { return base64.StdEncoding.EncodeToString(text) }

// secretText is a bearer token. It is drawn apart from the ids, which must not depend on it.
func (c *Cloud) secretText() string {
	return strings.ToLower(rand.Text())
}

// clusterAuthority is the one of all clusters, made when it is first needed.
func (c *Cloud) clusterAuthority() (*authority, error) {
	if c.kubernetes.authority == nil {
		made, err := newClusterAuthority()
		if err != nil {
			return nil, err
		}
		c.kubernetes.authority = made
	}
	return c.kubernetes.authority, nil
}

// newClusterAuthority makes one that may vouch for any address: nobody trusts it but who has a kubeconfig.
func newClusterAuthority() (*authority, error) {
	a, err := newAuthority("127.0.0.1")
	if err != nil {
		return nil, err
	}
	template := certificateTemplate("ackguard simulator cluster CA")
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("cannot make the cluster CA: %w", err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return nil, fmt.Errorf("cannot make the cluster CA: %w", err)
	}
	a.pem, a.any = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), true
	return a, nil
}

// client makes a client certificate in PEM. It is the cloud's clock that ends it, so its own dates are wide.
func (a *authority) client(user string) (serial string, cert, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", nil, nil, fmt.Errorf("cannot make a client certificate: %w", err)
	}
	template := certificateTemplate(user)
	template.Subject = pkix.Name{CommonName: user, Organization: []string{"system:users"}}
	template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, private.Public(), a.key)
	if err != nil {
		return "", nil, nil, fmt.Errorf("cannot make a client certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", nil, nil, fmt.Errorf("cannot make a client certificate: %w", err)
	}
	return template.SerialNumber.String(), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), nil
}

// endpointLeaf is the certificate of an endpoint inside of a cluster's network; nil if the host is none.
func (c *Cloud) endpointLeaf(target, name string) (*tls.Certificate, error) {
	if target == "" || len(c.clustersAt(target)) == 0 {
		return nil, nil
	}
	c.mu.Lock()
	a, err := c.clusterAuthority()
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return a.leaf(name)
}

// kubernetesCaller finds out who sends a request, and to which cluster.
func (c *Cloud) kubernetesCaller(r *http.Request, k *kubernetesRequest, now time.Time) (*kubernetesCall, error) {
	call := &kubernetesCall{kubernetesRequest: k, cloud: c, now: now}
	who, known := c.identityOf(r)
	// A cluster does not know the users of another.
	if !known || !now.Before(who.expires) || !slices.Contains(k.clusters, who.clusterID) || c.clusters[who.clusterID] == nil {
		return call, apierrors.NewUnauthorized("Unauthorized")
	}
	call.user, call.cluster = who.user, c.clusters[who.clusterID]
	return call, nil
}

// identityOf is who a request shows itself to be from.
func (c *Cloud) identityOf(r *http.Request) (who kubernetesIdentity, known bool) {
	shown := ""
	if token, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); isBearer {
		shown = ofToken + token
	} else if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 && c.kubernetes.authority != nil {
		if cert := r.TLS.PeerCertificates[0]; cert.CheckSignatureFrom(c.kubernetes.authority.cert) == nil {
			shown = ofCertificate + cert.SerialNumber.String()
		}
	}
	who, known = c.kubernetes.known[shown]
	return who, known
}

// grants says whether a user may do something in a cluster.
func (c *Cloud) grants(state *clusterState, user, group, resource, namespace, name, verb string) bool {
	k := state.now.Kubernetes
	if k == nil || k.RBAC == nil {
		return true
	}
	return slices.ContainsFunc(k.RBAC, func(g KubernetesGrant) bool {
		prefix := "acs:ram::" + state.accountID
		isSubject := g.Subject == "*" || g.Subject == user || c.stableID(prefix+":role/"+g.Subject) == user || c.stableID(prefix+":user/"+g.Subject) == user
		return isSubject && g.allows(group, resource, namespace, name, verb)
	})
}
