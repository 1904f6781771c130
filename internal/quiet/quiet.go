// Package quiet keeps the SDK's debug output shut: with DEBUG=dara or
// DEBUG=tea it prints every header of every request, session tokens among them.
//
// The SDK reads the variable while its packages are initialised. This package
// needs nothing but the standard library and comes first by its import path,
// so Go initialises it before the SDK; a test with the real binary holds that.
package quiet

import (
	"os"
	"strings"
)

func init() {
	for flag := range strings.SplitSeq(os.Getenv("DEBUG"), ",") {
		switch strings.TrimSpace(flag) {
		case "dara", "tea", "sdk", "credential":
			_ = os.Unsetenv("DEBUG") // an error would only mean that it is not set
		}
	}
}
