package workload

import (
	"errors"
	"maps"
	"regexp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/manifest"
)

// Judged is what the rules of the inspection say of manifests.
type Judged struct {
	Findings   []compliance.Finding // Of every verdict, with source and, of what somebody must act on, line.
	Unreadable []string             // Documents that were not judged, and why.
}

// JudgeManifests judges the manifests of files, as ManifestAttributes describes them, and of texts, by name. The error joins
// the files that could not be read.
func JudgeManifests(files []string, texts map[string]string, templates workload.Templates) (Judged, error) {
	c, err := newCriteria(profileACK, "", nil, nil, templates)
	if err != nil {
		return Judged{}, err
	}
	j := newJudge(c, true)
	err = j.readFiles(files)
	j.readTexts(texts)
	return Judged{j.findings, j.unreadable}, err
}

// readFiles judges the files that patterns stand for.
func (j *judge) readFiles(patterns []string) error {
	files, err := expand(patterns)
	errs := []error{err}
	for _, name := range files {
		data, err := manifest.ReadFile(name)
		var large *manifest.DocumentError
		switch {
		case errors.As(err, &large):
			j.unreadable = append(j.unreadable, name+": "+large.Error())
		case err != nil:
			errs = append(errs, err)
		default:
			j.read(name, data)
		}
	}
	return errors.Join(errs...)
}

func (j *judge) readTexts(texts map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		j.read(name, []byte(texts[name]))
	}
}

// ManifestAttributes are the arguments files, manifests and pod_template_paths.
func ManifestAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"files": schema.SetAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Manifests to read: paths, patterns such as `${path.module}/k8s/*.yaml`, or folders, which stand for every `.yaml`, `.yml` and `.json` file below them, links to folders included. One that matches nothing is an error. " +
				"Of a file, only its path, its digest and the findings reach the state.",
			Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
		},
		"manifests": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Manifests as YAML or JSON text, such as the output of a Helm template, by a name of your own that findings carry. The texts are arguments, and so in the state: do not pass Secrets here.",
			Validators:          []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues()},
		},
		"pod_template_paths": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Custom resources that have a pod template: its path, such as `spec.template`, by `GROUP/KIND`, such as `apps.kruise.io/CloneSet`.",
			Validators: []validator.Map{
				mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues(),
				mapvalidator.KeysAre(stringvalidator.RegexMatches(templateKind, wantTemplateKind)),
				mapvalidator.ValueStringsAre(stringvalidator.RegexMatches(templatePath, wantTemplatePath)),
			},
		},
	}
}

// One that is written otherwise would match no object, which would not be judged without a word.
var (
	templateKind = regexp.MustCompile(`^[a-z0-9.-]*/[A-Z][A-Za-z0-9]*$`)
	templatePath = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)*$`)
)

const (
	wantTemplateKind = "want GROUP/KIND without a version, such as apps.kruise.io/CloneSet"
	wantTemplatePath = "want the fields to the pod template with dots between them, such as spec.template"
)
