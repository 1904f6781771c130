package logquery

import (
	"cmp"
	"database/sql/driver"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

func add64(a, b int64) (int64, error) {
	if s := a + b; (s > a) == (b > 0) {
		return s, nil
	}
	return 0, invalid("bigint addition overflow: %d + %d", a, b)
}

func subtract64(a, b int64) (int64, error) {
	if d := a - b; (d < a) == (b > 0) {
		return d, nil
	}
	return 0, invalid("bigint subtraction overflow: %d - %d", a, b)
}

func multiply64(a, b int64) (int64, error) {
	p := a * b
	if a != 0 && (p/a != b || (a == -1 && b == math.MinInt64)) {
		return 0, invalid("bigint multiplication overflow: %d * %d", a, b)
	}
	return p, nil
}

func divide64(a, b int64) (int64, error) {
	switch {
	case b == 0:
		return 0, invalid("Division by zero")
	case a == math.MinInt64 && b == -1:
		return 0, invalid("bigint division overflow: %d / %d", a, b)
	}
	return a / b, nil
}

func remainder64(a, b int64) (int64, error) {
	switch b {
	case 0:
		return 0, invalid("Division by zero")
	case -1:
		return 0, nil
	}
	return a % b, nil
}

// wholeOp is an operator of bigint, and of integer, whose results must fit into 32 bits.
func wholeOp(name string, f func(a, b int64) (int64, error), narrow bool) func(a []driver.Value) (driver.Value, error) {
	return func(a []driver.Value) (driver.Value, error) {
		n, err := f(integer(a[0]), integer(a[1]))
		if err != nil {
			return nil, err
		}
		if narrow && (n > math.MaxInt32 || n < math.MinInt32) {
			return nil, invalid("integer %s overflow: %d, %d", name, a[0], a[1])
		}
		return n, nil
	}
}

// likeValue matches % and _ as SQL does; case counts.
func likeValue(a []driver.Value) (driver.Value, error) {
	var escape rune
	if len(a) == 3 {
		r := []rune(text(a[2]))
		if len(r) > 1 {
			return nil, invalid("Escape string must be a single character")
		}
		if len(r) == 1 {
			escape = r[0]
		}
	}
	var pattern []rune
	escaped := false
	for _, r := range text(a[1]) {
		switch {
		case escaped:
			if r != '%' && r != '_' && r != escape {
				return nil, invalid("Escape character must be followed by '%%', '_' or the escape character itself")
			}
			escaped = false
		case escape != 0 && r == escape:
			escaped = true
			continue
		case r == '%':
			r = wildcardMany
		case r == '_':
			r = wildcardOne
		}
		pattern = append(pattern, r)
	}
	if escaped {
		return nil, invalid("Escape character must be followed by '%%', '_' or the escape character itself")
	}
	return truth(globRunes(pattern, []rune(text(a[0])))), nil
}

// castFailed is what a value is that cannot be cast.
func castFailed(v driver.Value, from, to string) *Error {
	if to == tInteger {
		to = "INT"
	}
	return invalid("Can not cast '%s' to %s", shortened(render(v, from)), strings.ToUpper(to))
}

func castValue(v driver.Value, from, to string) (driver.Value, error) {
	out, ok := v, true
	switch {
	case to == from:
	case to == tVarchar:
		out = render(v, from)
	case from == tVarchar:
		out, ok = castText(text(v), to)
	case to == tBoolean && from == tDouble:
		out = truth(float(v) != 0)
	case to == tBoolean:
		out = truth(integer(v) != 0)
	case to == tDouble:
		out = float64(integer(v))
	case from == tDouble:
		f := roundTo(float(v), 0)
		ok = f < math.MaxInt64 && f > math.MinInt64
		if ok {
			out = int64(f)
		}
	}
	if n := integer(out); !ok || (to == tInteger && (n > math.MaxInt32 || n < math.MinInt32)) {
		return nil, castFailed(v, from, to)
	}
	return out, nil
}

// castText reads a text as another type.
func castText(s, to string) (driver.Value, bool) {
	switch to {
	case tDouble:
		s = strings.TrimSpace(s)
		f, err := strconv.ParseFloat(s, 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) && !strings.ContainsAny(s, "xXpP_")
	case tBoolean:
		switch strings.ToLower(s) {
		case "t", "true", "1":
			return int64(1), true
		case "f", "false", "0":
			return int64(0), true
		}
		return nil, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// elements reads an array, which is kept as JSON text.
func elements(v driver.Value) []any {
	list, _, _ := array(v)
	return list
}

// element is an element as a value of its type.
func element(e any, typ string) driver.Value {
	switch e := e.(type) {
	case string:
		return e
	case json.Number:
		if typ == tDouble {
			f, err := e.Float64()
			if err == nil {
				return f
			}
		}
		n, err := e.Int64()
		if err == nil {
			return n
		}
	}
	return nil
}

func encodeElement(v driver.Value) any {
	switch v := v.(type) {
	case int64:
		return json.Number(strconv.FormatInt(v, 10))
	case float64:
		return json.Number(strconv.FormatFloat(v, 'g', -1, 64))
	case string:
		return v
	}
	return nil
}

func arrayJoin(a []driver.Value) (driver.Value, error) {
	var list []string
	for _, e := range elements(a[1]) {
		switch {
		case e != nil:
			list = append(list, render(element(e, text(a[0])), text(a[0])))
		case len(a) == 4:
			list = append(list, text(a[3]))
		}
	}
	return strings.Join(list, text(a[2])), nil
}

func arrayDistinct(a []driver.Value) (driver.Value, error) {
	var list []any
	seen := map[any]bool{}
	for _, e := range elements(a[1]) {
		if !seen[e] {
			seen[e] = true
			list = append(list, e)
		}
	}
	return encodeJSON(append([]any{}, list...)), nil
}

// arraySort sorts upwards, null last.
func arraySort(a []driver.Value) (driver.Value, error) {
	list := slices.Clone(elements(a[1]))
	slices.SortStableFunc(list, func(x, y any) int {
		switch v, w := element(x, text(a[0])), element(y, text(a[0])); {
		case v == nil && w == nil:
			return 0
		case v == nil:
			return 1
		case w == nil:
			return -1
		default:
			return compareValues(v, w)
		}
	})
	return encodeJSON(list), nil
}

// compareValues compares two values of one type.
func compareValues(v, w driver.Value) int {
	switch v := v.(type) {
	case int64:
		return cmp.Compare(v, integer(w))
	case float64:
		return cmp.Compare(v, float(w))
	}
	return cmp.Compare(text(v), text(w))
}

func contains(a []driver.Value) (driver.Value, error) {
	null := false
	for _, e := range elements(a[1]) {
		v := element(e, text(a[0]))
		if v == a[2] {
			return int64(1), nil
		}
		null = null || v == nil
	}
	if null {
		return nil, nil
	}
	return int64(0), nil
}

// elementAt counts from 1, or from the end if negative; outside it is null.
func elementAt(a []driver.Value) (driver.Value, error) {
	list, i := elements(a[1]), integer(a[2])
	switch {
	case i == 0:
		return nil, invalid("SQL array indices start at 1")
	case i < 0:
		i += int64(len(list)) + 1
	}
	if i < 1 || i > int64(len(list)) {
		return nil, nil
	}
	return element(list[i-1], text(a[0])), nil
}

// render is a value as GetLogs shows it.
func render(v driver.Value, typ string) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case float64:
		return javaDouble(v)
	case int64:
		switch typ {
		case tBoolean:
			return strconv.FormatBool(v != 0)
		case tTimestamp:
			return moment(v).Format(timestampLayout)
		}
		return strconv.FormatInt(v, 10)
	case []byte:
		return string(v)
	}
	return text(v)
}

// javaDouble is a double as Java writes it: 60.0, 1.5E10.
func javaDouble(f float64) string {
	abs := math.Abs(f)
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return strings.Replace(strings.Replace(strconv.FormatFloat(f, 'g', -1, 64), "Inf", "Infinity", 1), "+", "", 1)
	case f == 0:
		if math.Signbit(f) {
			return "-0.0"
		}
		return "0.0"
	case abs >= 1e-3 && abs < 1e7:
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, _ := strconv.Atoi(exponent)
	return mantissa + "E" + strconv.Itoa(n)
}

// mod is the remainder with the sign of the dividend.
func mod(a, b float64) float64 { return math.Mod(a, b) }
