package logquery

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// variant is a scalar function for arguments of given types. Arguments are int64 (integer, bigint, boolean, timestamp in
// milliseconds), float64 or string; one that is null makes the result null.
type variant struct {
	args     []string
	variadic bool
	returns  string
	call     func(args []driver.Value) (driver.Value, error)
	sqlName  string
}

func text(v driver.Value) string { s, _ := v.(string); return s }

func integer(v driver.Value) int64 { n, _ := v.(int64); return n }

func float(v driver.Value) float64 { f, _ := v.(float64); return f }

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func types(list ...string) []string { return list }

func fn(returns string, args []string, call func(a []driver.Value) (driver.Value, error)) variant {
	return variant{args: args, returns: returns, call: call}
}

// ofText is a function of one text.
func ofText(returns string, f func(string) driver.Value) variant {
	return fn(returns, types(tVarchar), func(a []driver.Value) (driver.Value, error) { return f(text(a[0])), nil })
}

// jsonVariants is a function whose first argument may be JSON or text.
func jsonVariants(returns string, rest []string, call func(a []driver.Value) (driver.Value, error)) []variant {
	return []variant{
		fn(returns, append(types(tVarchar), rest...), call),
		fn(returns, append(types(tJSON), rest...), call),
	}
}

var functions = map[string][]variant{
	"lower":  {ofText(tVarchar, func(s string) driver.Value { return strings.ToLower(s) })},
	"upper":  {ofText(tVarchar, func(s string) driver.Value { return strings.ToUpper(s) })},
	"length": {ofText(tBigint, func(s string) driver.Value { return int64(utf8.RuneCountInString(s)) })},
	"trim":   {ofText(tVarchar, func(s string) driver.Value { return strings.TrimSpace(s) })},
	"ltrim":  {ofText(tVarchar, func(s string) driver.Value { return strings.TrimLeftFunc(s, unicode.IsSpace) })},
	"rtrim":  {ofText(tVarchar, func(s string) driver.Value { return strings.TrimRightFunc(s, unicode.IsSpace) })},
	"reverse": {ofText(tVarchar, func(s string) driver.Value {
		r := []rune(s)
		slices.Reverse(r)
		return string(r)
	})},
	"concat": {{args: types(tVarchar), variadic: true, returns: tVarchar, call: func(a []driver.Value) (driver.Value, error) {
		var b strings.Builder
		for _, v := range a {
			b.WriteString(text(v))
		}
		return b.String(), nil
	}}},
	"substr":    substrings,
	"substring": substrings,
	"replace": {
		fn(tVarchar, types(tVarchar, tVarchar), func(a []driver.Value) (driver.Value, error) {
			return strings.ReplaceAll(text(a[0]), text(a[1]), ""), nil
		}),
		fn(tVarchar, types(tVarchar, tVarchar, tVarchar), func(a []driver.Value) (driver.Value, error) {
			return strings.ReplaceAll(text(a[0]), text(a[1]), text(a[2])), nil
		}),
	},
	"strpos": {fn(tBigint, types(tVarchar, tVarchar), func(a []driver.Value) (driver.Value, error) {
		before, _, found := strings.Cut(text(a[0]), text(a[1]))
		if !found {
			return int64(0), nil
		}
		return int64(utf8.RuneCountInString(before)) + 1, nil
	})},
	"split":      {fn(arrayOf(tVarchar), types(tVarchar, tVarchar), split)},
	"split_part": {fn(tVarchar, types(tVarchar, tVarchar, tBigint), splitPart)},
	"lpad":       {fn(tVarchar, types(tVarchar, tBigint, tVarchar), pad(true))},
	"rpad":       {fn(tVarchar, types(tVarchar, tBigint, tVarchar), pad(false))},
	"chr": {fn(tVarchar, types(tBigint), func(a []driver.Value) (driver.Value, error) {
		if n := integer(a[0]); n > 0 && n <= unicode.MaxRune && utf8.ValidRune(rune(n)) {
			return string(rune(n)), nil
		}
		return nil, invalid("Not a valid Unicode code point: %d", integer(a[0]))
	})},

	"regexp_like": {fn(tBoolean, types(tVarchar, tVarchar), func(a []driver.Value) (driver.Value, error) {
		re, err := compiled(text(a[1]))
		if err != nil {
			return nil, err
		}
		return truth(re.MatchString(text(a[0]))), nil
	})},
	"regexp_extract": {
		fn(tVarchar, types(tVarchar, tVarchar), regexpExtract),
		fn(tVarchar, types(tVarchar, tVarchar, tBigint), regexpExtract),
	},
	"regexp_extract_all": {
		fn(arrayOf(tVarchar), types(tVarchar, tVarchar), regexpExtractAll),
		fn(arrayOf(tVarchar), types(tVarchar, tVarchar, tBigint), regexpExtractAll),
	},
	"regexp_replace": {
		fn(tVarchar, types(tVarchar, tVarchar), regexpReplace),
		fn(tVarchar, types(tVarchar, tVarchar, tVarchar), regexpReplace),
	},

	"url_extract_protocol":  {ofURL(tVarchar, func(u *url.URL) driver.Value { return u.Scheme })},
	"url_extract_host":      {ofURL(tVarchar, func(u *url.URL) driver.Value { return u.Hostname() })},
	"url_extract_path":      {ofURL(tVarchar, func(u *url.URL) driver.Value { return u.Path })},
	"url_extract_query":     {ofURL(tVarchar, func(u *url.URL) driver.Value { return decoded(u.RawQuery) })},
	"url_extract_fragment":  {ofURL(tVarchar, func(u *url.URL) driver.Value { return u.Fragment })},
	"url_extract_port":      {ofURL(tBigint, urlPort)},
	"url_extract_parameter": {fn(tVarchar, types(tVarchar, tVarchar), urlParameter)},
	"url_encode":            {ofText(tVarchar, func(s string) driver.Value { return urlEncode(s) })},
	"url_decode": {fn(tVarchar, types(tVarchar), func(a []driver.Value) (driver.Value, error) {
		s, err := url.QueryUnescape(text(a[0]))
		if err != nil {
			return nil, invalid("url_decode: %s", err)
		}
		return s, nil
	})},

	"json_parse": {fn(tJSON, types(tVarchar), func(a []driver.Value) (driver.Value, error) {
		v, ok, err := wholeJSON(a[0])
		if err != nil || !ok {
			return nil, cmp.Or(err, errNoJSON("json_parse"))
		}
		return encodeJSON(v), nil
	})},
	"json_format":         {fn(tVarchar, types(tJSON), func(a []driver.Value) (driver.Value, error) { return a[0], nil })},
	"json_extract":        jsonVariants(tJSON, types(tVarchar), jsonExtract),
	"json_extract_scalar": jsonVariants(tVarchar, types(tVarchar), jsonExtractScalar),
	"json_array_get":      jsonVariants(tJSON, types(tBigint), jsonArrayGet),
	"json_array_length":   jsonVariants(tBigint, nil, jsonArrayLength),
	"json_size":           jsonVariants(tBigint, types(tVarchar), jsonSize),
	"json_array_contains": slices.Concat(
		jsonVariants(tBoolean, types(tVarchar), jsonArrayContains), jsonVariants(tBoolean, types(tBigint), jsonArrayContains),
		jsonVariants(tBoolean, types(tDouble), jsonArrayContains), jsonVariants(tBoolean, types(tBoolean), jsonArrayContainsBool)),

	"ip_to_domain": {fn(tVarchar, types(tVarchar), ipToDomain)},

	"abs": {
		fn(tBigint, types(tBigint), func(a []driver.Value) (driver.Value, error) {
			if n := integer(a[0]); n >= 0 {
				return n, nil
			}
			return subtract64(0, integer(a[0]))
		}),
		ofDouble(math.Abs),
	},
	"ceil":     rounding(math.Ceil),
	"ceiling":  rounding(math.Ceil),
	"floor":    rounding(math.Floor),
	"truncate": {ofDouble(math.Trunc)},
	"round": append(rounding(func(f float64) float64 { return roundTo(f, 0) }),
		fn(tBigint, types(tBigint, tBigint), func(a []driver.Value) (driver.Value, error) {
			if integer(a[1]) < 0 {
				return nil, notSimulated("round of a whole number to %d digits", integer(a[1]))
			}
			return a[0], nil
		}),
		fn(tDouble, types(tDouble, tBigint), roundDigits)),
	"sqrt":  {ofDouble(math.Sqrt)},
	"power": {fn(tDouble, types(tDouble, tDouble), power)},
	"pow":   {fn(tDouble, types(tDouble, tDouble), power)},

	"from_unixtime": {fn(tTimestamp, types(tDouble), func(a []driver.Value) (driver.Value, error) {
		return whole64(roundTo(float(a[0])*1000, 0), "timestamp")
	})},
	"to_unixtime": {fn(tDouble, types(tTimestamp), func(a []driver.Value) (driver.Value, error) { return float64(integer(a[0])) / 1000, nil })},
	"date_format": {
		fn(tVarchar, types(tTimestamp, tVarchar), func(a []driver.Value) (driver.Value, error) {
			return formatTime(integer(a[0]), text(a[1]))
		}),
		fn(tVarchar, types(tBigint, tVarchar), func(a []driver.Value) (driver.Value, error) {
			ms, err := millis(integer(a[0]))
			if err != nil {
				return nil, err
			}
			return formatTime(ms, text(a[1]))
		}),
	},
	"date_parse": {fn(tTimestamp, types(tVarchar, tVarchar), func(a []driver.Value) (driver.Value, error) {
		return parseTime(text(a[0]), text(a[1]))
	})},
	"date_trunc": {
		fn(tTimestamp, types(tVarchar, tTimestamp), func(a []driver.Value) (driver.Value, error) {
			return truncateTime(text(a[0]), integer(a[1]))
		}),
		fn(tTimestamp, types(tVarchar, tBigint), func(a []driver.Value) (driver.Value, error) {
			ms, err := millis(integer(a[1]))
			if err != nil {
				return nil, err
			}
			return truncateTime(text(a[0]), ms)
		}),
	},
	"date_add": {fn(tTimestamp, types(tVarchar, tBigint, tTimestamp), func(a []driver.Value) (driver.Value, error) {
		return addTime(text(a[0]), integer(a[1]), integer(a[2]))
	})},
	"date_diff": {fn(tBigint, types(tVarchar, tTimestamp, tTimestamp), func(a []driver.Value) (driver.Value, error) {
		return diffTime(text(a[0]), integer(a[1]), integer(a[2]))
	})},
	"year":         timePart("year"),
	"month":        timePart("month"),
	"day":          timePart("day"),
	"day_of_month": timePart("day"),
	"day_of_week":  timePart("day_of_week"),
	"day_of_year":  timePart("day_of_year"),
	"hour":         timePart("hour"),
	"minute":       timePart("minute"),
	"second":       timePart("second"),
}

