package compliance

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	apiservercel "k8s.io/apiserver/pkg/cel"

	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

// clusterVariable is the one variable of a cluster expression.
const clusterVariable = "cluster"

// Bounds for the static cost estimate; values beyond them are held by the limit at run time.
const (
	maxNodePools  = 200
	maxFactString = 256
)

// factReader is what every Fact[T] is, whatever its T.
type factReader interface {
	read() (value any, reason Reason, known bool)
	valueType() reflect.Type
}

// settableFact is what every *Fact[T] is.
type settableFact interface {
	factReader
	setAbsent(Reason)
	setKnown(reflect.Value)
}

func (f Fact[T]) read() (any, Reason, bool) {
	if f.known {
		return f.value, Reason{}, true
	}
	return nil, f.reason.normalized(), false
}

func (f Fact[T]) valueType() reflect.Type { return reflect.TypeFor[T]() }

func (f *Fact[T]) setAbsent(r Reason) { *f = Absent[T](r) }

func (f *Fact[T]) setKnown(v reflect.Value) { *f = Known(v.Interface().(T)) }

// object describes a Go struct of facts to CEL.
type object struct {
	typeName string
	goType   reflect.Type
	fields   []*field
	byName   map[string]*field
	decl     *apiservercel.DeclType
}

// field describes one field of such a struct.
type field struct {
	index    int
	name     string
	sources  []Source
	from     string
	doc      string
	isFact   bool // A plain string otherwise: part of an identity.
	goType   reflect.Type
	elem     *object // The element of a list of structs, or nil.
	declType *apiservercel.DeclType
}

// The schema is built once from the tags; a mistake in a tag cannot survive any test.
var (
	nodePoolObject = mustObject(reflect.TypeFor[NodePool](), nil)
	clusterObject  = mustObject(reflect.TypeFor[Cluster](), nodePoolObject)
	objects        = map[string]*object{clusterObject.typeName: clusterObject, nodePoolObject.typeName: nodePoolObject}
)

func mustObject(t reflect.Type, nested ...*object) *object {
	o := &object{typeName: "ackguard." + t.Name(), goType: t, byName: map[string]*field{}}
	fields := map[string]*apiservercel.DeclField{}
	for i := range t.NumField() {
		sf := t.Field(i)
		f := &field{index: i, name: sf.Tag.Get("cel"), from: sf.Tag.Get("from"), doc: sf.Tag.Get("doc"), goType: sf.Type}
		for s := range strings.SplitSeq(sf.Tag.Get("source"), ",") {
			if !slices.Contains(sourceOrder, Source(s)) {
				panic(fmt.Sprintf("compliance: %s.%s comes from no known source", t.Name(), sf.Name))
			}
			f.sources = append(f.sources, Source(s))
		}
		if fact, ok := reflect.Zero(sf.Type).Interface().(factReader); ok {
			f.isFact, f.goType = true, fact.valueType()
		} else if sf.Type.Kind() != reflect.String {
			panic(fmt.Sprintf("compliance: %s.%s is neither a fact nor an identity", t.Name(), sf.Name))
		}
		f.declType = mustDeclType(f, nested)
		if f.name == "" || f.from == "" || f.doc == "" || o.byName[f.name] != nil {
			panic(fmt.Sprintf("compliance: %s.%s needs a name of its own, an origin and a description", t.Name(), sf.Name))
		}
		o.fields, o.byName[f.name] = append(o.fields, f), f
		fields[f.name] = apiservercel.NewDeclField(f.name, f.declType, false, nil, nil)
	}
	o.decl = apiservercel.NewObjectType(o.typeName, fields)
	return o
}

func mustDeclType(f *field, nested []*object) *apiservercel.DeclType {
	switch f.goType.Kind() {
	case reflect.String:
		d := apiservercel.NewSimpleTypeWithMinSize("string", cel.StringType, types.String(""), 0)
		d.MaxElements = maxFactString
		return d
	case reflect.Bool:
		return apiservercel.BoolType
	case reflect.Int64:
		return apiservercel.IntType
	case reflect.Slice:
		for _, n := range nested {
			if n != nil && f.goType.Elem() == n.goType {
				f.elem = n
				return apiservercel.NewListType(n.decl, maxNodePools)
			}
		}
	}
	panic(fmt.Sprintf("compliance: no CEL type for %s", f.goType))
}

// forEachFact calls fn with each fact of the struct that p points to; identities are left out.
func forEachFact(p any, fn func(*field, settableFact)) {
	v := reflect.ValueOf(p).Elem()
	o := objects["ackguard."+v.Type().Name()]
	for _, f := range o.fields {
		if f.isFact {
			fn(f, v.Field(f.index).Addr().Interface().(settableFact))
		}
	}
}

// FactDoc documents one fact, for generated pages.
type FactDoc struct {
	Path    string   // As it is written in an expression: cluster.node_pools[].cms_enabled.
	Type    string   // bool, int, string or list.
	Sources []Source // Those that can hold it, the one to ask first in front.
	From    string   // The field of the API.
	Doc     string
}

// FactDocs returns the documentation of every fact, in the order of the structs.
func FactDocs() []FactDoc { return factDocs(clusterVariable, clusterObject) }

func factDocs(prefix string, o *object) []FactDoc {
	var out []FactDoc
	for _, f := range o.fields {
		path := prefix + "." + f.name
		out = append(out, FactDoc{Path: path, Type: f.declType.TypeName(), Sources: f.sources, From: f.from, Doc: f.doc})
		if f.elem != nil {
			out = append(out, factDocs(path+"[]", f.elem)...)
		}
	}
	return out
}

// decodeFacts fills the struct at p from decoded YAML. What is left out stays absent; a key that is not a fact, a null
// and a value of another type are errors.
func decodeFacts(path string, in map[string]any, p any) error {
	v := reflect.ValueOf(p).Elem()
	o := objects["ackguard."+v.Type().Name()]
	for _, key := range sortedKeys(in) {
		f := o.byName[key]
		if f == nil {
			return fmt.Errorf("%s: no fact %q%s", path, key, didYouMean(nearest.To(key, sortedKeys(o.byName))))
		}
		val, err := decodeValue(path+"."+key, in[key], f)
		if err != nil {
			return err
		}
		if f.isFact {
			v.Field(f.index).Addr().Interface().(settableFact).setKnown(val)
		} else {
			v.Field(f.index).Set(val)
		}
	}
	return nil
}

func decodeValue(path string, in any, f *field) (reflect.Value, error) {
	bad := func() (reflect.Value, error) {
		return reflect.Value{}, fmt.Errorf("%s: want %s, got %T", path, f.declType.TypeName(), in)
	}
	switch x := in.(type) {
	case string:
		if f.goType.Kind() == reflect.String {
			return reflect.ValueOf(x), nil
		}
	case bool:
		if f.goType.Kind() == reflect.Bool {
			return reflect.ValueOf(x), nil
		}
	case int:
		if f.goType.Kind() == reflect.Int64 {
			return reflect.ValueOf(int64(x)), nil
		}
	case []any:
		if f.elem == nil {
			return bad()
		}
		list := reflect.MakeSlice(f.goType, len(x), len(x))
		for i, item := range x {
			itemPath := fmt.Sprintf("%s[%d]", path, i)
			m, ok := item.(map[string]any)
			if !ok {
				return reflect.Value{}, fmt.Errorf("%s: want a mapping, got %T", itemPath, item)
			}
			if err := decodeFacts(itemPath, m, list.Index(i).Addr().Interface()); err != nil {
				return reflect.Value{}, err
			}
		}
		return list, nil
	}
	return bad()
}
