package compliance

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// AbsentFact is a fact that a verdict could not be given without.
type AbsentFact struct {
	Path   string // Such as public_endpoint or node_pools["np-1"].cms_enabled.
	Reason Reason
}

// reading is one evaluation's view of a cluster: it hands out facts and notes the absent ones.
//
// CEL's own way to declare unknowns (attribute patterns) matches paths that start at a variable of the activation and
// misses everything that is reached through the iteration variable of a macro. So the values themselves answer with an
// unknown, which every operator then passes on.
type reading struct {
	absent  []AbsentFact        // At index ID-1 of the unknown.
	ids     map[string]int64    // By the path with list indexes, which is unique even where IDs are not.
	lenient bool                // has() works: for messages, which cannot change a verdict.
	needs   map[Source]struct{} // What has() found NotFetched.
}

func newReading(lenient bool) *reading {
	return &reading{ids: map[string]int64{}, lenient: lenient, needs: map[Source]struct{}{}}
}

func (r *reading) unknown(key, path string, why Reason) ref.Val {
	id, ok := r.ids[key]
	if !ok {
		r.absent = append(r.absent, AbsentFact{Path: path, Reason: why})
		id = int64(len(r.absent))
		r.ids[key] = id
	}
	// An ID of its own for each fact keeps MergeUnknowns from appending to trails that other unknowns share.
	return types.NewUnknown(id, types.NewAttributeTrail(clusterVariable+"."+path))
}

// behind returns the facts that made a result unknown, or nil when the unknown is not one of ours.
func (r *reading) behind(u *types.Unknown) []AbsentFact {
	var out []AbsentFact
	for _, id := range u.IDs() {
		if id < 1 || id > int64(len(r.absent)) {
			return nil
		}
		out = append(out, r.absent[id-1])
	}
	return out
}

func (r *reading) cluster(c *Cluster) ref.Val {
	return r.object(clusterObject, reflect.ValueOf(c).Elem(), "", "")
}

func (r *reading) object(o *object, v reflect.Value, key, path string) ref.Val {
	val := &factObject{object: o, v: v, key: key, path: path, reading: r}
	if r.lenient {
		return &lenientFactObject{val}
	}
	return val
}

// factObject is a struct of facts in an expression.
//
// It must not implement traits.FieldTester: cel-go takes an unknown answer to has() from a FieldTester for false,
// whereas without one it asks Get and passes the unknown on.
type factObject struct {
	*object
	v         reflect.Value
	key, path string
	reading   *reading
}

var _ traits.Indexer = (*factObject)(nil)

// lookup returns the value of a field; known is false when it is absent for the given reason.
func (o *factObject) lookup(f *field) (value any, why Reason, known bool) {
	fv := o.v.Field(f.index)
	if f.isFact {
		return fv.Interface().(factReader).read()
	}
	// An identity has no reason of its own: what nobody filled in is not an empty name.
	if fv.String() == "" {
		return nil, Reason{Kind: Unavailable, Source: f.sources[0], Text: notProvided}, false
	}
	return fv.String(), Reason{}, true
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// Get returns a field's value, or an unknown when the fact is absent.
func (o *factObject) Get(index ref.Val) ref.Val {
	name, ok := index.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(index)
	}
	f := o.byName[string(name)]
	if f == nil {
		return types.NewErr("no such fact: %s", name)
	}
	key, path := join(o.key, f.name), join(o.path, f.name)
	value, why, known := o.lookup(f)
	if !known {
		return o.reading.unknown(key, path, why)
	}
	switch x := value.(type) {
	case string:
		return types.String(x)
	case bool:
		return types.Bool(x)
	case int64:
		return types.Int(x)
	}
	list := reflect.ValueOf(value)
	elems := make([]ref.Val, list.Len())
	for i := range elems {
		elem := list.Index(i)
		elems[i] = o.reading.object(f.elem, elem, fmt.Sprintf("%s[%d]", key, i), path+"["+label(f.elem, elem, i)+"]")
	}
	return types.NewRefValList(types.DefaultTypeAdapter, elems)
}

// label names a list element in messages: by its ID where it has one, by its index otherwise.
func label(o *object, v reflect.Value, i int) string {
	if f := o.byName["id"]; f != nil && !f.isFact && v.Field(f.index).String() != "" {
		return strconv.Quote(v.Field(f.index).String())
	}
	return strconv.Itoa(i)
}

// ConvertToNative implements ref.Val; no expression needs it.
func (o *factObject) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s cannot become a %s", o.typeName, t)
}

// ConvertToType implements ref.Val; no expression that compiles needs it.
func (o *factObject) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("%s cannot become a %s", o.typeName, t.TypeName())
}

// Equal implements ref.Val; comparing whole objects is refused when a rule is compiled.
func (o *factObject) Equal(ref.Val) ref.Val {
	return types.NewErr("%s cannot be compared as a whole", o.typeName)
}

// Type implements ref.Val.
func (o *factObject) Type() ref.Type { return o.decl.CelType() }

// Value implements ref.Val.
func (o *factObject) Value() any { return o }

// lenientFactObject is a factObject for which has() tells known facts from absent ones.
type lenientFactObject struct{ *factObject }

var _ traits.FieldTester = (*lenientFactObject)(nil)

// IsSet reports whether the fact is known, and notes the source of one that has not been fetched.
func (o *lenientFactObject) IsSet(index ref.Val) ref.Val {
	name, _ := index.(types.String)
	f := o.byName[string(name)]
	if f == nil {
		return types.NewErr("no such fact: %s", name)
	}
	_, why, known := o.lookup(f)
	if !known && why.Kind == NotFetched {
		o.reading.needs[why.Source] = struct{}{}
	}
	return types.Bool(known)
}