var substrings = []variant{
	fn(tVarchar, types(tVarchar, tBigint), substring),
	fn(tVarchar, types(tVarchar, tBigint, tBigint), substring),
}

// substring counts from 1, or from the end if negative; outside it is empty.
func substring(a []driver.Value) (driver.Value, error) {
	r, start := []rune(text(a[0])), integer(a[1])
	n := int64(len(r))
	if len(a) == 3 {
		n = integer(a[2])
	}
	if start < 0 {
		start += int64(len(r)) + 1
	}
	if start < 1 || start > int64(len(r)) || n <= 0 {
		return "", nil
	}
	n = min(n, int64(len(r))-start+1)
	return string(r[start-1 : start-1+n]), nil
}

func split(a []driver.Value) (driver.Value, error) {
	if text(a[1]) == "" {
		return nil, invalid("The delimiter may not be the empty string")
	}
	var list []any
	for _, s := range strings.Split(text(a[0]), text(a[1])) {
		list = append(list, s)
	}
	return encodeJSON(list), nil
}

func splitPart(a []driver.Value) (driver.Value, error) {
	n := integer(a[2])
	switch {
	case n <= 0:
		return nil, invalid("Index must be greater than zero")
	case text(a[1]) == "":
		return nil, notSimulated("split_part with an empty delimiter")
	}
	if parts := strings.Split(text(a[0]), text(a[1])); n <= int64(len(parts)) {
		return parts[n-1], nil
	}
	return nil, nil
}

