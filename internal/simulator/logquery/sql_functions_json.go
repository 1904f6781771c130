package logquery

import (
	"cmp"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func jsonExtract(a []driver.Value) (driver.Value, error) {
	path, err := jsonPath(text(a[1]))
	if err != nil {
		return nil, err
	}
	v, ok, err := wholeJSON(a[0])
	if err != nil || !ok {
		return nil, cmp.Or(err, errNoJSON("json_extract"))
	}
	if v, ok = follow(v, path); !ok {
		return nil, nil
	}
	return encodeJSON(v), nil
}

func shortened(s string) string {
	if len(s) > 100 {
		return strings.ToValidUTF8(s[:100], "") + "..."
	}
	return s
}

func jsonExtractScalar(a []driver.Value) (driver.Value, error) {
	v, ok, err := jsonAt(a)
	if err != nil || !ok {
		return nil, err
	}
	if s, ok := scalar(v); ok {
		return s, nil
	}
	return nil, nil
}

// jsonArrayGet gives a text without its quotes, as Presto does: that is what makes
// json_format(json_array_get(sourceIPs, 0)) an address.
func jsonArrayGet(a []driver.Value) (driver.Value, error) {
	list, ok, err := array(a[0])
	if err != nil {
		return nil, err
	}
	i := integer(a[1])
	if i < 0 {
		i += int64(len(list))
	}
	if !ok || i < 0 || i >= int64(len(list)) || list[i] == nil {
		return nil, nil
	}
	if s, ok := list[i].(string); ok {
		return s, nil
	}
	return encodeJSON(list[i]), nil
}

// wholeJSON reads a value; what is no JSON at all is not ok. What starts as JSON and is broken off, as a value longer
// than max_text_len is, stops the query.
func wholeJSON(v driver.Value) (any, bool, error) {
	out, err := decodeJSON(text(v))
	switch {
	case err == nil:
		return out, true, nil
	case out == nil:
		return nil, false, nil
	case errors.Is(err, errCut):
		return nil, false, invalid("Cannot convert value to JSON: '%s'", shortened(text(v)))
	}
	return nil, false, notSimulated("JSON with an error inside: %s", err)
}

// jsonAt is what a JSON text has at a path; false where there is nothing, or no JSON.
func jsonAt(a []driver.Value) (any, bool, error) {
	path, err := jsonPath(text(a[1]))
	if err != nil {
		return nil, false, err
	}
	v, ok, err := wholeJSON(a[0])
	if err != nil || !ok {
		return nil, false, err
	}
	v, ok = follow(v, path)
	return v, ok, nil
}

func errNoJSON(function string) error {
	return notSimulated("%s of what is no JSON: null in one page, an error in another", function)
}

func array(v driver.Value) ([]any, bool, error) {
	out, _, err := wholeJSON(v)
	list, ok := out.([]any)
	return list, ok, err
}

func jsonArrayLength(a []driver.Value) (driver.Value, error) {
	list, ok, err := array(a[0])
	if err != nil || !ok {
		return nil, err
	}
	return int64(len(list)), nil
}

func jsonSize(a []driver.Value) (driver.Value, error) {
	v, ok, err := jsonAt(a)
	if err != nil || !ok {
		return nil, err
	}
	switch v := v.(type) {
	case *object:
		return int64(len(v.members)), nil
	case []any:
		return int64(len(v)), nil
	}
	return int64(0), nil
}

func jsonArrayContains(a []driver.Value) (driver.Value, error) {
	list, ok, err := array(a[0])
	if err != nil || !ok {
		return nil, err
	}
	for _, e := range list {
		if s, ok := e.(string); ok {
			if want, ok := a[1].(string); ok && s == want {
				return int64(1), nil
			}
			continue
		}
		n, ok := e.(fmt.Stringer) // a json.Number
		if !ok {
			continue
		}
		switch want := a[1].(type) {
		case int64:
			if v, err := strconv.ParseInt(n.String(), 10, 64); err == nil && v == want {
				return int64(1), nil
			}
		case float64:
			if v, err := strconv.ParseFloat(n.String(), 64); err == nil && v == want {
				return int64(1), nil
			}
		}
	}
	return int64(0), nil
}

func jsonArrayContainsBool(a []driver.Value) (driver.Value, error) {
	list, ok, err := array(a[0])
	if err != nil || !ok {
		return nil, err
	}
	return truth(slices.Contains(list, any(integer(a[1]) != 0))), nil
}

// jsonPath reads $.a.b[0]["c d"]; a step is a string or an int.
func jsonPath(path string) ([]any, error) {
	bad := invalid("Invalid JSON path: '%s'", path)
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, bad
	}
	var steps []any
	for rest != "" {
		switch rest[0] {
		case '.':
			end := 1
			for end < len(rest) && (isLetter(rune(rest[end])) || isDigit(rune(rest[end]))) {
				end++
			}
			if end == 1 {
				return nil, bad
			}
			steps, rest = append(steps, rest[1:end]), rest[end:]
		case '[':
			if strings.HasPrefix(rest, `["`) {
				name, after, ok := unquote(rest, 1)
				if !ok || !strings.HasPrefix(rest[after:], "]") {
					return nil, bad
				}
				steps, rest = append(steps, name), rest[after+1:]
				continue
			}
			inside, after, ok := strings.Cut(rest[1:], "]")
			n, err := strconv.Atoi(inside)
			if !ok || err != nil || n < 0 {
				return nil, bad
			}
			steps, rest = append(steps, n), after
		default:
			return nil, bad
		}
	}
	return steps, nil
}

func follow(v any, path []any) (any, bool) {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			o, ok := v.(*object)
			if !ok {
				return nil, false
			}
			if v, ok = o.get(step); !ok {
				return nil, false
			}
		case int:
			list, ok := v.([]any)
			if !ok || step >= len(list) {
				return nil, false
			}
			v = list[step]
		}
	}
	return v, true
}
