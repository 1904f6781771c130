package workload

import (
	"reflect"
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

type unknownValue struct{}

// Unknown stands, anywhere in an object, for a value that is not known yet. It may turn out to be null, and so absent.
var Unknown any = unknownValue{}

var celUnknown = types.NewUnknown(1, nil)

// HasHoles reports whether a value has an Unknown in it.
func HasHoles(v any) bool {
	switch x := v.(type) {
	case unknownValue:
		return true
	case map[string]any:
		for _, e := range x {
			if HasHoles(e) {
				return true
			}
		}
	case []any:
		for _, e := range x {
			if HasHoles(e) {
				return true
			}
		}
	}
	return false
}

// celValue is what an expression sees of a value. What is whole stays a plain map or list, which CEL reads fastest.
func celValue(v any) any {
	if !HasHoles(v) {
		return v
	}
	switch x := v.(type) {
	case map[string]any:
		return &holedMap{Mapper: types.NewStringInterfaceMap(types.DefaultTypeAdapter, x), entries: x}
	case []any:
		elements := make([]ref.Val, len(x))
		for i, e := range x {
			elements[i] = types.DefaultTypeAdapter.NativeToValue(celValue(e))
		}
		return &holedList{Lister: types.NewRefValList(types.DefaultTypeAdapter, elements), hole: slices.Contains(x, Unknown)}
	}
	return celUnknown
}

// holedList is a list of which some elements are not known, or not wholly.
type holedList struct {
	traits.Lister
	hole bool // An element is not known at all.
}

// Contains implements traits.Container.
func (l *holedList) Contains(element ref.Val) ref.Val {
	if found := l.Lister.Contains(element); found == types.True || !l.hole {
		return found
	}
	return celUnknown
}

// Add implements traits.Adder; the library's own would ask the list inside.
func (l *holedList) Add(other ref.Val) ref.Val {
	sum, ok := l.Lister.Add(other).(traits.Lister)
	if !ok {
		return l.Lister.Add(other)
	}
	return &holedList{Lister: sum, hole: l.hole}
}

// holedMap is a map of which some values are not known. Whatever depends on one of them, or on whether it is there at
// all, is unknown.
type holedMap struct {
	traits.Mapper
	entries map[string]any
}

// Find implements traits.Mapper.
func (m *holedMap) Find(key ref.Val) (ref.Val, bool) {
	k, ok := key.Value().(string)
	if !ok {
		return nil, false
	}
	v, ok := m.entries[k]
	if !ok {
		return nil, false
	}
	return types.DefaultTypeAdapter.NativeToValue(celValue(v)), true
}

// Get implements traits.Indexer.
func (m *holedMap) Get(key ref.Val) ref.Val {
	if v, ok := m.Find(key); ok {
		return v
	}
	return m.Mapper.Get(key)
}

// Contains implements traits.Container.
func (m *holedMap) Contains(key ref.Val) ref.Val {
	v, ok := m.Find(key)
	if ok && types.IsUnknown(v) {
		return v
	}
	return types.Bool(ok)
}

// Size implements traits.Sizer.
func (m *holedMap) Size() ref.Val {
	for _, v := range m.entries {
		if v == Unknown {
			return celUnknown
		}
	}
	return m.Mapper.Size()
}

// Equal implements ref.Val.
func (m *holedMap) Equal(ref.Val) ref.Val { return celUnknown }

// ConvertToNative implements ref.Val.
func (m *holedMap) ConvertToNative(t reflect.Type) (any, error) { return m.Mapper.ConvertToNative(t) }

// Iterator implements traits.Iterable.
func (m *holedMap) Iterator() traits.Iterator {
	it := &holedKeys{}
	for k, v := range m.entries {
		if v == Unknown {
			it.keys = append(it.keys, celUnknown)
		} else {
			it.keys = append(it.keys, types.String(k))
		}
	}
	return it
}

type holedKeys struct {
	traits.Iterator
	keys []ref.Val
	next int
}

// HasNext implements traits.Iterator.
func (k *holedKeys) HasNext() ref.Val { return types.Bool(k.next < len(k.keys)) }

// Next implements traits.Iterator.
func (k *holedKeys) Next() ref.Val {
	k.next++
	return k.keys[k.next-1]
}
