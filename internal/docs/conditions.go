package docs

import (
	"bytes"
	_ "embed"
	"strings"
	"text/template"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
)

//go:embed conditions.md.tmpl
var englishConditions string

//go:embed conditions.zh-CN.md.tmpl
var chineseConditions string

// conditionPages render the ready conditions of ackguard_audit_alert in both languages.
func conditionPages() (map[string][]byte, error) {
	pages := map[string][]byte{}
	for path, page := range map[string]struct{ language, template string }{
		"docs/guides/audit-conditions.md":       {"en", englishConditions},
		"docs/guides/audit-conditions.zh-CN.md": {"zh", chineseConditions},
	} {
		t, err := template.New(path).Funcs(template.FuncMap{
			"cell": cell,
			"code": func(list []string) string { return "`" + strings.Join(list, "`, `") + "`" },
		}).Parse(page.template)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, logshipping.Conditions(page.language)); err != nil {
			return nil, err
		}
		pages[path] = b.Bytes()
	}
	return pages, nil
}
