package workload

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/manifest"
	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

var dnsLabel = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,28}[a-z0-9])?$`)

type evaluateFunction struct{}

var _ function.Function = evaluateFunction{}

// NewEvaluateFunction is the function evaluate_manifest.
func NewEvaluateFunction() function.Function { return evaluateFunction{} }

// Metadata implements function.Function.
func (evaluateFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "evaluate_manifest"
}

var (
	verdictType = map[string]attr.Type{
		"rule_id": types.StringType, "severity": types.StringType, "verdict": types.StringType, "kind": types.StringType, "namespace": types.StringType,
		"name": types.StringType, "container": types.StringType, "path": types.StringType, "message": types.StringType,
	}
	verdictsType   = types.ListType{ElemType: types.ObjectType{AttrTypes: verdictType}}
	evaluationType = map[string]attr.Type{"compliant": types.BoolType, "message": types.StringType, "violations": verdictsType, "findings": verdictsType}
)

// Definition implements function.Function.
func (evaluateFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Judges a Kubernetes manifest, planned values included",
		MarkdownDescription: "Judges a manifest by the rules of `ackguard_workload_compliance`, for preconditions and checks. Values that are not known yet are no obstacle: " +
			"`compliant` is false as soon as what is known decides so, unknown where such a value could change a verdict, and true otherwise. " +
			"`message` has a line for each violation that is certain, for the `error_message` of a precondition: it is known wherever `compliant` is, and empty of none. " +
			"`violations` are the findings that are `NON_COMPLIANT` or `ERROR` and not exempted, unknown as long as a verdict is; `findings` has every verdict, an unknown one for what is not decided.",
		Parameters: []function.Parameter{
			function.DynamicParameter{
				Name: "manifest", AllowUnknownValues: true,
				MarkdownDescription: "An object with `apiVersion` and `kind`, a list of them, or text: YAML (also of several documents) or JSON.",
			},
			function.DynamicParameter{
				Name: "options", AllowNullValue: true,
				MarkdownDescription: "Null, or an object. All are optional: `profile` (`ack` by default, `pss-baseline`, `pss-restricted`), `pod_security_version`, `rules` (IDs; all of the profile by default), `rules_text` (rule files of your own, as texts, beside them), `pod_template_paths` (path of the pod template by `GROUP/KIND`), " +
					"`exemptions` (objects with `rule_id`, `kind`, `namespace`, `name`, `container`, `reason`, `owner`, `expires`), and `today` (`YYYY-MM-DD`), which is required once an exemption expires: a function sees no clock.",
			},
		},
		Return: function.ObjectReturn{AttributeTypes: evaluationType},
	}
}

// Run implements function.Function.
func (evaluateFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var given, described types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &given, &described); resp.Error != nil {
		return
	}
	o, err := evaluateOptionsOf(described)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, err.Error())
		return
	}
	objects, known, err := manifestOf(given)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	result := types.ObjectValueMust(evaluationType, map[string]attr.Value{
		"compliant": types.BoolUnknown(), "message": types.StringUnknown(), "violations": types.ListUnknown(verdictsType.ElemType), "findings": types.ListUnknown(verdictsType.ElemType),
	})
	if known {
		result = o.evaluate(objects)
	}
	resp.Error = resp.Result.Set(ctx, result)
}

// manifestOf returns the objects of the argument; known is false where it is not even known how many there are.
func manifestOf(given types.Dynamic) (objects []map[string]any, known bool, err error) {
	v, err := valueOf(given)
	if err != nil || v == workload.Unknown {
		return nil, false, err
	}
	text, isText := v.(string)
	if !isText {
		objects, err = objectsOf(v)
		return objects, true, err
	}
	var errs []error
	for doc := range manifest.Read("manifest", []byte(text), manifest.Limits{}) {
		if doc.Err != nil {
			errs = append(errs, doc.Err)
			continue
		}
		objects = append(objects, doc.Object)
	}
	return objects, true, errors.Join(errs...)
}

// evaluateOptions are the options of the function.
type evaluateOptions struct {
	*criteria
	templates  workload.Templates
	exemptions []compliance.Exemption
	today      time.Time
}

func (o *evaluateOptions) evaluate(objects []map[string]any) types.Object {
	var findings []compliance.Finding
	settled, bad := true, false // Whether the number of findings is known; whether one of them is a violation for certain.
	for _, object := range objects {
		if object == nil {
			settled = false
			continue
		}
		found := o.append(nil, object)
		if workload.Unsettled(object, workload.Options{Templates: o.templates}) {
			settled = false
		}
		for i := range found {
			if found[i].Verdict == compliance.NonCompliant && o.perhapsExempt(found[i], object) {
				found[i].Verdict = compliance.InsufficientData
			}
		}
		findings = append(findings, found...)
	}
	decided := true
	report := compliance.NewReport(findings, o.exemptions, o.today)
	var all, violations []attr.Value
	var lines []string
	for _, f := range report.Findings {
		v := verdictValue(f)
		all = append(all, v)
		switch f.Verdict {
		case compliance.InsufficientData:
			decided = false
		case compliance.NonCompliant, compliance.Error:
			bad = true
			violations = append(violations, v)
			lines = append(lines, o.line(f))
		}
	}
	attributes := map[string]attr.Value{
		"compliant": types.BoolValue(!bad), "message": types.StringValue(strings.Join(lines, "\n")), "violations": types.ListValueMust(verdictsType.ElemType, violations), "findings": types.ListValueMust(verdictsType.ElemType, all),
	}
	if !bad && (!decided || !settled) {
		attributes["compliant"], attributes["message"] = types.BoolUnknown(), types.StringUnknown()
	}
	if !decided || !settled {
		attributes["violations"] = types.ListUnknown(verdictsType.ElemType)
	}
	if !settled {
		attributes["findings"] = types.ListUnknown(verdictsType.ElemType)
	}
	return types.ObjectValueMust(evaluationType, attributes)
}

// line says what is wrong, in words that do not depend on what is not known yet.
func (o *evaluateOptions) line(f compliance.Finding) string {
	line := f.RuleID + ": "
	if f.Container != "" && f.Container != workload.NotKnownYet {
		line += "container " + f.Container + ": "
	}
	if f.Message == "" {
		return line + o.about(f.RuleID).Title.EN + ": not so"
	}
	return line + f.Message
}

// perhapsExempt reports whether an exemption would cover the violation if what is not known of the object's name came
// out so.
func (o *evaluateOptions) perhapsExempt(f compliance.Finding, object map[string]any) bool {
	metadata, _ := object["metadata"].(map[string]any)
	for _, e := range o.exemptions {
		if e.Expired(o.today) {
			continue
		}
		open := object["metadata"] == workload.Unknown
		if open || metadata["name"] == workload.Unknown || metadata["generateName"] == workload.Unknown {
			open, e.Name = open || e.Name != "", ""
		}
		if object["metadata"] == workload.Unknown || metadata["namespace"] == workload.Unknown {
			open, e.Namespace = open || e.Namespace != "", ""
		}
		if open && e.Matches(f) {
			return true
		}
	}
	return false
}

func verdictValue(f compliance.Finding) attr.Value {
	text := value.OrNull
	v := map[string]attr.Value{
		"rule_id": text(f.RuleID), "severity": text(string(f.Severity)), "verdict": text(string(f.Verdict)), "kind": text(f.Kind), "namespace": text(f.Namespace),
		"name": text(f.Name), "container": text(f.Container), "path": text(f.Path), "message": text(f.Message),
	}
	if f.Verdict == compliance.InsufficientData {
		v["verdict"], v["path"], v["message"] = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	}
	if f.Verdict == compliance.NonCompliant {
		for _, hidden := range []string{"path", "message"} {
			if v[hidden].IsNull() {
				v[hidden] = types.StringUnknown()
			}
		}
	}
	for _, part := range []string{"name", "namespace", "container"} {
		if v[part].Equal(types.StringValue(workload.NotKnownYet)) {
			v[part] = types.StringUnknown()
		}
	}
	return types.ObjectValueMust(verdictType, v)
}

// optionNames are what options may have.
var optionNames = []string{"profile", "pod_security_version", "rules", "rules_text", "pod_template_paths", "exemptions", "today"}

func evaluateOptionsOf(described types.Dynamic) (*evaluateOptions, error) {
	plain, err := valueOf(described)
	if err != nil {
		return nil, err
	}
	given, ok := plain.(map[string]any)
	if plain != nil && !ok {
		return nil, errors.New("options is no object")
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(optionNames, name) {
			return nil, fmt.Errorf("options has no %s%s", name, didYouMean(name))
		}
	}
	o := &evaluateOptions{}
	lists := map[string][]string{"rules": nil, "rules_text": nil}
	for name := range lists {
		if lists[name], err = texts(given[name], name); err != nil {
			return nil, err
		}
	}
	words := map[string]string{"profile": "", "pod_security_version": ""}
	for name := range words {
		word, ok := given[name].(string)
		if given[name] != nil && !ok {
			return nil, fmt.Errorf("%s is no text", name)
		}
		words[name] = word
	}
	var own []*workload.Rule
	for i, text := range lists["rules_text"] {
		r, err := workload.ParseRule([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("rules_text[%d]: %w", i, err)
		}
		own = append(own, r)
	}
	if paths, ok := given["pod_template_paths"].(map[string]any); ok {
		o.templates = workload.Templates{}
		for kind, p := range paths {
			if o.templates[kind], ok = p.(string); !ok {
				return nil, fmt.Errorf("pod_template_paths: %s has no path", kind)
			}
			if !templateKind.MatchString(kind) {
				return nil, fmt.Errorf("pod_template_paths: %s: %s", kind, wantTemplateKind)
			}
			if !templatePath.MatchString(o.templates[kind]) {
				return nil, fmt.Errorf("pod_template_paths: %s: %s", kind, wantTemplatePath)
			}
		}
	} else if given["pod_template_paths"] != nil {
		return nil, errors.New("pod_template_paths is no map of texts")
	}
	if o.criteria, err = newCriteria(words["profile"], words["pod_security_version"], lists["rules"], own, o.templates); err != nil {
		return nil, err
	}
	return o, o.exempt(given)
}

func (o *evaluateOptions) exempt(given map[string]any) error {
	list, ok := given["exemptions"].([]any)
	if given["exemptions"] != nil && !ok {
		return errors.New("exemptions is no list")
	}
	for i, entry := range list {
		e, err := exemptionOf(entry)
		if err != nil {
			return fmt.Errorf("exemptions[%d]: %w", i, err)
		}
		for _, problem := range o.validate(e) {
			return fmt.Errorf("exemptions[%d].%w", i, problem)
		}
		e = o.exemption(e)
		if e.Expires != "" && given["today"] == nil {
			return fmt.Errorf("exemptions[%d] expires: options needs today", i)
		}
		o.exemptions = append(o.exemptions, e)
	}
	if given["today"] == nil {
		return nil
	}
	today, _ := given["today"].(string)
	day, err := compliance.ParseDay(today)
	o.today = day
	return err
}

func exemptionOf(entry any) (compliance.Exemption, error) {
	var e compliance.Exemption
	fields := map[string]*string{
		"rule_id": &e.RuleID, "kind": &e.Kind, "namespace": &e.Namespace, "name": &e.Name, "container": &e.Container, "reason": &e.Reason, "owner": &e.Owner, "expires": &e.Expires,
	}
	given, ok := entry.(map[string]any)
	if !ok {
		return e, errors.New("an exemption is an object")
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		field := fields[name]
		if field == nil {
			return e, fmt.Errorf("an exemption has no %s", name)
		}
		if *field, ok = given[name].(string); !ok {
			return e, fmt.Errorf("%s is no text", name)
		}
	}
	return e, nil
}

func texts(v any, name string) ([]string, error) {
	if v == nil {
		return nil, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%s is no list", name)
	}
	out := make([]string, len(list))
	for i, e := range list {
		if out[i], ok = e.(string); !ok {
			return nil, fmt.Errorf("%s[%d] is no text", name, i)
		}
	}
	return out, nil
}

func didYouMean(name string) string {
	if near := nearest.To(name, optionNames); near != "" {
		return "; did you mean " + near + "?"
	}
	return "; it may have " + strings.Join(optionNames, ", ")
}
