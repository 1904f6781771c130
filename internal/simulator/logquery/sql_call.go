package logquery

import (
	"fmt"
	"slices"
	"strings"
)

// aggregates are the aggregate functions, each with how it is resolved.
var aggregates map[string]func(r *resolver, e *expr, args []*node) (typ, sql string, err error)

func init() { // initialised here because they call each other through the map
	aggregates = map[string]func(r *resolver, e *expr, args []*node) (typ, sql string, err error){
		"count":           aggCount,
		"count_if":        aggCountIf,
		"approx_distinct": aggApproxDistinct,
		"sum":             aggSum,
		"avg":             aggAvg,
		"min":             aggExtreme,
		"max":             aggExtreme,
		"arbitrary":       aggArbitrary,
		"any_value":       aggArbitrary,
		"bool_and":        aggBool,
		"bool_or":         aggBool,
		"every":           aggBool,
		"array_agg":       aggArray,
		"max_by":          aggBy,
		"min_by":          aggBy,
	}
}

func unexpectedParameters(e *expr, args []*node, expected ...string) *Error {
	types := make([]string, len(args))
	for i, a := range args {
		types[i] = a.typ
	}
	return invalid("%s: Unexpected parameters (%s) for function %s. Expected: %s", e.pos, strings.Join(types, ", "), e.text, strings.Join(expected, ", "))
}

func (r *resolver) call(e *expr) (*node, error) {
	if agg, ok := aggregates[e.text]; ok {
		return r.aggregate(e, agg)
	}
	switch {
	case slices.Contains(otherAggregates, e.text), slices.Contains(otherFunctions, e.text):
		return nil, notSimulated("the function %s (%s)", e.text, e.pos)
	case e.filter != nil:
		return nil, invalid("%s: Filter is only valid for aggregation functions", e.pos)
	case e.distinct:
		return nil, invalid("%s: DISTINCT is not supported for non-aggregation functions", e.pos)
	case e.star:
		return nil, invalid("%s: Function %s not registered", e.pos, e.text)
	}
	args, err := r.exprs(e.kids)
	if err != nil {
		return nil, err
	}
	if special, ok := specials[e.text]; ok {
		return special(e, args)
	}
	variants := functions[e.text]
	if len(variants) == 0 {
		return nil, invalid("%s: Function %s not registered", e.pos, e.text)
	}
	for exact := range 2 { // a variant for just these types before one to which they can be turned
		for i := range variants {
			if n, ok, err := variants[i].apply(e, args, exact == 0); ok || err != nil {
				return n, err
			}
		}
	}
	expected := make([]string, len(variants))
	for i, v := range variants {
		expected[i] = e.text + "(" + strings.Join(v.args, ", ") + ")"
	}
	return nil, unexpectedParameters(e, args, expected...)
}

// apply is the call if the arguments fit.
func (v *variant) apply(e *expr, args []*node, exact bool) (*node, bool, error) {
	want := v.args
	if v.variadic {
		for len(want) < len(args) {
			want = append(slices.Clone(want), v.args[len(v.args)-1])
		}
	}
	if len(want) != len(args) {
		return nil, false, nil
	}
	list := make([]string, len(args))
	turned := make([]*node, len(args))
	for i, a := range args {
		if a.typ != want[i] {
			wider := a.typ == tUnknown || (isNumeric(a.typ) && common(a.typ, want[i]) == want[i])
			if exact || !wider {
				return nil, false, nil
			}
		}
		turned[i] = coerce(a, want[i])
		list[i] = turned[i].sql
	}
	n, err := newNode(e, v.returns, v.sqlName+"("+strings.Join(list, ", ")+")", turned...)
	return n, true, err
}

func (r *resolver) aggregate(e *expr, resolve func(*resolver, *expr, []*node) (string, string, error)) (*node, error) {
	if r.clause != "" {
		return nil, invalid("%s: %s clause cannot contain aggregations or window functions: [%s]", e.pos, r.clause, e.text)
	}
	if r.inAgg {
		return nil, invalid("%s: Cannot nest aggregations inside aggregation '%s'", e.pos, e.text)
	}
	r.inAgg = true
	defer func() { r.inAgg = false }()
	if e.star && e.text != "count" {
		return nil, invalid("%s: Function %s not registered", e.pos, e.text)
	}
	args, err := r.exprs(e.kids)
	if err != nil {
		return nil, err
	}
	if e.distinct {
		r.distinct++
		if err := comparableArgs(e, args); err != nil {
			return nil, err
		}
	}
	typ, sql, err := resolve(r, e, args)
	if err != nil {
		return nil, err
	}
	kids := args
	if e.filter != nil {
		f, err := r.boolean(e.filter, "FILTER")
		if err != nil {
			return nil, err
		}
		sql += " FILTER (WHERE " + f.sql + ")"
		kids = append(slices.Clone(args), f)
	}
	n, err := newNode(e, typ, sql, kids...)
	if err != nil {
		return nil, err
	}
	n.agg, n.hasAgg = true, true
	return n, nil
}

