package signature

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Families of Log Service. LOG is version 1, in HMAC-SHA1 or HMAC-SHA256.
const (
	LOG  = "LOG"
	SLS4 = "SLS4-HMAC-SHA256"
)

// logAPIVersion is the only version of the API.
const logAPIVersion = "0.6.0"

func logProblem(status int, code, format string, args ...any) *Problem {
	return &Problem{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// ReadLog reads the claim of a request to Log Service, whose headers, families and error codes are its own. The region of
// a version 4 claim is in Claim.Region.
func ReadLog(r *http.Request, query url.Values, body []byte) (*Claim, *Problem) {
	switch version := r.Header.Get("x-log-apiversion"); version {
	case logAPIVersion:
	case "":
		return nil, logProblem(http.StatusBadRequest, "MissingAPIVersion", "x-log-apiversion does not exist in http header.")
	default:
		return nil, logProblem(http.StatusBadRequest, "InvalidAPIVersion", "x-log-apiversion %s is unsupported.", version)
	}
	if bad := checkLogBody(r, body); bad != nil {
		return nil, bad
	}
	authorization := r.Header.Get("Authorization")
	if rest, ok := strings.CutPrefix(authorization, SLS4+" "); ok {
		return readSLS4(r, query, body, rest)
	}
	if rest, ok := strings.CutPrefix(authorization, LOG+" "); ok {
		return readLOG(r, query, body, rest)
	}
	if authorization == "" {
		return nil, logProblem(http.StatusBadRequest, "MissAccessKeyId", "x-log-accesskeyid does not exist in header.")
	}
	return nil, logProblem(http.StatusUnauthorized, "SignatureNotMatch", "the Authorization header begins with neither %q nor %q", LOG+" ", SLS4+" ")
}

func checkLogBody(r *http.Request, body []byte) *Problem {
	size := r.Header.Get("x-log-bodyrawsize")
	if n, err := strconv.Atoi(size); size != "" && (err != nil || n < 0) {
		return logProblem(http.StatusBadRequest, "InvalidBodyRawSize", "x-log-bodyrawsize is invalid.")
	}
	switch {
	case len(body) == 0:
	case size == "":
		return logProblem(http.StatusBadRequest, "MissingBodyRawSize", "x-log-bodyrawsize does not exist in header when it is necessary.")
	case r.Header.Get("Content-Type") == "":
		return logProblem(http.StatusBadRequest, "MissingContentType", "Content-Type does not exist in http header when body is not empty.")
	}
	return nil
}

// logKeyID is the AccessKey ID in an Authorization header of Log Service.
func logKeyID(authorization string) (string, bool) {
	if rest, ok := strings.CutPrefix(authorization, SLS4+" "); ok {
		id, _, _ := strings.Cut(acs3Parts(rest)["Credential"], "/")
		return id, true
	}
	if rest, ok := strings.CutPrefix(authorization, LOG+" "); ok {
		id, _, _ := strings.Cut(rest, ":")
		return id, true
	}
	return "", false
}

func mac(h func() hash.Hash, key []byte, text string) []byte {
	m := hmac.New(h, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// readLOG reads version 1. It signs the hash of the body, not the host.
func readLOG(r *http.Request, query url.Values, body []byte, rest string) (*Claim, *Problem) {
	id, signature, ok := strings.Cut(rest, ":")
	if !ok || id == "" || signature == "" {
		return nil, logProblem(http.StatusUnauthorized, "SignatureNotMatch", "the Authorization header is not of the form \"LOG AccessKeyId:Signature\"")
	}
	var algorithm func() hash.Hash
	switch method := r.Header.Get("x-log-signaturemethod"); method {
	case "hmac-sha1":
		algorithm = sha1.New
	case "hmac-sha256":
		algorithm = sha256.New
	case "":
		return nil, logProblem(http.StatusBadRequest, "MissingSignatureMethod", "x-log-signaturemethod does not exist in http header.")
	default:
		return nil, logProblem(http.StatusBadRequest, "InvalidSignatureMethod", "signature method %s is unsupported.", method)
	}
	text := r.Header.Get("Date")
	if text == "" {
		return nil, logProblem(http.StatusBadRequest, "MissingDate", "Date does not exist in http header.")
	}
	date, err := time.Parse(http.TimeFormat, text)
	if err != nil {
		return nil, logProblem(http.StatusBadRequest, "InvalidDateFormat", "Date %s must follow RFC822.", text)
	}
	sum := md5.Sum(body)
	if got, want := r.Header.Get("Content-MD5"), strings.ToUpper(hex.EncodeToString(sum[:])); got != want && (len(body) > 0 || got != "") {
		return nil, logProblem(http.StatusUnauthorized, "SignatureNotMatch", "Content-MD5 is %q, that of the body is %q", got, want)
	}

	lines := []string{r.Method, r.Header.Get("Content-MD5"), r.Header.Get("Content-Type"), text}
	for _, name := range logHeaders(r) {
		lines = append(lines, name+":"+strings.TrimSpace(r.Header.Get(name)))
	}
	resource := canonicalRoot(r)
	if r.URL.RawQuery != "" {
		pairs := make([]string, 0, len(query))
		for _, key := range slices.Sorted(maps.Keys(query)) {
			pairs = append(pairs, key+"="+query.Get(key))
		}
		resource += "?" + strings.Join(pairs, "&")
	}
	stringToSign := strings.Join(append(lines, resource), "\n")
	return &Claim{
		Family: LOG, AccessKeyID: id, SecurityToken: r.Header.Get("x-acs-security-token"), Date: date, StringToSign: stringToSign, signature: signature,
		compute: func(secret string) string {
			return base64.StdEncoding.EncodeToString(mac(algorithm, []byte(secret), stringToSign))
		},
	}, nil
}

// logHeaders are the names of the x-log-* and x-acs-* headers, sorted.
func logHeaders(r *http.Request) []string {
	names := []string{}
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-log-") || strings.HasPrefix(name, "x-acs-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func canonicalRoot(r *http.Request) string {
	if path := r.URL.EscapedPath(); path != "" {
		return path
	}
	return "/"
}

// readSLS4 reads version 4, whose scope names the region. It signs the host.
func readSLS4(r *http.Request, query url.Values, body []byte, rest string) (*Claim, *Problem) {
	parts := acs3Parts(rest)
	scope := strings.Split(parts["Credential"], "/")
	if len(scope) != 5 || scope[0] == "" || scope[2] == "" || scope[3] != "sls" || scope[4] != "aliyun_v4_request" || parts["Signature"] == "" {
		return nil, logProblem(http.StatusUnauthorized, "SignatureNotMatch", "the Authorization header is not of the form \"%s Credential=AccessKeyId/date/region/sls/aliyun_v4_request,Signature=...\"", SLS4)
	}
	text := r.Header.Get("x-log-date")
	if text == "" {
		return nil, logProblem(http.StatusBadRequest, "MissingDate", "x-log-date does not exist in http header.")
	}
	date, err := time.Parse("20060102T150405Z", text)
	if err != nil {
		return nil, logProblem(http.StatusBadRequest, "InvalidDateFormat", "x-log-date %s must follow ISO 8601.", text)
	}
	if scope[1] != text[:8] {
		return nil, logProblem(http.StatusUnauthorized, "SignatureNotMatch", "the scope is of %s, x-log-date is %s", scope[1], text)
	}
	sum := sha256.Sum256(body)
	payload := r.Header.Get("x-log-content-sha256")
	if want := hex.EncodeToString(sum[:]); payload != want {
		return nil, logProblem(http.StatusUnauthorized, "SignatureNotMatch", "x-log-content-sha256 is %q, that of the body is %q", payload, want)
	}

	var canonical strings.Builder
	canonical.WriteString(r.Method + "\n" + canonicalRoot(r) + "\n")
	for i, key := range slices.Sorted(maps.Keys(query)) {
		if i > 0 {
			canonical.WriteString("&")
		}
		canonical.WriteString(key)
		if value := query.Get(key); value != "" {
			canonical.WriteString("=" + escape(value))
		}
	}
	canonical.WriteString("\n")
	signed := slices.DeleteFunc(append(logHeaders(r), "host"), func(name string) bool { return strings.HasPrefix(name, "x-log-meta-") })
	if r.Header.Get("Content-Type") != "" {
		signed = append(signed, "content-type")
	}
	slices.Sort(signed)
	for _, name := range signed {
		canonical.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	canonical.WriteString("\n" + strings.Join(signed, ";") + "\n" + payload)
	hashed := sha256.Sum256([]byte(canonical.String()))
	stringToSign := SLS4 + "\n" + text + "\n" + strings.Join(scope[1:], "/") + "\n" + hex.EncodeToString(hashed[:])
	return &Claim{
		Family: SLS4, AccessKeyID: scope[0], SecurityToken: r.Header.Get("x-acs-security-token"), Region: scope[2], Date: date,
		StringToSign: stringToSign, signature: parts["Signature"],
		compute: func(secret string) string {
			key := []byte("aliyun_v4" + secret)
			for _, part := range scope[1:] {
				key = mac(sha256.New, key, part)
			}
			return hex.EncodeToString(mac(sha256.New, key, stringToSign))
		},
	}, nil
}
