package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v2"
)

// errDepth is turned into a message that names the limit.
var errDepth = errors.New("too deep")

// decodeYAML gives what sigs.k8s.io/yaml and then the API server's JSON decoder make of a document; nil of an empty
// one. It is the library beneath sigs.k8s.io/yaml without its detour through JSON text, which costs half as much again;
// the fuzz tests hold it to the same result. Duplicate keys are an error.
func decodeYAML(text []byte, depth int) (value any, err error) {
	defer recovered(&err)
	var decoded any
	if err := yaml.UnmarshalStrict(text, &decoded); err != nil {
		// The strict library also refuses a key that overrides a merged one, which kubectl accepts and people mean.
		if !strings.Contains(err.Error(), alreadySet) || duplicateKey(text) != nil {
			return nil, err
		}
		decoded = nil
		if err := yaml.Unmarshal(text, &decoded); err != nil {
			return nil, err
		}
	}
	return jsonValue(decoded, depth)
}

// recovered turns a panic of a library into an error: no input may end the process.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("cannot be read: %v", r)
	}
}

// jsonValue turns what YAML knows into what JSON knows, as sigs.k8s.io/yaml does by writing and reading JSON text.
func jsonValue(v any, depth int) (any, error) {
	switch v := v.(type) {
	case map[any]any:
		return jsonMap(v, depth)
	case []any:
		if depth <= 0 {
			return nil, errDepth
		}
		for i, element := range v {
			converted, err := jsonValue(element, depth-1)
			if err != nil {
				return nil, err
			}
			v[i] = converted
		}
		return v, nil
	case string:
		return validText(v), nil
	case int:
		return int64(v), nil
	case uint64:
		return float64(v), nil // the library has it for what is too large for int64
	case float64:
		return jsonNumber(v)
	case nil, bool, int64:
		return v, nil
	default:
		return nil, fmt.Errorf("holds a %T, which JSON cannot", v)
	}
}

// errDuplicate is about keys that differ in YAML only, such as 1 and "1".
var errDuplicate = errors.New("key already set in map")

func jsonMap(m map[any]any, depth int) (any, error) {
	if depth <= 0 {
		return nil, errDepth
	}
	object, nulls := make(map[string]any, len(m)), false
	for key, value := range m {
		name, isText := key.(string)
		if isText {
			name = validText(name)
		} else {
			var err error
			if name, err = jsonKey(key); err != nil {
				return nil, err
			}
		}
		converted, err := jsonValue(value, depth-1)
		if err != nil {
			return nil, err
		}
		object[name] = converted
		nulls = nulls || converted == nil
	}
	if len(object) < len(m) {
		return nil, errDuplicate
	}
	if nulls {
		maps.DeleteFunc(object, func(_ string, value any) bool { return value == nil })
	}
	return object, nil
}

// jsonKey is how sigs.k8s.io/yaml writes keys that are not text; a float with the digits of 32 bits.
func jsonKey(key any) (string, error) {
	switch key := key.(type) {
	case int:
		return strconv.Itoa(key), nil
	case int64:
		return strconv.FormatInt(key, 10), nil
	case bool:
		return strconv.FormatBool(key), nil
	case float64:
		switch text := strconv.FormatFloat(key, 'g', -1, 32); text {
		case "+Inf":
			return ".inf", nil
		case "-Inf":
			return "-.inf", nil
		case "NaN":
			return ".nan", nil
		default:
			return text, nil
		}
	case nil:
		return "", errors.New("a key is null, which JSON cannot have")
	default:
		return "", fmt.Errorf("a key is a %T, which JSON cannot have", key)
	}
}

// jsonNumber is the number that JSON's text of a float is: a whole one is an integer to the API server.
func jsonNumber(f float64) (any, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errors.New("holds a number that JSON cannot: not a number or infinite")
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e21 {
		if i, err := strconv.ParseInt(strconv.FormatFloat(f, 'f', -1, 64), 10, 64); err == nil {
			return i, nil
		}
	}
	return f, nil
}

// validText replaces bytes that are not UTF-8, which !!binary can bring, one by one as encoding/json does.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// goesOn reports whether a text that was decoded has something after its document's end: kubectl passes over it.
func goesOn(text []byte) bool {
	start, _ := content(text)
	if start < len(text) && !bytes.ContainsRune([]byte("{[\"'"), rune(text[start])) &&
		!bytes.Contains(text, []byte("\n...")) && !otherLineEnds(text) {
		return false
	}
	var first, second any
	d := yaml.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&first); err != nil {
		return false
	}
	return !errors.Is(d.Decode(&second), io.EOF)
}

// otherLineEnds reports whether a text has characters that end a line for the YAML library and not for kubectl's reader.
// A carriage return counts only if no newline follows.
func otherLineEnds(text []byte) bool {
	if bytes.Count(text, []byte("\r")) != bytes.Count(text, []byte("\r\n")) {
		return true
	}
	return bytes.Contains(text, []byte("\u0085")) || bytes.Contains(text, []byte("\u2028")) || bytes.Contains(text, []byte("\u2029"))
}