func pad(left bool) func(a []driver.Value) (driver.Value, error) {
	return func(a []driver.Value) (driver.Value, error) {
		r, size, with := []rune(text(a[0])), integer(a[1]), []rune(text(a[2]))
		if size < 0 || size > 1<<20 || len(with) == 0 {
			return nil, invalid("Target length must be in the range [0..%d] and the padding not empty", 1<<20)
		}
		if int64(len(r)) >= size {
			return string(r[:size]), nil
		}
		fill := make([]rune, size-int64(len(r)))
		for i := range fill {
			fill[i] = with[i%len(with)]
		}
		if left {
			return string(fill) + string(r), nil
		}
		return string(r) + string(fill), nil
	}
}

var patterns struct {
	sync.Mutex
	compiled map[string]*regexp.Regexp
}

// compiled keeps the patterns of late, since a function compiles its own for each row.
func compiled(pattern string) (*regexp.Regexp, error) {
	patterns.Lock()
	defer patterns.Unlock()
	if re, ok := patterns.compiled[pattern]; ok {
		return re, nil
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, notSimulated("the pattern %q: %s", pattern, err)
	}
	if patterns.compiled == nil || len(patterns.compiled) > 200 {
		patterns.compiled = map[string]*regexp.Regexp{}
	}
	patterns.compiled[pattern] = re
	return re, nil
}

