package simulator

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	sls "github.com/aliyun/aliyun-log-go-sdk"
)

// logRequest is a request with version 1 in HMAC-SHA256, which no SDK sends, signed by the published rules.
func logRequest(t *testing.T, s *Server, k credentials, method, host, path, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	for name, v := range map[string]string{
		"Date": time.Now().UTC().Format(http.TimeFormat), "x-log-apiversion": "0.6.0", "x-log-signaturemethod": "hmac-sha256", "x-log-bodyrawsize": "0",
	} {
		r.Header.Set(name, v)
	}
	if body != "" {
		sum := md5.Sum([]byte(body))
		r.Header.Set("Content-MD5", strings.ToUpper(hex.EncodeToString(sum[:])))
		r.Header.Set("Content-Type", "application/json")
	}
	signLog(r, k)
	return r
}

func signLog(r *http.Request, k credentials) {
	lines := []string{r.Method, r.Header.Get("Content-MD5"), r.Header.Get("Content-Type"), r.Header.Get("Date")}
	names := []string{}
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-log-") || strings.HasPrefix(name, "x-acs-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		lines = append(lines, name+":"+r.Header.Get(name))
	}
	resource := r.URL.EscapedPath()
	if r.URL.RawQuery != "" {
		pairs := []string{}
		for name, values := range r.URL.Query() {
			pairs = append(pairs, name+"="+values[0])
		}
		slices.Sort(pairs)
		resource += "?" + strings.Join(pairs, "&")
	}
	mac := hmac.New(sha256.New, []byte(k.secret))
	mac.Write([]byte(strings.Join(append(lines, resource), "\n")))
	r.Header.Set("Authorization", "LOG "+k.id+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// logAnswer sends a request and returns status and body.
func logAnswer(t *testing.T, r *http.Request) (int, string) {
	t.Helper()
	response, err := direct.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.Header.Get("x-log-requestid") == "" || response.Header.Get("x-acs-request-id") != "" || response.Header.Get("Content-Encoding") != "" {
		t.Errorf("headers %v", response.Header)
	}
	return response.StatusCode, string(body)
}

// TestLogSHA256 signs with HMAC-SHA256, over every form of the endpoint.
func TestLogSHA256(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	local := keyOf("FAKELOCAL")
	if status, body := logAnswer(t, logRequest(t, server, local, http.MethodPost, "cn-hangzhou.log.aliyuncs.com", "/", `{"projectName":"p-one","description":"blank and é"}`)); status != http.StatusOK {
		t.Fatal(status, body)
	}
	for _, host := range []string{"cn-hangzhou", "cn-hangzhou-intranet", "cn-hangzhou-share", "cn-hangzhou-vpc"} {
		host += ".log.aliyuncs.com"
		if status, body := logAnswer(t, logRequest(t, server, local, http.MethodGet, "p-one."+host, "/", "")); status != http.StatusOK || !strings.Contains(body, "blank and é") {
			t.Error(host, status, body)
		}
		if status, body := logAnswer(t, logRequest(t, server, local, http.MethodGet, host, "/?size=7&description=blank%20and%20%C3%A9", "")); status != http.StatusOK || !strings.Contains(body, `"total":1`) {
			t.Error(host, status, body)
		}
	}
	if status, body := logAnswer(t, logRequest(t, server, local, http.MethodGet, "p-one.cn-shanghai.log.aliyuncs.com", "/", "")); status != http.StatusNotFound || !strings.Contains(body, `"errorCode":"ProjectNotExist"`) {
		t.Error(status, body)
	}
	if got := cloud.Requests(Filter{Product: ProductLog})[0]; got.Region != "cn-hangzhou" || got.AccountID != testMember || got.Action != "CreateProject" {
		t.Errorf("%+v", got)
	}
}

// TestLogAuthentication breaks one part of a good request at a time.
func TestLogAuthentication(t *testing.T) {
	_, server := startCloud(t, testScenario())
	for name, c := range map[string]struct {
		change func(*http.Request)
		again  bool // sign the changed request
		status int
		code   string
	}{
		"header":      {func(r *http.Request) { r.Header.Set("x-log-added", "1") }, false, 401, "SignatureNotMatch"},
		"query":       {func(r *http.Request) { r.URL.RawQuery = "size=8" }, false, 401, "SignatureNotMatch"},
		"method":      {func(r *http.Request) { r.Method = http.MethodDelete; r.Host = "p." + r.Host }, false, 401, "SignatureNotMatch"},
		"digest":      {func(r *http.Request) { r.Header.Set("Content-MD5", "00") }, true, 401, "SignatureNotMatch"},
		"family":      {func(r *http.Request) { r.Header.Set("Authorization", "acs a:b") }, false, 401, "SignatureNotMatch"},
		"unsigned":    {func(r *http.Request) { r.Header.Del("Authorization") }, false, 400, "MissAccessKeyId"},
		"key":         {func(r *http.Request) { signLog(r, keyOf("FAKENOBODY")) }, false, 401, "Unauthorized"},
		"token":       {func(r *http.Request) { r.Header.Set("x-acs-security-token", "x") }, true, 401, "Unauthorized"},
		"version":     {func(r *http.Request) { r.Header.Set("x-log-apiversion", "0.5.0") }, true, 400, "InvalidAPIVersion"},
		"no version":  {func(r *http.Request) { r.Header.Del("x-log-apiversion") }, true, 400, "MissingAPIVersion"},
		"algorithm":   {func(r *http.Request) { r.Header.Set("x-log-signaturemethod", "hmac-md5") }, true, 400, "InvalidSignatureMethod"},
		"no alg.":     {func(r *http.Request) { r.Header.Del("x-log-signaturemethod") }, true, 400, "MissingSignatureMethod"},
		"raw size":    {func(r *http.Request) { r.Header.Set("x-log-bodyrawsize", "many") }, true, 400, "InvalidBodyRawSize"},
		"no date":     {func(r *http.Request) { r.Header.Del("Date") }, true, 400, "MissingDate"},
		"date format": {func(r *http.Request) { r.Header.Set("Date", "today") }, true, 400, "InvalidDateFormat"},
		"skew": {func(r *http.Request) {
			r.Header.Set("Date", time.Now().Add(-16*time.Minute).UTC().Format(http.TimeFormat))
		}, true, 400, "RequestTimeTooSkewed"},
	} {
		r := logRequest(t, server, keyOf("FAKELOCAL"), http.MethodGet, "cn-hangzhou.log.aliyuncs.com", "/?size=7", "")
		c.change(r)
		if c.again {
			signLog(r, keyOf("FAKELOCAL"))
		}
		if status, body := logAnswer(t, r); status != c.status || !strings.HasPrefix(body, `{"errorCode":"`+c.code+`","errorMessage":"`) {
			t.Errorf("%s: %d %s, want %d %s", name, status, body, c.status, c.code)
		}
	}
	r := logRequest(t, server, keyOf("FAKELOCAL"), http.MethodPost, "cn-hangzhou.log.aliyuncs.com", "/", `{"projectName":"p-one"}`)
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(`{"projectName":"p-two"}`)), int64(len(`{"projectName":"p-two"}`))
	if status, body := logAnswer(t, r); status != 401 || !strings.Contains(body, "Content-MD5") {
		t.Error("another body:", status, body)
	}
}

