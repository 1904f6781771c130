package simulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// tlsFront is a TLS listener in front of a server, for clients that cannot speak plain HTTP.
func tlsFront(t *testing.T, s *Server) *httptest.Server {
	t.Helper()
	front := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := r.Clone(r.Context())
		out.RequestURI = ""
		response, err := plainTransport{s.Addr()}.RoundTrip(out)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = response.Body.Close() }()
		w.WriteHeader(response.StatusCode)
		if _, err := io.Copy(w, response.Body); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(front.Close)
	return front
}

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
