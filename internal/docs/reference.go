package docs

import (
	"bytes"
	_ "embed"
	"strings"
	"text/template"

	"github.com/ackguard/terraform-provider-ackguard/internal/credentials"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

//go:embed credentials.md.tmpl
var credentialsTemplate string

//go:embed simulator.md.tmpl
var simulatorTemplate string

// referencePages renders the guides that are tables of the code.
func referencePages() (map[string][]byte, error) {
	pages := map[string][]byte{}
	for path, page := range map[string]struct {
		template string
		data     any
	}{
		"docs/guides/credentials.md": {credentialsTemplate, map[string]any{"Ways": credentials.Ways, "Arguments": credentials.Arguments}},
		"docs/guides/simulator.md":   {simulatorTemplate, map[string]string{"Provenance": strings.TrimRight(simulator.ProvenancePage(), "\n")}},
	} {
		t, err := template.New(path).Funcs(template.FuncMap{
			"cell":  cell,
			"inc":   func(i int) int { return i + 1 },
			"names": names,
		}).Parse(page.template)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, page.data); err != nil {
			return nil, err
		}
		pages[path] = b.Bytes()
	}
	return pages, nil
}

// names puts the arguments in the name of a way to sign in into code quotes.
func names(way string) string {
	var words []string
	for word := range strings.FieldsSeq(way) {
		bare := strings.TrimSuffix(word, ",")
		if strings.Contains(bare, "_") || bare == "profile" {
			word = "`" + bare + "`" + strings.TrimPrefix(word, bare)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
