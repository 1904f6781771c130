// Command sbom writes what is linked into a Go binary as a CycloneDX 1.5
// document. The release runs it, so that it needs no program beside Go.
//
//	sbom BINARY DOCUMENT
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

type component struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	PURL    string `json:"purl,omitempty"`
}

type document struct {
	Format      string `json:"bomFormat"`
	SpecVersion string `json:"specVersion"`
	Version     int    `json:"version"`
	Metadata    struct {
		Component component `json:"component"`
	} `json:"metadata"`
	Components []component `json:"components"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 2 {
		return errors.New("usage: sbom BINARY DOCUMENT")
	}
	info, err := buildinfo.ReadFile(arguments[0])
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(describe(filepath.Base(arguments[0]), info), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(arguments[1], append(text, '\n'), 0o644) //nolint:gosec // a published document
}

// describe lists the modules of a binary, the toolchain's standard library
// among them. It holds no time and no serial number, so that the same build
// gives the same document.
func describe(name string, info *buildinfo.BuildInfo) document {
	doc := document{Format: "CycloneDX", SpecVersion: "1.5", Version: 1}
	doc.Metadata.Component = component{Type: "application", Name: name, PURL: purl(info.Main.Path, info.Main.Version), Version: info.Main.Version}
	doc.Components = append(doc.Components, component{Type: "library", Name: "std", Version: info.GoVersion, PURL: purl("std", info.GoVersion)})
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		doc.Components = append(doc.Components, component{Type: "library", Name: m.Path, Version: m.Version, PURL: purl(m.Path, m.Version)})
	}
	return doc
}

func purl(module, version string) string { return "pkg:golang/" + module + "@" + version }