func comparableArgs(e *expr, args []*node) error {
	for _, a := range args {
		if err := comparableColumns(e.pos, "DISTINCT", []output{{typ: a.typ}}); err != nil {
			return err
		}
	}
	return nil
}

// over is name(x) or name(DISTINCT x).
func over(e *expr, name string, args ...string) string {
	distinct := ""
	if e.distinct {
		distinct = "DISTINCT "
	}
	return name + "(" + distinct + strings.Join(args, ", ") + ")"
}

func aggCount(_ *resolver, e *expr, args []*node) (string, string, error) {
	switch {
	case e.star, len(args) == 0:
		return tBigint, "count(*)", nil
	case len(args) == 1:
		return tBigint, over(e, "count", args[0].sql), nil
	case e.distinct:
		return "", "", notSimulated("count(DISTINCT) over several columns (%s)", e.pos)
	}
	return "", "", unexpectedParameters(e, args, "count()", "count(T)")
}

func aggCountIf(_ *resolver, e *expr, args []*node) (string, string, error) {
	if len(args) != 1 || (args[0].typ != tBoolean && args[0].typ != tUnknown) {
		return "", "", unexpectedParameters(e, args, "count_if(boolean)")
	}
	return tBigint, over(e, "count", "CASE WHEN "+args[0].sql+" THEN 1 END"), nil
}

// aggApproxDistinct is exact, which is within what the service promises of the estimate.
func aggApproxDistinct(_ *resolver, e *expr, args []*node) (string, string, error) {
	if len(args) != 1 || e.distinct {
		return "", "", notSimulated("approx_distinct with an error bound or DISTINCT (%s)", e.pos)
	}
	if err := comparableArgs(e, args); err != nil {
		return "", "", err
	}
	return tBigint, "count(DISTINCT " + args[0].sql + ")", nil
}

func aggSum(_ *resolver, e *expr, args []*node) (string, string, error) {
	if len(args) != 1 || !isNumeric(args[0].typ) {
		return "", "", unexpectedParameters(e, args, "sum(double)", "sum(bigint)")
	}
	return common(args[0].typ, tBigint), over(e, "sum", args[0].sql), nil
}

func aggAvg(_ *resolver, e *expr, args []*node) (string, string, error) {
	if len(args) != 1 || !isNumeric(args[0].typ) {
		return "", "", unexpectedParameters(e, args, "avg(double)", "avg(bigint)")
	}
	return tDouble, over(e, "avg", args[0].sql), nil
}

func aggExtreme(_ *resolver, e *expr, args []*node) (string, string, error) {
	if len(args) == 2 {
		return "", "", notSimulated("%s with a number of values (%s)", e.text, e.pos)
	}
	if len(args) != 1 || args[0].typ == tJSON || elemOf(args[0].typ) != "" {
		return "", "", unexpectedParameters(e, args, e.text+"(E) E:orderable")
	}
	return args[0].typ, over(e, e.text, args[0].sql), nil
}

// aggArbitrary takes the least value, so that it is the same one every time.
func aggArbitrary(_ *resolver, e *expr, args []*node) (string, string, error) {
	if len(args) != 1 {
		return "", "", unexpectedParameters(e, args, e.text+"(T)")
	}
	return args[0].typ, "min(" + args[0].sql + ")", nil
}

func aggBool(_ *resolver, e *expr, args []*node) (string, string, error) {
	if len(args) != 1 || (args[0].typ != tBoolean && args[0].typ != tUnknown) {
		return "", "", unexpectedParameters(e, args, e.text+"(boolean)")
	}
	if e.text == "bool_or" {
		return tBoolean, "max(" + args[0].sql + ")", nil
	}
	return tBoolean, "min(" + args[0].sql + ")", nil
}

func aggArray(_ *resolver, e *expr, args []*node) (string, string, error) {
	if len(args) != 1 {
		return "", "", unexpectedParameters(e, args, "array_agg(T)")
	}
	switch args[0].typ {
	case tVarchar, tBigint, tInteger, tDouble:
	default:
		return "", "", notSimulated("array_agg over values of type %s (%s)", args[0].typ, e.pos)
	}
	return arrayOf(args[0].typ), over(e, "p_array_agg", args[0].sql), nil
}

