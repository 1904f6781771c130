package docs

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// root is the root of the repository, as the tests see it.
const root = "../.."

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What the code renders is what is committed. The schema is more than an input
// of the pages: its diff shows every change that users will notice.
func TestCommitted(t *testing.T) {
	t.Parallel()
	files, err := Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pages, err := Pages(t.Context(), root)
	if err != nil {
		t.Fatalf("%s\nrun make docs", err)
	}
	policies, err := Examples()
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(files, pages)
	maps.Copy(files, policies)
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Errorf("%s: run make docs", err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is out of date, from line %d on: run make docs", path, firstDifference(got, want))
		}
	}
}

func firstDifference(a, b []byte) int {
	x, y := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(x), len(y)) {
		if !bytes.Equal(x[i], y[i]) {
			return i + 1
		}
	}
	return min(len(x), len(y)) + 1
}

// Nothing in the tables is about an object that is gone, and every page below
// docs is about one that is there.
func TestPages_complete(t *testing.T) {
	t.Parallel()
	list, err := objects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var keys, pages []string
	for _, o := range list {
		keys, pages = append(keys, o.key()), append(pages, filepath.Join("docs", o.page()))
		if p := provenance[o.key()]; len(p.Documented)+len(p.Inferred) == 0 {
			t.Errorf("%s: say in internal/docs/provenance.go what is documented and what is inferred", o.key())
		}
	}
	for key := range provenance {
		if !slices.Contains(keys, key) {
			t.Errorf("internal/docs/provenance.go has %s, which the provider does not have", key)
		}
	}
	for _, folder := range []string{"resources", "data-sources", "ephemeral-resources", "list-resources", "actions", "functions"} {
		found, err := filepath.Glob(filepath.Join(root, "docs", folder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			if page, _ := filepath.Rel(root, path); !slices.Contains(pages, page) {
				t.Errorf("%s is the page of nothing: run make docs", page)
			}
		}
	}
}

// Each example is on a page as it stands. It sees a page that was not rendered
// again without running tfplugindocs.
func TestPages_showExamples(t *testing.T) {
	t.Parallel()
	paths := examples(t)
	if len(paths) == 0 {
		t.Fatal("there are no examples")
	}
	paths = slices.Concat(paths, below(t, "examples", ".json"), below(t, "examples", ".hcl"), []string{module + "main.tf", module + "tests/fleet.yaml"})
	var all []string
	for _, path := range documents(t) {
		all = append(all, read(t, path))
	}
	pages := strings.Join(all, "\n")
	for _, path := range paths {
		if !strings.Contains(pages, strings.TrimSpace(read(t, path))) {
			t.Errorf("%s is on no page, or not as it stands: run make docs", path)
		}
	}
	for _, template := range below(t, "templates", ".md.tmpl") {
		want := strings.TrimSuffix(strings.Replace(template, "templates/", "docs/", 1), ".tmpl")
		for line := range strings.SplitSeq(read(t, template), "\n") {
			if !strings.Contains(line, "{{") && !strings.Contains(read(t, want), line) {
				t.Errorf("%s lacks the line %q of its template: run make docs", want, line)
				break
			}
		}
	}
}

func documents(t *testing.T) []string {
	t.Helper()
	return below(t, "docs", ".md")
}

func below(t *testing.T, folder, suffix string) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, suffix) {
			path, err = filepath.Rel(root, path)
			paths = append(paths, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

var link = regexp.MustCompile(`\]\(([^)#:]*)(#[^)]*)?\)`)

// Links between the pages lead somewhere.
func TestPages_links(t *testing.T) {
	t.Parallel()
	for _, path := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, path), -1) {
			target := path
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(path), m[1])
			}
			text, err := os.ReadFile(filepath.Join(root, target))
			if err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
				continue
			}
			anchor := strings.TrimPrefix(m[2], "#")
			if anchor != "" && !strings.Contains(string(text), `id="`+anchor+`"`) && !slices.Contains(headings(string(text)), anchor) {
				t.Errorf("%s links to %s, which has no heading for #%s", path, target, anchor)
			}
		}
	}
}

