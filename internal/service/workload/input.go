package workload

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/manifest"
)

// manifestEndings are the files that are read from a folder.
var manifestEndings = []string{".yaml", ".yml", ".json"}

// expand returns the files that patterns stand for, each once, in order: a folder stands for all manifests below it, and
// a pattern that matches nothing is an error, for what is not read is not judged.
func expand(patterns []string) ([]string, error) {
	var files []string
	var errs []error
	for _, pattern := range patterns {
		matches, err := matching(pattern)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		before, failed := len(files), len(errs)
		for _, match := range matches {
			found, err := below(match, above(match))
			if err != nil {
				errs = append(errs, err)
			}
			files = append(files, found...)
		}
		if len(files) == before && len(errs) == failed {
			errs = append(errs, fmt.Errorf("%s matches no file", pattern))
		}
	}
	slices.Sort(files)
	seen := map[string]bool{}
	files = slices.DeleteFunc(files, func(name string) bool {
		target, err := filepath.EvalSymlinks(name)
		if err != nil {
			target = name // Who reads it says what is wrong.
		}
		again := seen[target]
		seen[target] = true
		return again
	})
	return files, errors.Join(errs...)
}

// matching returns what a pattern matches. A path that is there is itself, whatever characters it has.
func matching(pattern string) ([]string, error) {
	if _, err := os.Lstat(pattern); err == nil {
		return []string{pattern}, nil
	}
	if strings.Contains(pattern, "**") {
		return nil, fmt.Errorf("%s: ** would stand for one folder only; name the folder before it, which stands for every manifest below", pattern)
	}
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s is no pattern: %w", pattern, err)
	}
	return matches, nil
}

// above are the folders around a path.
func above(path string) []os.FileInfo {
	var around []os.FileInfo
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	path, _ = filepath.Abs(path) // Of no working directory the rest tells.
	for path != filepath.Dir(path) {
		path = filepath.Dir(path)
		if info, err := os.Stat(path); err == nil {
			around = append(around, info)
		}
	}
	return around
}

// below returns a file, or the manifests in a folder and all folders below it. Links to folders are followed, except to
// those around them.
func below(path string, around []os.FileInfo) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.Mode().IsRegular():
		return []string{path}, nil
	case !info.IsDir():
		return nil, fmt.Errorf("%s is neither a file nor a folder", path)
	case slices.ContainsFunc(around, func(a os.FileInfo) bool { return os.SameFile(a, info) }):
		return nil, nil
	}
	entries, err := os.ReadDir(path)
	errs := []error{err}
	around = append(slices.Clone(around), info)
	var files []string
	for _, e := range entries {
		link := e.Type()&fs.ModeSymlink != 0
		named := slices.Contains(manifestEndings, strings.ToLower(filepath.Ext(e.Name())))
		inner := filepath.Join(path, e.Name())
		if !e.IsDir() && !named {
			if !link {
				continue
			}
			// Under such a name only a link to a folder matters.
			if target, err := os.Stat(inner); err != nil || !target.IsDir() {
				continue
			}
		}
		found, err := below(inner, around)
		files, errs = append(files, found...), append(errs, err)
	}
	return files, errors.Join(errs...)
}

// valueOf gives a Terraform value the shapes that a manifest's values have. Null entries of maps are left out, and what
// is not known yet is workload.Unknown.
func valueOf(v attr.Value) (any, error) {
	switch {
	case v == nil || v.IsNull():
		return nil, nil //nolint:nilnil // null is a value here
	case v.IsUnknown():
		return workload.Unknown, nil
	}
	switch x := v.(type) {
	case types.Dynamic:
		return valueOf(x.UnderlyingValue())
	case types.String:
		return x.ValueString(), nil
	case types.Bool:
		return x.ValueBool(), nil
	case types.Number:
		number := x.ValueBigFloat()
		if i, exact := number.Int64(); exact == 0 {
			return i, nil
		}
		f, _ := number.Float64()
		return f, nil
	case types.Object:
		return mapOf(x.Attributes())
	case types.Map:
		return mapOf(x.Elements())
	case types.List:
		return listOf(x.Elements())
	case types.Tuple:
		return listOf(x.Elements())
	case types.Set:
		return listOf(x.Elements())
	}
	return nil, fmt.Errorf("a %s is nothing that a manifest can have", v.Type(nil)) //nolint:staticcheck // the type's name needs no context
}

func mapOf(entries map[string]attr.Value) (any, error) {
	out := make(map[string]any, len(entries))
	for k, e := range entries {
		v, err := valueOf(e)
		if err != nil {
			return nil, err
		}
		if v != nil {
			out[k] = v
		}
	}
	return out, nil
}

func listOf(elements []attr.Value) (any, error) {
	out := make([]any, 0, len(elements))
	for _, e := range elements {
		v, err := valueOf(e)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// objectsOf returns the objects of a value: an object, a list of them, or a List of Kubernetes. An element that is not
// known yet is nil, and so are elements of which not even the number is known.
func objectsOf(v any) ([]map[string]any, error) {
	switch x := v.(type) {
	case []any:
		var all []map[string]any
		for i, e := range x {
			if e == workload.Unknown {
				all = append(all, nil)
				continue
			}
			objects, err := objectsOf(e)
			if err != nil {
				return nil, fmt.Errorf("element %d: %w", i, err)
			}
			all = append(all, objects...)
		}
		return all, nil
	case map[string]any:
		if items, isList := manifest.Items(x); isList {
			switch items := items.(type) {
			case nil:
				return nil, nil
			case []any:
				return objectsOf(items)
			}
			if items == workload.Unknown {
				return []map[string]any{nil}, nil
			}
			return nil, errors.New("the items of a List are no list")
		}
		for _, key := range []string{"apiVersion", "kind"} {
			if _, text := x[key].(string); !text && x[key] != workload.Unknown {
				return nil, errors.New("an object without apiVersion and kind is no manifest")
			}
		}
		version, _ := x["apiVersion"].(string)
		kind, _ := x["kind"].(string)
		if text := manifest.Misspelt(version, kind); text != "" && version != "" {
			return nil, errors.New(text)
		}
		return []map[string]any{x}, nil
	}
	return nil, errors.New("want an object with apiVersion and kind, or a list of them")
}
