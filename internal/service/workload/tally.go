package workload

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// Tally counts judged items: a rule on a workload or on one of its containers. Its zero value has none.
type Tally struct {
	byKind, byCategory map[string]*share
}

type share struct{ items, passed int }

// Add counts an item, unless it is NOT_APPLICABLE. What is IGNORED passed: what somebody accepted does not lower the score.
func (t *Tally) Add(f *compliance.Finding) {
	if f.Verdict == compliance.NotApplicable {
		return
	}
	t.each(f, func(s *share) {
		s.items++
		if f.Verdict == compliance.Compliant || f.Verdict == compliance.Ignored {
			s.passed++
		}
	})
}

// accept is for an item that was added as a violation and is exempted.
func (t *Tally) accept(f *compliance.Finding) { t.each(f, func(s *share) { s.passed++ }) }

func (t *Tally) each(f *compliance.Finding, do func(*share)) {
	if t.byKind == nil {
		t.byKind, t.byCategory = map[string]*share{}, map[string]*share{}
	}
	for _, in := range []struct {
		shares map[string]*share
		key    string
	}{{t.byKind, f.Kind}, {t.byCategory, f.Category}} {
		s := in.shares[in.key]
		if s == nil {
			s = &share{}
			in.shares[in.key] = s
		}
		do(s)
	}
}

// ShareModel is a number of items and how many of them passed.
type ShareModel struct {
	Items   types.Int64   `tfsdk:"items"`
	Passed  types.Int64   `tfsdk:"passed"`
	Percent types.Float64 `tfsdk:"percent"`
}

func (s share) model() ShareModel {
	m := ShareModel{Items: types.Int64Value(int64(s.items)), Passed: types.Int64Value(int64(s.passed))}
	if s.items > 0 {
		// A tenth of a per cent, rounded down: 100 means all.
		m.Percent = types.Float64Value(float64(s.passed*1000/s.items) / 10)
	}
	return m
}

// SummaryModel is what SummaryAttribute shows.
type SummaryModel struct {
	ShareModel
	ByKind     map[string]ShareModel `tfsdk:"by_kind"`
	ByCategory map[string]ShareModel `tfsdk:"by_category"`
}

// Model is the summary of what was counted.
func (t *Tally) Model() *SummaryModel {
	m := &SummaryModel{ByKind: map[string]ShareModel{}, ByCategory: map[string]ShareModel{}}
	var all share
	for kind, s := range t.byKind {
		m.ByKind[kind] = s.model()
		all.items, all.passed = all.items+s.items, all.passed+s.passed
	}
	for category, s := range t.byCategory {
		m.ByCategory[category] = s.model()
	}
	m.ShareModel = all.model()
	return m
}

// ShareAttributes are those of ShareModel.
func ShareAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"items":   schema.Int64Attribute{Computed: true, MarkdownDescription: "Judged items: a rule on a workload or on one of its containers; `NOT_APPLICABLE` ones are left out."},
		"passed":  schema.Int64Attribute{Computed: true, MarkdownDescription: "Items that are `COMPLIANT` or `IGNORED`."},
		"percent": schema.Float64Attribute{Computed: true, MarkdownDescription: "Per cent of the items that passed, rounded down to a tenth; null of none."},
	}
}

// SummaryAttribute is the attribute summary of a data source.
func SummaryAttribute() schema.SingleNestedAttribute {
	shares := func(description string) schema.MapNestedAttribute {
		return schema.MapNestedAttribute{Computed: true, MarkdownDescription: description, NestedObject: schema.NestedAttributeObject{Attributes: ShareAttributes()}}
	}
	attributes := ShareAttributes()
	attributes["by_kind"] = shares("The same by kind of object.")
	attributes["by_category"] = shares("The same by category: `health`, `image`, `network`, `resource`, `security`.")
	return schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "Figures as on the inspection's report page.", Attributes: attributes}
}
