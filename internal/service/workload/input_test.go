package workload

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Whatever manifests a pattern stands for are found, each once; what is not read is said.
func TestExpand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"k8s/a.yaml", "k8s/deep/er/b.YML", "k8s/notes.txt", "base/c.json", "base/d.yaml", "odd[1]/e.yaml", "folder.yaml/f.yaml"} {
		if err := os.MkdirAll(filepath.Dir(at(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"k8s/base": "../base", "k8s/round": "..", "k8s/again.yaml": "a.yaml", "k8s/nowhere.txt": "gone", "k8s/deep/self": ".",
		"gone/broken.yaml": "nothing", "loop.yaml": "loop.yaml",
	} {
		if err := os.MkdirAll(filepath.Dir(at(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, at(name)); err != nil {
			t.Skip(err)
		}
	}
	for pattern, c := range map[string]struct {
		want []string
		says string
	}{
		"base":              {[]string{"base/c.json", "base/d.yaml"}, ""},
		"k8s":               {[]string{"k8s/a.yaml", "k8s/base/c.json", "k8s/base/d.yaml", "k8s/deep/er/b.YML"}, ""},
		"k8s/deep":          {[]string{"k8s/deep/er/b.YML"}, ""},
		"k8s/*.yaml":        {[]string{"k8s/a.yaml"}, ""}, // again.yaml is the same.
		"k8s/base":          {[]string{"k8s/base/c.json", "k8s/base/d.yaml"}, ""},
		"odd[1]":            {[]string{"odd[1]/e.yaml"}, ""},
		"odd[1]/e.yaml":     {[]string{"odd[1]/e.yaml"}, ""},
		"folder.yaml":       {[]string{"folder.yaml/f.yaml"}, ""},
		"none*":             {nil, "matches no file"},
		"k8s/**/*.yaml":     {nil, "** would stand for one folder only"},
		"[":                 {nil, "is no pattern"},
		"gone":              {nil, "broken.yaml"},
		"loop.yaml":         {nil, "too many"},
		"gone/broken.yaml":  {nil, "no such file"},
		"k8s/deep/er/b.yml": {nil, "matches no file"},
	} {
		got, err := expand([]string{at(pattern)})
		for i := range got {
			got[i] = strings.TrimPrefix(got[i], dir+string(filepath.Separator))
		}
		if !slices.Equal(got, c.want) || (err != nil) != (c.says != "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q, %v; want %q, %q", pattern, got, err, c.want, c.says)
		}
	}
}
