package simulator

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestImportsNothingOfOurs: a simulator that shared code with the clients would only prove that we agree with
// ourselves. Outside of tests it does not use the vendor's SDKs either.
func TestImportsNothingOfOurs(t *testing.T) {
	const ours, allowed = "github.com/ackguard/", "github.com/ackguard/terraform-provider-ackguard/internal/simulator"
	// Knows words, and nothing of Alibaba Cloud.
	const neutral = "github.com/ackguard/terraform-provider-ackguard/internal/nearest"
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if strings.HasPrefix(name, ours) && name != allowed && name != neutral && !strings.HasPrefix(name, allowed+"/") {
				t.Errorf("%s imports %s", path, name)
			}
			vendor := strings.HasPrefix(name, "github.com/alibabacloud-go/") || strings.HasPrefix(name, "github.com/aliyun/")
			if vendor && !strings.HasSuffix(path, "_test.go") {
				t.Errorf("%s imports the vendor's %s", path, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
