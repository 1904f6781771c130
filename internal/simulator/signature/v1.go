package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

func hmacSHA1(secret, text string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// readROA reads the header form of version 1; a request without a nonce is legal, the vendor's CLI sends none.
func readROA(r *http.Request, query url.Values, rest string) (*Claim, *Problem) {
	id, signature, ok := strings.Cut(rest, ":")
	if !ok || id == "" || signature == "" {
		return nil, problem("IncompleteSignature", "the Authorization header is not of the form \"acs AccessKeyId:Signature\"")
	}
	if method := r.Header.Get("x-acs-signature-method"); method != "HMAC-SHA1" {
		return nil, problem("IncompleteSignature", "x-acs-signature-method is %q, want HMAC-SHA1", method)
	}
	if version := r.Header.Get("x-acs-signature-version"); version != "1.0" {
		return nil, problem("IncompleteSignature", "x-acs-signature-version is %q, want 1.0", version)
	}
	date, err := time.Parse(http.TimeFormat, r.Header.Get("Date"))
	if err != nil {
		return nil, problem("InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted: %q.", r.Header.Get("Date"))
	}

	lines := []string{r.Method, r.Header.Get("Accept"), r.Header.Get("Content-MD5"), r.Header.Get("Content-Type"), r.Header.Get("Date")}
	signed := []string{}
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-acs-") {
			signed = append(signed, name)
		}
	}
	slices.Sort(signed)
	for _, name := range signed {
		lines = append(lines, name+":"+r.Header.Get(name))
	}
	stringToSign := strings.Join(lines, "\n") + "\n" + roaResource(r, query)
	return &Claim{
		Family:        ROA,
		AccessKeyID:   id,
		SecurityToken: r.Header.Get("x-acs-security-token"),
		Nonce:         r.Header.Get("x-acs-signature-nonce"),
		Date:          date,
		StringToSign:  stringToSign,
		signature:     signature,
		compute:       func(secret string) string { return hmacSHA1(secret, stringToSign) },
	}, nil
}

// roaResource is the escaped path and the query with its values as they are before encoding.
func roaResource(r *http.Request, query url.Values) string {
	path := r.URL.EscapedPath()
	if len(query) == 0 {
		return path
	}
	pairs := make([]string, 0, len(query))
	for _, key := range slices.Sorted(maps.Keys(query)) {
		if value := query.Get(key); value != "" {
			key += "=" + value
		}
		pairs = append(pairs, key)
	}
	return path + "?" + strings.Join(pairs, "&")
}

// readRPC reads the query form of version 1, which signs query and form body together.
func readRPC(r *http.Request, query, form url.Values) (*Claim, *Problem) {
	params := map[string]string{}
	for _, values := range []url.Values{query, form} {
		for key := range values {
			params[key] = values.Get(key)
		}
	}
	if method := params["SignatureMethod"]; method != "HMAC-SHA1" {
		return nil, problem("IncompleteSignature", "SignatureMethod is %q, want HMAC-SHA1", method)
	}
	if version := params["SignatureVersion"]; version != "1.0" {
		return nil, problem("IncompleteSignature", "SignatureVersion is %q, want 1.0", version)
	}
	for _, name := range []string{"AccessKeyId", "SignatureNonce"} {
		if params[name] == "" {
			return nil, problem("Missing"+name, "%s is mandatory for this action.", name)
		}
	}
	date, bad := parseISODate("Timestamp", params["Timestamp"])
	if bad != nil {
		return nil, bad
	}

	signature := params["Signature"]
	delete(params, "Signature")
	pairs := make([]string, 0, len(params))
	for _, key := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, escape(key)+"="+escape(params[key]))
	}
	stringToSign := r.Method + "&%2F&" + escape(strings.Join(pairs, "&"))
	return &Claim{
		Family:        RPC,
		AccessKeyID:   params["AccessKeyId"],
		SecurityToken: params["SecurityToken"],
		Nonce:         params["SignatureNonce"],
		Date:          date,
		StringToSign:  stringToSign,
		signature:     signature,
		compute:       func(secret string) string { return hmacSHA1(secret+"&", stringToSign) },
	}, nil
}
