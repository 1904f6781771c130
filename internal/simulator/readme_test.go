package simulator

import (
	"os"
	"strings"
	"testing"
)

// TestReadmeScenarios: the scenarios on the page can be loaded as they stand.
func TestReadmeScenarios(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "```yaml\n")[1:]
	for _, block := range blocks {
		text, _, _ := strings.Cut(block, "```")
		if _, err := ParseScenario("README.md", []byte(text)); err != nil {
			t.Error(err)
		}
	}
	if len(blocks) != 4 {
		t.Errorf("%d scenarios on the page, want 4", len(blocks))
	}
}
