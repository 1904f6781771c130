package simulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// These signers are written from the published rules, for requests that no SDK in this repository sends.

func hmacText(secret, text string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signROA signs a request as the vendor's CLI and the official provider do.
func signROA(r *http.Request, k credentials) {
	lines := []string{r.Method, r.Header.Get("Accept"), r.Header.Get("Content-MD5"), r.Header.Get("Content-Type"), r.Header.Get("Date")}
	names := []string{}
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-acs-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		lines = append(lines, name+":"+r.Header.Get(name))
	}
	resource := r.URL.EscapedPath()
	query := r.URL.Query()
	pairs := []string{}
	for name := range query {
		pair := name
		if v := query.Get(name); v != "" {
			pair += "=" + v
		}
		pairs = append(pairs, pair)
	}
	slices.Sort(pairs)
	if len(pairs) > 0 {
		resource += "?" + strings.Join(pairs, "&")
	}
	r.Header.Set("Authorization", "acs "+k.id+":"+hmacText(k.secret, strings.Join(lines, "\n")+"\n"+resource))
}

// roaRequest is a signed ROA request with headers of one's own.
func roaRequest(t *testing.T, k credentials, address string, header map[string]string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]string{
		"Date": time.Now().UTC().Format(http.TimeFormat), "Accept": "application/json",
		"x-acs-signature-method": "HMAC-SHA1", "x-acs-signature-version": "1.0", "x-acs-version": "2015-12-15",
	} {
		r.Header.Set(name, v)
	}
	for name, v := range header {
		r.Header.Set(name, v)
	}
	signROA(r, k)
	return r
}

// rpcRequest is a signed RPC request with some of its parameters in a form.
func rpcRequest(t *testing.T, k credentials, method, address string, query, form params) *http.Request {
	t.Helper()
	all, inQuery, inForm := url.Values{}, url.Values{}, url.Values{}
	common := params{
		"AccessKeyId": k.id, "Format": "JSON", "SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0",
		"SignatureNonce": strconv.FormatInt(time.Now().UnixNano(), 10), "Timestamp": time.Now().UTC().Format("2006-01-02T15:04:05Z"),
	}
	for name, v := range common {
		inQuery.Set(name, v)
	}
	for name, v := range query {
		inQuery.Set(name, v)
	}
	for name, v := range form {
		inForm.Set(name, v)
	}
	for _, values := range []url.Values{inQuery, inForm} {
		for name := range values {
			all.Set(name, values.Get(name))
		}
	}
	encode := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	// Encode sorts by name and differs from the signing rules in the blank alone.
	text := method + "&%2F&" + encode(strings.ReplaceAll(all.Encode(), "+", "%20"))
	inQuery.Set("Signature", hmacText(k.secret+"&", text))
	r, err := http.NewRequestWithContext(t.Context(), method, address+"/?"+inQuery.Encode(), strings.NewReader(inForm.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// signACS3 signs a request as current SDKs do; the body must be given as it is sent.
func signACS3(r *http.Request, k credentials, nonce string, now time.Time, body []byte) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	r.Header.Set("x-acs-content-sha256", hash)
	r.Header.Set("x-acs-date", now.UTC().Format("2006-01-02T15:04:05Z"))
	r.Header.Set("x-acs-signature-nonce", nonce)
	if k.token != "" {
		r.Header.Set("x-acs-accesskey-id", k.id)
		r.Header.Set("x-acs-security-token", k.token)
	}
	names := []string{"host"}
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-acs-") || name == "content-type" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	lines := ""
	for _, name := range names {
		v := r.Header.Get(name)
		if name == "host" {
			v = r.Host
		}
		lines += name + ":" + v + "\n"
	}
	signed := strings.Join(names, ";")
	query := strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20")
	canonical := sha256.Sum256([]byte(strings.Join([]string{r.Method, r.URL.EscapedPath(), query, lines, signed, hash}, "\n")))
	mac := hmac.New(sha256.New, []byte(k.secret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(canonical[:])))
	r.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential="+k.id+",SignedHeaders="+signed+",Signature="+hex.EncodeToString(mac.Sum(nil)))
}
