// Package docs renders what the documentation takes from the code: the
// committed provider schema, the pages of the rule catalogues, of the conditions for
// alerts, of credentials and of the simulator, and the provenance of every object. tfplugindocs renders the rest, see cmd/ackguard-docs.
package docs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
)

// schemaPath is where the schema is committed, from the root of the repository.
const schemaPath = "internal/provider/schema.json"

// Files renders every file that is ours alone, by its path from the root of
// the repository.
func Files(ctx context.Context) (map[string][]byte, error) {
	schema, err := SchemaJSON(ctx, provider.Address)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{schemaPath: schema}
	for _, l := range []language{english, chinese} {
		pages, err := rulePages(l)
		if err != nil {
			return nil, err
		}
		maps.Copy(files, pages)
	}
	conditions, err := conditionPages()
	if err != nil {
		return nil, err
	}
	maps.Copy(files, conditions)
	pages, err := referencePages()
	maps.Copy(files, pages)
	return files, err
}

// Pages completes the pages that tfplugindocs has rendered below root/docs:
// provenance for each object, and the table of permissions.
func Pages(ctx context.Context, root string) (map[string][]byte, error) {
	list, err := objects(ctx)
	if err != nil {
		return nil, err
	}
	pages := map[string][]byte{}
	var errs []error
	for _, o := range list {
		p, ok := provenance[o.key()]
		if !ok {
			errs = append(errs, fmt.Errorf("%s has no entry in internal/docs/provenance.go", o.key()))
			continue
		}
		path := filepath.Join("docs", o.page())
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		pages[path] = withProvenance(text, p)
	}
	const index = "docs/index.md"
	text, err := os.ReadFile(filepath.Join(root, index))
	if err == nil {
		pages[index], err = withPermissions(text)
	}
	errs = append(errs, err)
	return pages, errors.Join(errs...)
}

// Write writes the files that differ.
func Write(root string, files map[string][]byte) error {
	for path, text := range files {
		full := filepath.Join(root, path)
		if old, err := os.ReadFile(full); err == nil && bytes.Equal(old, text) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil { //nolint:gosec // a checkout, read by everyone who may read the repository
			return err
		}
		if err := os.WriteFile(full, text, 0o644); err != nil { //nolint:gosec // as above
			return err
		}
	}
	return nil
}