var punctuation = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// headings are the anchors of a page's headings.
func headings(page string) []string {
	var list []string
	for line := range strings.SplitSeq(page, "\n") {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			list = append(list, strings.ReplaceAll(punctuation.ReplaceAllString(strings.ToLower(title), ""), " ", "-"))
		}
	}
	return list
}

// The table of credentials names the variables that the code reads, in its order.
func TestIndex_variables(t *testing.T) {
	t.Parallel()
	var schemas providerSchemas
	if err := json.Unmarshal([]byte(read(t, schemaPath)), &schemas); err != nil {
		t.Fatal(err)
	}
	index := read(t, "templates/index.md.tmpl")
	variables := regexp.MustCompile(`Environment: ([^.]+)\.`)
	found := 0
	var walk func(prefix string, b blockJSON)
	walk = func(prefix string, b blockJSON) {
		for name, a := range b.Attributes {
			if m := variables.FindStringSubmatch(a.Description); m != nil {
				found++
				if row := "| `" + prefix + name + "` | " + m[1] + " |"; !strings.Contains(index, row) {
					t.Errorf("templates/index.md.tmpl lacks the row %s", row)
				}
			}
		}
		for name, n := range b.BlockTypes {
			walk(prefix+name+".", n.Block)
		}
	}
	for _, s := range schemas.Schemas {
		walk("", s.Provider.Block)
	}
	if found < 10 {
		t.Errorf("only %d arguments with variables were found", found)
	}
}

func TestRuleFacts(t *testing.T) {
	t.Parallel()
	catalogue, err := compliance.Load()
	if err != nil {
		t.Fatal(err)
	}
	rule, err := catalogue.Lookup("ack-cluster-node-monitorenabled")
	if err != nil {
		t.Fatal(err)
	}
	facts, err := ruleFacts(rule)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, f := range facts {
		paths = append(paths, f.Path)
	}
	want := []string{
		"cluster.cluster_type", "cluster.profile", "cluster.control_plane_monitor", "cluster.node_pools",
		"cluster.node_pools[].id", "cluster.node_pools[].name", "cluster.node_pools[].total_nodes", "cluster.node_pools[].cms_enabled",
	}
	if !slices.Equal(paths, want) {
		t.Errorf("got %q, want %q", paths, want)
	}
	calls, err := ruleCalls(rule)
	if err != nil || !slices.Equal(calls, []call{{"DescribeClusterDetail", false}, {"DescribeClusterNodePools", false}}) {
		t.Errorf("calls: %v, %v", calls, err)
	}
}

// A word that only one language has is an error, not a gap on the page.
func TestLanguages_sameWords(t *testing.T) {
	t.Parallel()
	for word := range english.words {
		if chinese.words[word] == "" {
			t.Errorf("no Chinese word for %q", word)
		}
	}
	for name := range english.mappings {
		if chinese.mappings[name] == "" {
			t.Errorf("no Chinese name for %q", name)
		}
	}
	if _, err := lookup("word", english.words)("nonsense"); err == nil {
		t.Error("an unknown word is no error")
	}
}

func TestProvenance_replaced(t *testing.T) {
	t.Parallel()
	first := withProvenance([]byte("# Page\n\n"), Provenance{Documented: []string{"a"}, Inferred: []string{"b"}})
	second := withProvenance(first, Provenance{Documented: []string{"c"}, Inferred: []string{"d"}, Validated: "2027-01-31"})
	if text := string(second); strings.Count(text, "## Provenance") != 1 || !strings.Contains(text, "2027-01-31") || !strings.HasPrefix(text, "# Page\n") {
		t.Errorf("got %s", text)
	}
	if !strings.Contains(string(first), "never") {
		t.Errorf("got %s", first)
	}
}