// groupOf is the compiled pattern and the group that is asked for.
func groupOf(a []driver.Value) (*regexp.Regexp, int, error) {
	re, err := compiled(text(a[1]))
	if err != nil || len(a) == 2 {
		return re, 0, err
	}
	g := integer(a[2])
	if g < 0 || g > int64(re.NumSubexp()) {
		return nil, 0, invalid("Pattern has %d groups. Cannot access group %d", re.NumSubexp(), g)
	}
	return re, int(g), nil
}

func regexpExtract(a []driver.Value) (driver.Value, error) {
	re, g, err := groupOf(a)
	if err != nil {
		return nil, err
	}
	s := text(a[0])
	if m := re.FindStringSubmatchIndex(s); m != nil && m[2*g] >= 0 {
		return s[m[2*g]:m[2*g+1]], nil
	}
	return nil, nil
}

func regexpExtractAll(a []driver.Value) (driver.Value, error) {
	re, g, err := groupOf(a)
	if err != nil {
		return nil, err
	}
	s, list := text(a[0]), []any{}
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		if m[2*g] < 0 {
			list = append(list, nil)
			continue
		}
		list = append(list, s[m[2*g]:m[2*g+1]])
	}
	return encodeJSON(list), nil
}

func regexpReplace(a []driver.Value) (driver.Value, error) {
	re, err := compiled(text(a[1]))
	if err != nil {
		return nil, err
	}
	with := ""
	if len(a) == 3 {
		if with, err = template(text(a[2]), re.NumSubexp()); err != nil {
			return nil, err
		}
	}
	return re.ReplaceAllString(text(a[0]), with), nil
}

