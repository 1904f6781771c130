package simulator

import "slices"

// Issued returns every secret and token that AssumeRole, AssumeRoleWithOIDC, the metadata service and the
// credentials URIs have given out so far, and the tokens and keys of kubeconfigs, sorted, so that a test can look for
// them where they must not be.
func (c *Cloud) Issued() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	secrets := slices.Clone(c.kubernetes.secrets)
	for _, s := range c.sessions {
		secrets = append(secrets, s.secret, s.token)
	}
	slices.Sort(secrets)
	return secrets
}
