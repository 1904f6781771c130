package demo

import (
	"bytes"
	"slices"
	"testing"
)

func TestWrap(t *testing.T) {
	for text, want := range map[string][]string{
		"":                        {""},
		"one two three":           {"one two", "three"},
		"a-word-that-is-longer b": {"a-word-that-is-longer", "b"},
		"one\n\ntwo":              {"one", "", "two"},
		"überall äöü":             {"überall", "äöü"},
	} {
		if got := wrap(text, 8); !slices.Equal(got, want) {
			t.Errorf("wrap(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	rows := [][]cell{plain("A", "B"), {{"a heading that is wide", bold}}, {{"é", ""}, {"x", red}}, plain("long", "y")}
	for colour, want := range map[bool]string{
		false: "\n   A     B\n   a heading that is wide\n   é     x\n   long  y\n\n",
		true:  "\n   A     B\n   \x1b[1ma heading that is wide\x1b[0m\n   é     \x1b[31mx\x1b[0m\n   long  y\n\n",
	} {
		var out bytes.Buffer
		(&screen{out: &out, colour: colour}).table(rows...)
		if out.String() != want {
			t.Errorf("%q, want %q", out.String(), want)
		}
	}
}