// tampering changes requests of the vendor's client after they were signed.
type tampering struct {
	http.RoundTripper
	change func(*http.Request)
}

func (t tampering) RoundTrip(r *http.Request) (*http.Response, error) {
	t.change(r)
	return t.RoundTripper.RoundTrip(r)
}

// TestLogVersion4 breaks a request that the vendor's client has signed with version 4.
func TestLogVersion4(t *testing.T) {
	_, server := startCloud(t, testScenario())
	for name, change := range map[string]func(*sls.Client){
		"host":   func(c *sls.Client) { tamperLog(c, func(r *http.Request) { r.Host = "p-two." + r.URL.Host[6:] }) },
		"header": func(c *sls.Client) { tamperLog(c, func(r *http.Request) { r.Header.Set("x-log-added", "1") }) },
		"type": func(c *sls.Client) {
			tamperLog(c, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") })
		},
		"body": func(c *sls.Client) {
			tamperLog(c, func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2 })
		},
		"digest": func(c *sls.Client) {
			tamperLog(c, func(r *http.Request) { r.Header.Set("x-log-content-sha256", "00") })
		},
		"query":  func(c *sls.Client) { tamperLog(c, func(r *http.Request) { r.URL.RawQuery = "a=b" }) },
		"region": func(c *sls.Client) { c.Region = "cn-shanghai" },
		"secret": func(c *sls.Client) { c.AccessKeySecret = "guess" },
	} {
		c := logClient(t, server, keyOf("FAKELOCAL"), v4, change)
		_, err := c.CreateProject("p-one", "text")
		if message := wantLogCode(t, err, http.StatusUnauthorized, "SignatureNotMatch"); message == "" {
			t.Error(name)
		}
	}
	session := mustAssume(t, server)
	for _, sign := range []func(*sls.Client){v4, func(*sls.Client) {}} {
		if _, _, _, err := logClient(t, server, session, sign).ListProjectV2(0, 10); err != nil {
			t.Error(err)
		}
		session := session
		session.token = "forged"
		_, err := logClient(t, server, session, sign).CheckProjectExist("p-one")
		wantLogCode(t, err, http.StatusUnauthorized, "Unauthorized")
	}
	_, err := logClient(t, server, keyOf("FAKENOBODY"), v4).CheckProjectExist("p-one")
	if message := wantLogCode(t, err, http.StatusUnauthorized, "Unauthorized"); message != "AccessKeyId not found: FAKENOBODY" {
		t.Error(message)
	}
}

