package simulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"time"
)

// tokenLife is how long a page token is good for.
const tokenLife = time.Hour

// pageToken is the inside of a NextToken. It is signed and bound to call, caller and filter, so that a client cannot
// build one, carry it to another account, or change the filter between pages.
type pageToken struct {
	Action  string    `json:"action"`
	Caller  string    `json:"caller"`
	Filter  string    `json:"filter"`
	Last    string    `json:"last"`
	Expires time.Time `json:"expires"`
}

func (cl *call) makeToken(action, caller string, filter url.Values, last string) string {
	payload, err := json.Marshal(pageToken{action, caller, filter.Encode(), last, cl.time.Add(tokenLife)})
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(append(cl.tokenMAC(payload), payload...))
}

func (cl *call) tokenMAC(payload []byte) []byte {
	mac := hmac.New(sha256.New, cl.tokenKey)
	mac.Write(payload)
	return mac.Sum(nil)
}

func (cl *call) readToken(text, action, caller string, filter url.Values) (last string, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < sha256.Size || !hmac.Equal(cl.tokenMAC(raw[sha256.Size:]), raw[:sha256.Size]) {
		return "", false
	}
	var t pageToken
	if json.Unmarshal(raw[sha256.Size:], &t) != nil {
		return "", false
	}
	return t.Last, t.Action == action && t.Caller == caller && t.Filter == filter.Encode() && cl.time.Before(t.Expires)
}