func aggBy(_ *resolver, e *expr, args []*node) (string, string, error) {
	if len(args) != 2 || e.distinct {
		return "", "", notSimulated("%s with other than two arguments (%s)", e.text, e.pos)
	}
	if by := args[1].typ; by == tJSON || elemOf(by) != "" {
		return "", "", unexpectedParameters(e, args, e.text+"(V, K) K:orderable")
	}
	return args[0].typ, "p_" + e.text + "(" + args[0].sql + ", " + args[1].sql + ")", nil
}

// specials are the functions that take more than one type.
var specials = map[string]func(e *expr, args []*node) (*node, error){
	"coalesce": func(e *expr, args []*node) (*node, error) {
		if len(args) < 2 {
			return nil, invalid("%s: The 'coalesce' function must have at least two arguments", e.pos)
		}
		return apply(e, args, "coalesce", "All COALESCE operands must be the same type")
	},
	"if": func(e *expr, args []*node) (*node, error) {
		if len(args) != 2 && len(args) != 3 {
			return nil, invalid("%s: Invalid number of arguments for 'if' function", e.pos)
		}
		if c := args[0].typ; c != tBoolean && c != tUnknown {
			return nil, invalid("%s: IF condition must evaluate to a boolean: actual type %s", e.pos, c)
		}
		values := slices.Clone(args[1:])
		if len(values) == 1 {
			values = append(values, &node{typ: tUnknown, sql: "NULL", pos: e.pos})
		}
		return choose(e, "Result types for IF must be the same", []string{args[0].sql}, args[:1], values)
	},
	"nullif": func(e *expr, args []*node) (*node, error) {
		if len(args) != 2 {
			return nil, invalid("%s: Invalid number of arguments for 'nullif' function", e.pos)
		}
		kids, err := same(e, "nullif", args)
		if err != nil {
			return nil, err
		}
		return newNode(e, args[0].typ, fmt.Sprintf("(CASE WHEN %s = %s THEN NULL ELSE %s END)", kids[0].sql, kids[1].sql, args[0].sql), append(kids, args[0])...)
	},
	"greatest": func(e *expr, args []*node) (*node, error) { return greatest(e, args, "max") },
	"least":    func(e *expr, args []*node) (*node, error) { return greatest(e, args, "min") },
	"mod": func(e *expr, args []*node) (*node, error) {
		if len(args) != 2 {
			return nil, unexpectedParameters(e, args, "mod(bigint, bigint)", "mod(double, double)")
		}
		return arithmetic(&expr{pos: e.pos, text: "%"}, args[0], args[1])
	},
	"cardinality": func(e *expr, args []*node) (*node, error) {
		return onArray(e, args, 1, func(string) string { return tBigint })
	},
	"array_distinct": func(e *expr, args []*node) (*node, error) { return onArray(e, args, 1, arrayOf) },
	"array_sort":     func(e *expr, args []*node) (*node, error) { return onArray(e, args, 1, arrayOf) },
	"array_join": func(e *expr, args []*node) (*node, error) {
		for _, a := range args[min(1, len(args)):] {
			if a.typ != tVarchar {
				return nil, unexpectedParameters(e, args, "array_join(array(T), varchar)", "array_join(array(T), varchar, varchar)")
			}
		}
		return onArray(e, args, max(2, len(args)), func(string) string { return tVarchar })
	},
	"contains": func(e *expr, args []*node) (*node, error) {
		if len(args) == 2 && elemOf(args[0].typ) != "" {
			if common(elemOf(args[0].typ), args[1].typ) != elemOf(args[0].typ) {
				return nil, unexpectedParameters(e, args, "contains(array(T), T)")
			}
			args[1] = coerce(args[1], elemOf(args[0].typ))
		}
		return onArray(e, args, 2, func(string) string { return tBoolean })
	},
	"element_at": func(e *expr, args []*node) (*node, error) {
		if len(args) == 2 && args[1].typ != tBigint && args[1].typ != tInteger {
			return nil, unexpectedParameters(e, args, "element_at(array(E), bigint)")
		}
		return onArray(e, args, 2, func(elem string) string { return elem })
	},
}

func apply(e *expr, args []*node, name, complaint string) (*node, error) {
	args, t, err := unify(e, complaint, args)
	if err != nil {
		return nil, err
	}
	list := make([]string, len(args))
	for i, a := range args {
		list[i] = a.sql
	}
	return newNode(e, t, name+"("+strings.Join(list, ", ")+")", args...)
}

