package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

func acs3Parts(rest string) map[string]string {
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	return parts
}

// readACS3 takes the list of signed headers from the request itself, because it grows with SDK versions.
func readACS3(r *http.Request, query url.Values, body []byte, rest string) (*Claim, *Problem) {
	parts := acs3Parts(rest)
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parts[name] == "" {
			return nil, problem("IncompleteSignature", "the Authorization header has no %s", name)
		}
	}
	signed := strings.Split(parts["SignedHeaders"], ";")
	if !slices.IsSorted(signed) {
		return nil, problem("IncompleteSignature", "SignedHeaders is not sorted: %s", parts["SignedHeaders"])
	}
	if missing := unsignedHeaders(r, signed); len(missing) > 0 {
		return nil, problem("IncompleteSignature", "these headers are sent but not signed: %s", strings.Join(missing, ", "))
	}
	sum := sha256.Sum256(body)
	if got := r.Header.Get("x-acs-content-sha256"); got != hex.EncodeToString(sum[:]) {
		return nil, problem("SignatureDoesNotMatch", "x-acs-content-sha256 is %q, the body's hash is %q", got, hex.EncodeToString(sum[:]))
	}
	date, bad := parseISODate("x-acs-date", r.Header.Get("x-acs-date"))
	if bad != nil {
		return nil, bad
	}
	if r.Header.Get("x-acs-signature-nonce") == "" {
		return nil, problem("Missingx-acs-signature-nonce", "x-acs-signature-nonce is mandatory for this action.")
	}

	var canonical strings.Builder
	canonical.WriteString(r.Method + "\n" + canonicalPath(r) + "\n" + canonicalQuery(query) + "\n")
	for _, name := range signed {
		canonical.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	canonical.WriteString("\n" + parts["SignedHeaders"] + "\n" + hex.EncodeToString(sum[:]))
	hash := sha256.Sum256([]byte(canonical.String()))
	stringToSign := ACS3 + "\n" + hex.EncodeToString(hash[:])
	return &Claim{
		Family:        ACS3,
		AccessKeyID:   parts["Credential"],
		SecurityToken: r.Header.Get("x-acs-security-token"),
		Nonce:         r.Header.Get("x-acs-signature-nonce"),
		Date:          date,
		StringToSign:  stringToSign,
		signature:     parts["Signature"],
		compute: func(secret string) string {
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write([]byte(stringToSign))
			return hex.EncodeToString(mac.Sum(nil))
		},
	}, nil
}

// unsignedHeaders lists the headers that the signing page wants signed whenever they are sent.
func unsignedHeaders(r *http.Request, signed []string) []string {
	missing := []string{}
	if !slices.Contains(signed, "host") {
		missing = append(missing, "host")
	}
	for name := range r.Header {
		if !strings.HasPrefix(name, "X-Acs-") && name != "Content-Type" {
			continue
		}
		if !slices.ContainsFunc(signed, func(s string) bool { return strings.EqualFold(s, name) }) {
			missing = append(missing, strings.ToLower(name))
		}
	}
	slices.Sort(missing)
	return missing
}

// headerValue reads host from r.Host, port included, where Go's server puts it.
func headerValue(r *http.Request, name string) string {
	if name == "host" {
		return r.Host
	}
	values := r.Header.Values(name)
	if len(values) == 1 {
		return strings.TrimSpace(values[0])
	}
	values = slices.Clone(values)
	slices.Sort(values)
	for i := range values {
		values[i] = strings.TrimSpace(values[i])
	}
	return strings.Join(values, ",")
}

var pathEscapes = strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~")

func canonicalPath(r *http.Request) string {
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	return pathEscapes.Replace(path)
}

func canonicalQuery(query url.Values) string {
	pairs := make([]string, 0, len(query))
	for _, key := range slices.Sorted(maps.Keys(query)) {
		pairs = append(pairs, key+"="+escape(query.Get(key)))
	}
	return strings.Join(pairs, "&")
}
