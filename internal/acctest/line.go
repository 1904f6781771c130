package acctest

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"sync"
)

// line is how one provider reaches the cloud. It can be cut at a call, which
// then either never arrives or takes effect and is not answered; nothing passes
// afterwards.
type line struct {
	cloud *Cloud
	at    func(calls []apiCall) bool // whether the last of the calls is the one to cut at; nil for never
	// committed: the call at which it is cut takes effect.
	committed bool
	// watched: each call is noted with whether it changed something.
	watched bool
	// cut is what dies with it, before anything else happens.
	cut func()

	mu    sync.Mutex
	calls []apiCall
	saves int
	dead  bool
}

// apiCall is a call that a line has carried.
type apiCall struct {
	action, path string
	// changed: it changed something in the cloud, if the line is watched.
	changed bool
	// saves is how often the state had been saved before it.
	saves int
}

// ServeHTTP implements http.Handler. One call at a time: a change is
// recognised by the cloud before and after it.
func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		panic(http.ErrAbortHandler)
	}
	l.calls = append(l.calls, apiCall{action: cmp.Or(r.Header.Get("x-acs-action"), r.Method), path: r.URL.Path, saves: l.saves})
	if l.at == nil || !l.at(l.calls) {
		if !l.watched { // looking at the whole cloud costs as much as the rest of a call
			l.cloud.ServeHTTP(w, r)
			return
		}
		before := l.cloud.Snapshot()
		l.cloud.ServeHTTP(w, r)
		l.calls[len(l.calls)-1].changed = len(before.Diff(l.cloud.Snapshot())) > 0
		return
	}
	if l.committed {
		l.cloud.ServeHTTP(httptest.NewRecorder(), r)
	}
	l.dead = true
	l.cut()
	panic(http.ErrAbortHandler)
}

// nth cuts at the n-th call, counted from 1.
func nth(n int) func([]apiCall) bool {
	return func(calls []apiCall) bool { return len(calls) == n }
}

// save saves the state, unless the line was cut: what a dead provider returns reaches nobody.
func (l *line) save(state *object, o object) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dead {
		*state = o
		l.saves++
	}
}

// isDead reports whether the line was cut.
func (l *line) isDead() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead
}

// carried is what has passed, with the call at which it was cut.
func (l *line) carried() []apiCall {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls
}
