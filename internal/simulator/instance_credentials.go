package simulator

import (
	"net/http"
	"strconv"
	"time"
)

// Credentials that a machine has without a key: the metadata service of an ECS instance with a RAM role, and
// credentials URIs, which users serve themselves. Both answer by path on the one port; the metadata service also under
// its own address 100.100.100.200 through the forward proxy. Neither is signed, and both exist only when the scenario
// says which role they stand for.

const (
	metadataRolePath   = "/latest/meta-data/ram/security-credentials/"
	credentialsURIPath = "/credentials-uri/"
	longestTokenLife   = 21600
)

var metadataOperations = []operation{
	{product: ProductMetadata, action: "CreateMetadataToken", method: http.MethodPut, pattern: "/latest/api/token", serve: createMetadataToken},
	{product: ProductMetadata, action: "GetInstanceRole", method: http.MethodGet, pattern: metadataRolePath, serve: getInstanceRole},
	{product: ProductMetadata, action: "GetInstanceCredentials", method: http.MethodGet, pattern: metadataRolePath + "{role}", serve: getInstanceCredentials},
}

var credentialsURIOperations = []operation{
	{product: ProductCredentialsURI, action: "GetCredentials", method: http.MethodGet, pattern: credentialsURIPath + "{name}", serve: getURICredentials},
}

// text is an answer of the metadata service, which writes no JSON but in the credentials themselves.
func (a answer) text(status int, body string) answer {
	a.header.Set("Content-Type", "text/plain")
	a.status, a.body = status, []byte(body)
	return a
}

// refusal is an error of the metadata service; code is for the record only.
func (a answer) refusal(status int, code, why string) answer {
	a.code, a.message = code, why
	return a.text(status, strconv.Itoa(status)+" - "+http.StatusText(status)+": "+why+"\n")
}

// createMetadataToken is the first step of the security hardening mode.
func createMetadataToken(c *Cloud, r *http.Request, _ target, now time.Time, base answer) (answer, *apiError) {
	if c.instance == nil {
		return base, noInstance()
	}
	life, _ := strconv.Atoi(r.Header.Get("X-aliyun-ecs-metadata-token-ttl-seconds"))
	if life < 1 || life > longestTokenLife {
		return base.refusal(http.StatusBadRequest, "InvalidTTL", "X-aliyun-ecs-metadata-token-ttl-seconds is not 1 to 21600"), nil
	}
	for old, until := range c.imdsTokens {
		if !now.Before(until) {
			delete(c.imdsTokens, old)
		}
	}
	token := c.randomID(alphanumeric, 48)
	c.imdsTokens[token] = now.Add(time.Duration(life) * time.Second)
	return base.text(http.StatusOK, token), nil
}

// admitted checks the token where there must be one, and wherever there is one.
func (c *Cloud) admitted(r *http.Request, now time.Time) bool {
	token := r.Header.Get("X-aliyun-ecs-metadata-token")
	if token == "" {
		return c.instance.HTTPTokens != "required"
	}
	until, known := c.imdsTokens[token]
	return known && now.Before(until)
}

func noInstance() *apiError { return notSimulated("the scenario has no ecs_instance") }

func getInstanceRole(c *Cloud, r *http.Request, _ target, now time.Time, base answer) (answer, *apiError) {
	switch {
	case c.instance == nil:
		return base, noInstance()
	case !c.admitted(r, now):
		return base.refusal(http.StatusForbidden, "InvalidMetadataToken", "the metadata token is missing, unknown or expired"), nil
	}
	return base.text(http.StatusOK, c.instance.RAMRoleName), nil
}

func getInstanceCredentials(c *Cloud, r *http.Request, t target, now time.Time, base answer) (answer, *apiError) {
	switch {
	case c.instance == nil:
		return base, noInstance()
	case !c.admitted(r, now):
		return base.refusal(http.StatusForbidden, "InvalidMetadataToken", "the metadata token is missing, unknown or expired"), nil
	case t.path["role"] != c.instance.RAMRoleName || c.role(c.instance.AccountID, c.instance.RAMRoleName) == nil:
		return base.refusal(http.StatusNotFound, "NotFound", "the instance has no role "+t.path["role"]), nil
	}
	life := instanceSession
	if c.instance.SessionDuration != "" {
		life = duration(c.instance.SessionDuration)
	}
	instanceID := c.instance.InstanceID
	if instanceID == "" {
		instanceID = "i-simulated"
	}
	id, s := c.standingSession("instance", session{accountID: c.instance.AccountID, roleName: c.instance.RAMRoleName, sessionName: "vm-ram-" + instanceID}, now, life)
	result := s.credentials(id)
	result["Code"] = "Success"
	result["LastUpdated"] = s.expires.Add(-life).UTC().Format("2006-01-02T15:04:05Z")
	return jsonAnswer(result, base), nil
}

func getURICredentials(c *Cloud, _ *http.Request, t target, now time.Time, base answer) (answer, *apiError) {
	uri, known := c.uris[t.path["name"]]
	if !known {
		return base, notSimulated("the scenario has no credentials URI %q", t.path["name"])
	}
	if c.role(uri.AccountID, uri.RoleName) == nil {
		return base.refusal(http.StatusNotFound, "NotFound", "the role "+uri.RoleName+" does not exist any more"), nil
	}
	life := credentialSession
	if uri.SessionDuration != "" {
		life = duration(uri.SessionDuration)
	}
	id, s := c.standingSession("uri "+uri.Name, session{accountID: uri.AccountID, roleName: uri.RoleName, sessionName: "credentials-uri"}, now, life)
	result := s.credentials(id)
	result["Code"] = "Success"
	return jsonAnswer(result, base), nil
}

// standingSession hands the same session out until half of its life is over, so that whoever comes for a fresh one
// shortly before the end gets one.
func (c *Cloud) standingSession(source string, wanted session, now time.Time, life time.Duration) (string, *session) {
	if id := c.standing[source]; id != "" {
		if s := c.sessions[id]; s.expires.Sub(now) > life/2 {
			return id, s
		}
	}
	id, s := c.openSession(wanted, now, life)
	c.standing[source] = id
	return id, s
}
