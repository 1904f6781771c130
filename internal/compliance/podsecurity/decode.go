package podsecurity

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// wrongType says which field the API server would refuse.
type wrongType struct{ path, want string }

func (e *wrongType) Error() string {
	return e.path + " is no " + e.want + ": the API server refuses the object"
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// decode writes a JSON value into a Kubernetes type. Unlike encoding/json it minds the case of names and says where in a
// list the wrong type is. Fields that the type does not have are left aside, as the API server does.
func decode(value any, into reflect.Value, path string) error {
	t := into.Type()
	if value == nil {
		return nil
	}
	if t.Kind() == reflect.Pointer {
		into.Set(reflect.New(t.Elem()))
		return decode(value, into.Elem(), path)
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		data, err := json.Marshal(value)
		if err == nil {
			err = json.Unmarshal(data, into.Addr().Interface())
		}
		if err != nil {
			return &wrongType{path, t.Name()}
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		return decodeStruct(value, into, path)
	case reflect.Slice:
		return decodeSlice(value, into, path)
	case reflect.Map:
		m, ok := value.(map[string]any)
		if !ok {
			return &wrongType{path, "mapping"}
		}
		into.Set(reflect.MakeMapWithSize(t, len(m)))
		for k, v := range m {
			e := reflect.New(t.Elem()).Elem()
			if err := decode(v, e, path+"."+k); err != nil {
				return err
			}
			into.SetMapIndex(reflect.ValueOf(k).Convert(t.Key()), e)
		}
		return nil
	}
	return decodeScalar(value, into, path)
}

func decodeSlice(value any, into reflect.Value, path string) error {
	if text, ok := value.(string); ok && into.Type().Elem().Kind() == reflect.Uint8 {
		into.SetBytes([]byte(text))
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		return &wrongType{path, "list"}
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
	for i, e := range list {
		if err := decode(e, into.Index(i), path+"["+strconv.Itoa(i)+"]"); err != nil {
			return err
		}
	}
	return nil
}

func decodeScalar(value any, into reflect.Value, path string) error {
	switch into.Kind() {
	case reflect.Bool:
		if v, ok := value.(bool); ok {
			into.SetBool(v)
			return nil
		}
		return &wrongType{path, "boolean"}
	case reflect.String:
		if v, ok := value.(string); ok {
			into.SetString(v)
			return nil
		}
		return &wrongType{path, "text"}
	case reflect.Int, reflect.Int32, reflect.Int64:
		if f, ok := value.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			value = int64(f)
		}
		if v, ok := value.(int64); ok && !into.OverflowInt(v) {
			into.SetInt(v)
			return nil
		}
		return &wrongType{path, "integer of its size"}
	}
	return fmt.Errorf("%s: a %s is not expected in a pod", path, into.Type())
}

func decodeStruct(value any, into reflect.Value, path string) error {
	m, ok := value.(map[string]any)
	if !ok {
		return &wrongType{path, "mapping"}
	}
	for _, f := range fieldsOf(into.Type()) {
		v, ok := m[f.name]
		if !ok {
			continue
		}
		at := f.name
		if path != "" {
			at = path + "." + f.name
		}
		if err := decode(v, into.FieldByIndex(f.index), at); err != nil {
			return err
		}
	}
	return nil
}

type jsonField struct {
	name  string
	index []int
}

var fieldCache sync.Map // reflect.Type to []jsonField.

// fieldsOf are the fields of a Kubernetes type under their JSON names, those of embedded types included.
func fieldsOf(t reflect.Type) []jsonField {
	if known, ok := fieldCache.Load(t); ok {
		fields, _ := known.([]jsonField)
		return fields
	}
	var out []jsonField
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			for _, inner := range fieldsOf(f.Type) {
				out = append(out, jsonField{inner.name, append([]int{i}, inner.index...)})
			}
		case name != "" && name != "-":
			out = append(out, jsonField{name, []int{i}})
		}
	}
	fieldCache.Store(t, out)
	return out
}