// template turns a replacement of Java ($1, ${name}, \$) into one of Go.
func template(s string, groups int) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			if s[i] == '$' {
				b.WriteByte('$')
			}
			b.WriteByte(s[i])
		case c == '$' && i+1 < len(s) && isDigit(rune(s[i+1])):
			i++
			n := int(s[i] - '0')
			for i+1 < len(s) && isDigit(rune(s[i+1])) && n*10+int(s[i+1]-'0') <= groups {
				i++
				n = n*10 + int(s[i]-'0')
			}
			if n > groups {
				return "", invalid("Illegal replacement sequence: unknown group %d", n)
			}
			fmt.Fprintf(&b, "${%d}", n)
		case c == '$':
			return "", notSimulated("the replacement %q", s)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

func ofURL(returns string, f func(*url.URL) driver.Value) variant {
	return ofText(returns, func(s string) driver.Value {
		u, err := url.Parse(s)
		if err != nil || strings.ContainsAny(s, " <>\"{}|\\^`") {
			return nil // null, as for what Java does not take for a URI
		}
		return f(u)
	})
}

func urlPort(u *url.URL) driver.Value {
	if n, err := strconv.ParseInt(u.Port(), 10, 64); err == nil {
		return n
	}
	return nil
}

func decoded(query string) driver.Value {
	if s, err := url.PathUnescape(query); err == nil {
		return s
	}
	return query
}

func urlParameter(a []driver.Value) (driver.Value, error) {
	u, err := url.Parse(text(a[0]))
	if err != nil {
		return nil, nil // null for what is no URL
	}
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		if n, err := url.QueryUnescape(name); err == nil && n == text(a[1]) {
			if v, err := url.QueryUnescape(value); err == nil {
				return v, nil
			}
		}
	}
	return nil, nil
}

// urlEncode keeps letters, digits and .-*_ as they are; a blank is a plus.
func urlEncode(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(s), "%2A", "*"), "~", "%7E")
}

var sharedAddresses = netip.MustParsePrefix("100.64.0.0/10")

// ipToDomain tells internal from external addresses.
func ipToDomain(a []driver.Value) (driver.Value, error) {
	ip, err := netip.ParseAddr(text(a[0]))
	if err != nil {
		return nil, notSimulated("ip_to_domain of %q, which is no address", shortened(text(a[0])))
	}
	ip = ip.Unmap()
	if ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() || sharedAddresses.Contains(ip) {
		return "intranet", nil
	}
	return "internet", nil
}

func ofDouble(f func(float64) float64) variant {
	return fn(tDouble, types(tDouble), func(a []driver.Value) (driver.Value, error) { return finite(f(float(a[0]))) })
}

// rounding keeps whole numbers as they are.
func rounding(f func(float64) float64) []variant {
	return []variant{
		fn(tBigint, types(tBigint), func(a []driver.Value) (driver.Value, error) { return a[0], nil }),
		ofDouble(f),
	}
}

// finite refuses what SQLite cannot hold: it would make null of it.
func finite(f float64) (driver.Value, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, notSimulated("NaN and Infinity, which a division by zero gives")
	}
	return f, nil
}

func roundTo(f, factorDigits float64) float64 {
	factor := math.Pow(10, factorDigits)
	if f < 0 {
		return -math.Floor(-f*factor+0.5) / factor
	}
	return math.Floor(f*factor+0.5) / factor
}

func roundDigits(a []driver.Value) (driver.Value, error) {
	return finite(roundTo(float(a[0]), float64(integer(a[1]))))
}

func power(a []driver.Value) (driver.Value, error) {
	return finite(math.Pow(float(a[0]), float(a[1])))
}

// whole64 is a whole float as an integer.
func whole64(f float64, what string) (driver.Value, error) {
	if math.IsNaN(f) || f >= math.MaxInt64 || f <= math.MinInt64 {
		return nil, invalid("Out of range for %s: %s", what, javaDouble(f))
	}
	return int64(f), nil
}