func tamperLog(c *sls.Client, change func(*http.Request)) {
	c.HTTPClient = &http.Client{Transport: tampering{c.HTTPClient.Transport, change}}
}

// TestLogThroughProxy: the vendor's client with nothing but a proxy, plain and with TLS.
func TestLogThroughProxy(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	for _, w := range ways(t, cloud, server) {
		if !w.trueHosts {
			continue
		}
		c := logClient(t, server, keyOf("FAKELOCAL"), v4, func(c *sls.Client) {
			c.Endpoint, c.HTTPClient = w.protocol+"://cn-hangzhou.log.aliyuncs.com", &http.Client{Transport: w.transport}
		})
		if _, err := c.CreateProject("p-one", "text"); err != nil {
			t.Errorf("%s: %v", w.name, err)
		}
		mustDo(t, c.DeleteProject("p-one"))
	}
}

// TestLogFaults come in the form of Log Service.
func TestLogFaults(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	c := logClient(t, server, keyOf("FAKELOCAL"), v4)
	cloud.AddFault(Fault{Product: ProductLog, Action: "ListJobs", Status: 503, Code: "ServerBusy", Message: "busy", First: 1})
	_, err := c.ListETL("p-one", 0, 10)
	if message := wantLogCode(t, err, http.StatusServiceUnavailable, "ServerBusy"); message != "busy" {
		t.Error(message)
	}
	_, err = c.ListETL("p-one", 0, 10)
	wantLogCode(t, err, http.StatusNotFound, "ProjectNotExist")
	mustDo(t, cloud.SetQuotas([]Quota{{Product: ProductLog, Action: "ListJobs", RequestsPerSecond: 0.001}}))
	_, err = c.ListETL("p-one", 0, 10)
	wantLogCode(t, err, http.StatusNotFound, "ProjectNotExist")
	_, err = c.ListETL("p-one", 0, 10)
	wantLogCode(t, err, http.StatusForbidden, "ReadQuotaExceed")
}

// TestLogUnknown: hosts, paths, parameters and fields that are not known are refused by name.
func TestLogUnknown(t *testing.T) {
	messages := []string{}
	_, server := startCloud(t, testScenario(), expectUnexpected(&messages))
	local := keyOf("FAKELOCAL")
	for _, c := range []struct{ method, host, path, body, code string }{
		{http.MethodGet, "p.cn-hangzhou.log.aliyuncs.com", "/machinegroups", "", codeNotSimulated},
		{http.MethodGet, "cn-hangzhou.log.aliyuncs.com", "/jobs", "", codeNotSimulated},
		{http.MethodPut, "p.cn-hangzhou.log.aliyuncs.com", "/jobs/a?action=PAUSE", "", codeNotSimulated},
		{http.MethodGet, "cn-hangzhou.log.aliyuncs.com", "/?type=all", "", codeNotSimulated},
		{http.MethodGet, "cn-hangzhou.log.aliyuncs.com", "/?" + url.Values{"colour": {"red"}}.Encode(), "", codeUnknownParameter},
		{http.MethodPost, "cn-hangzhou.log.aliyuncs.com", "/", `{"projectName":"p-one","colour":"red"}`, codeUnknownParameter},
		{http.MethodGet, "cn-hangzhou.log.aliyuncs.com", "/?size=501", "", logInvalid},
		{http.MethodPost, "cn-hangzhou.log.aliyuncs.com", "/", `{"projectName":`, "PostBodyInvalid"},
		{http.MethodPost, "cn-hangzhou.log.aliyuncs.com", "/", `{}`, logInvalid},
	} {
		if _, body := logAnswer(t, logRequest(t, server, local, c.method, c.host, c.path, c.body)); !strings.HasPrefix(body, `{"errorCode":"`+c.code+`"`) {
			t.Errorf("%s %s%s: %s, want %s", c.method, c.host, c.path, body, c.code)
		}
	}
	if len(messages) != 6 {
		t.Errorf("%d calls were unexpected: %q", len(messages), messages)
	}
}
