package simulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// signROA signs a request without a query anew, as the vendor's CLI does.
func signROA(r *http.Request, k credentials) {
	text := strings.Join([]string{r.Method, r.Header.Get("Accept"), r.Header.Get("Content-MD5"), r.Header.Get("Content-Type"), r.Header.Get("Date")}, "\n") + "\n"
	names := []string{}
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-acs-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var textSb46 strings.Builder
	for _, name := range names {
		textSb46.WriteString(name + ":" + r.Header.Get(name) + "\n")
	}
	text += textSb46.String()
	mac := hmac.New(sha1.New, []byte(k.secret))
	mac.Write([]byte(text + r.URL.EscapedPath()))
	r.Header.Set("Authorization", "acs "+k.id+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}