func greatest(e *expr, args []*node, name string) (*node, error) {
	if len(args) == 0 {
		return nil, unexpectedParameters(e, args, e.text+"(E...) E:orderable")
	}
	if _, err := same(e, e.text, args); err != nil {
		return nil, err
	}
	if len(args) == 1 { // with one argument SQLite's is an aggregate
		return args[0], nil
	}
	return apply(e, args, name, "arguments of "+e.text+" must be the same type")
}

func onArray(e *expr, args []*node, n int, returns func(elem string) string) (*node, error) {
	if len(args) != n || n > 3 || elemOf(args[0].typ) == "" {
		return nil, unexpectedParameters(e, args, e.text+"(array(E), ...)")
	}
	list := []string{quoteSQL(elemOf(args[0].typ))}
	for _, a := range args {
		list = append(list, a.sql)
	}
	return newNode(e, returns(elemOf(args[0].typ)), "p_"+e.text+"("+strings.Join(list, ", ")+")", args...)
}

// otherAggregates and otherFunctions are functions of the service that are not simulated; a name in no list is one that
// the service has not either.
var otherAggregates = strings.Fields(`approx_percentile approx_set merge checksum corr covar_pop covar_samp geometric_mean
	histogram kurtosis map_agg map_union multimap_agg numeric_histogram regr_intercept regr_slope skewness stddev stddev_pop
	stddev_samp var_pop var_samp variance bitwise_and_agg bitwise_or_agg reduce_agg set_agg array_union_sum string_agg group_concat`)

var otherFunctions = strings.Fields(`
	ip_to_country ip_to_country_code ip_to_province ip_to_city ip_to_geo ip_to_city_geo ip_to_provider ip_prefix
	ip_subnet_min ip_subnet_max ip_subnet_range is_subnet_of is_prefix_subnet_of security_check_ip security_check_domain
	security_check_url mobile_province mobile_city mobile_carrier
	compare ts_compare time_series ts_difference ts_predicate_simple ts_predicate_arma ts_predicate_ar ts_anomaly_filter
	ts_smooth_simple ts_smooth_fir ts_smooth_iir ts_period_detect ts_cp_detect ts_breakout_detect ts_find_peaks
	ts_decompose ts_density_cluster ts_hierarchical_cluster ts_similar_instance ts_regression_predict ts_period_classify
	ts_association_analysis rca_kpi_search pattern_stat diff_patterns kernel_density_estimation url_classify anomaly_compare
	current_timezone now date from_iso8601_timestamp from_iso8601_date to_iso8601 timezone_hour timezone_minute
	quarter week week_of_year year_of_week yow doy dow parse_datetime format_datetime human_readable_seconds at_timezone
	json_extract_bool json_extract_long json_extract_double json_object_flatten search is_json_scalar json_object json_array json_array_agg try typeof transform filter reduce zip zip_with flatten
	sequence shuffle slice array_concat array_except array_intersect array_max array_min array_position array_remove
	array_sort_desc array_transpose array_union arrays_overlap array_average array_sum map map_concat map_entries map_filter
	map_from_entries map_keys map_values transform_keys transform_values split_to_map element_of repeat ngrams combinations
	bitwise_and bitwise_not bitwise_or bitwise_xor bit_count bitwise_left_shift bitwise_right_shift
	acos asin atan atan2 cbrt cos cosh cosine_similarity degrees e exp from_base infinity is_finite is_infinite is_nan ln
	log log10 log2 nan pi radians rand random sign sin tan tanh to_base width_bucket normal_cdf inverse_normal_cdf wilson_interval_lower
	codepoint csv_split levenshtein_distance hamming_distance normalize position starts_with ends_with translate soundex
	to_utf8 from_utf8 word_stem split_to_multimap concat_ws strrpos regexp_split
	from_base64 from_base64url from_hex to_base64 to_base64url to_hex md5 sha1 sha256 sha512 crc32 xxhash64 length_binary hmac_md5
	hmac_sha1 hmac_sha256 hmac_sha512 big_endian_64 to_big_endian_64 from_big_endian_64
	geohash st_point st_polygon st_linefromtext st_contains st_distance bing_tile uuid hash murmur3
	url_extract_parameters row_number rank dense_rank percent_rank cume_dist ntile first_value last_value nth_value lag lead
	set_session sls_inner_ts_regression lengthb convert conv decode ifnull nvl isnull`)
