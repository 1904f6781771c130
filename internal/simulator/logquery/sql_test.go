package logquery

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// table shows an answer: values by column, rows by line.
func table(r *Result) string {
	var lines []string
	for _, row := range r.Rows {
		var cells []string
		for _, k := range r.Keys {
			cells = append(cells, row[k])
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
	return strings.Join(lines, "\n")
}

// The queries of alerts and reports as the audit guide and the product's own alert rules have them.
func TestSQL_auditQueries(t *testing.T) {
	for _, c := range []struct{ name, query, keys, want string }{
		{"exec_into_container", `verb : create and objectRef.subresource:exec and stage:  ResponseStarted | SELECT auditID, "user.username" as user, regexp_extract("requestURI",'([^\?]*)/exec\?.*',1) as pod, "responseStatus.code" as code, sourceIPs limit 10000`,
			"auditID user pod code sourceIPs", `id-0|alice|/api/v1/namespaces/default/pods/web-1|101|["8.8.8.8"]`},
		{"public_access", `* | select count(DISTINCT ip) as ip_count, sum(total) as total, sum(failCount) as failCount from (select CASE WHEN json_array_length(sourceIPs)=1 then json_format(json_array_get(sourceIPs,0)) ELSE  sourceIPs END  as ip, count(1) as total, count_if("responseStatus.code" > 399) as failCount from log WHERE ip_to_domain(json_format(json_array_get(sourceIPs,0)))='internet' group by ip limit 10000)`,
			"ip_count total failCount", "3|3|1"},
		{"public_access_failing without the functions that need data", `* | select ip, total, round(failCount * 100.0 / total, 2) as rate, failCount from (select json_format(json_array_get(sourceIPs,0)) as ip, count(1) as total, count_if("responseStatus.code" = 403) as failCount from log group by ip limit 10000) where ip_to_domain(ip) != 'intranet' order by total desc, ip`,
			"ip total rate failCount", "8.8.8.8|2|50.0|1\n8.8.4.4|1|0.0|0"},
		{"resource_modified", `(verb : update or verb : patch) NOT user.username: node NOT user.username: serviceaccount NOT user.username: apiserver NOT user.username: kube-scheduler NOT user.username: kube-controller-manager NOT objectRef.resource: leases | select count(*) as count`,
			"count", "1"},
		{"drain_eviction", `eviction and objectRef.resource: pods and verb: create | SELECT "objectRef.namespace" as namespace, "objectRef.name" as pod, auditID`,
			"namespace pod auditID", "prod|api-1|id-6"},
		{"resource_deleted", `(verb: delete or verb: deletecollection) NOT user.username: node NOT user.username: serviceaccount | select "user.username" as user, "objectRef.resource" as resource, "objectRef.namespace" as namespace, "objectRef.name" as name, count(1) as cnt group by user,resource,namespace,name`,
			"user resource namespace name cnt", "alice|deployments|prod|api|1"},
		{"secret_access", `objectRef.resource: secrets and (verb: get or verb: list or verb: watch) NOT user.username: serviceaccount NOT user.username: node NOT user.username: apiserver NOT user.username: kube-controller-manager | select "user.username" as user, "objectRef.namespace" as namespace, coalesce("objectRef.name", '*') as name, count(1) as cnt group by user, namespace, name order by name`,
			"user namespace name cnt", "bob|default|*|1\nbob|default|db|1"},
		{"rbac_change", `(objectRef.resource: clusterroles or objectRef.resource: clusterrolebindings or objectRef.resource: roles or objectRef.resource: rolebindings) and (verb: create or verb: update or verb: patch or verb: delete) | select auditID`,
			"auditID", "id-7"},
		{"anonymous", `responseStatus.code = 403 or user.username: "system:anonymous" | select auditID order by auditID`,
			"auditID", "id-2\nid-6"},
		{"events by hour", `* | select date_format(__time__ - __time__ % 3600, '%Y-%m-%d %H:%i') as time, cluster_id, count(*) as pv group by time, cluster_id order by time, cluster_id`,
			"time cluster_id pv", "1970-01-01 08:00|c0|5\n1970-01-01 08:00|c1|4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := mustRun(t, c.query, auditRows(), auditIndex(), Options{})
			if got := strings.Join(r.Keys, " "); got != c.keys {
				t.Errorf("columns %s, want %s", got, c.keys)
			}
			if got := table(r); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// The alert on inspection findings searches k8s-event by its full-text index.
func TestSQL_eventStore(t *testing.T) {
	index := &Index{
		Line: &Line{Token: tokens},
		Keys: map[string]Key{"level": textKey(), "eventId": {Type: "json", Token: tokens, DocValue: true, JSONKeys: map[string]JSONKey{"reason": leafKey("text")}}},
	}
	rows := []Row{
		{Time: 1, Fields: map[string]string{"level": "Warning", "eventId": `{"reason":"SecurityInspectorConfigAuditHighRiskFound","message":"2 high risks"}`}},
		{Time: 2, Fields: map[string]string{"level": "Normal", "eventId": `{"reason":"SecurityInspectorConfigAuditFinished"}`}},
	}
	for query, want := range map[string]string{
		"SecurityInspectorConfigAuditHighRiskFound | select count(1) as cnt": "1",
		"NoSuchWord | select count(1) as cnt":                                "0",
	} {
		if got := table(mustRun(t, query, rows, index, Options{})); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// kindsIndex has a column of each type.
func kindsIndex() *Index {
	return &Index{Keys: map[string]Key{
		"t": textKey(), "n": {Type: "long", DocValue: true}, "d": {Type: "double", DocValue: true}, "hidden": {Type: "text"},
		"User-Agent": {Type: "text", DocValue: true, Alias: "agent"}, "js": textKey(),
	}}
}

var kinds = []Row{
	{Time: 1592374067, Topic: "top", Source: "src", Fields: map[string]string{
		"t": "abc", "n": "7", "d": "2.5", "User-Agent": "curl", "js": `{"a":{"b":[1,"two",null,true,{"c":"d"}]},"s":"x","n":12,"f":false,"k k":"v"}`,
	}},
	{Time: 1592374068, Fields: map[string]string{"t": "Äbc%_x", "n": "-3", "d": "10000000", "js": `[1,"2",3.5]`}},
	{Time: 1592374069, Fields: map[string]string{"n": "no", "d": "no", "js": "none"}},
}

// TestSQL_expressions has expressions over the first row of kinds.
func TestSQL_expressions(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		// Literals and how values are shown.
		{"1", "1"}, {"1.5", "1.5"}, {"60.0", "60.0"}, {"1e10", "1.0E10"}, {"1.5e-5", "1.5E-5"}, {"-2", "-2"}, {"+3", "3"}, {"- -3", "3"},
		{"'it''s'", "it's"}, {"true", "true"}, {"FALSE", "false"}, {"null", "null"}, {"12345678901", "12345678901"},
		{"__time__", "1592374067"}, {"__topic__", "top"}, {"__source__", "src"}, {"agent", "curl"}, {`"agent"`, "curl"}, {"T", "abc"},
		{"log.t", "abc"}, {"n", "7"}, {"d", "2.5"}, {"/* c */ n -- end", "7"},
		// Arithmetic.
		{"7 / 2", "3"}, {"-7 / 2", "-3"}, {"-7 % 3", "-1"}, {"n / 2.0", "3.5"}, {"n / 2", "3"}, {"n % 4", "3"}, {"n * n - 1", "48"}, {"d * 2", "5.0"},
		{"d / 0.5", "5.0"}, {"d % 2", "0.5"}, {"-d", "-2.5"}, {"-n", "-7"}, {"n + d", "9.5"}, {"1 + 2 * 3", "7"}, {"(1 + 2) * 3", "9"},
		{"n + null", "null"}, {"mod(n, 4)", "3"}, {"2147483647 + n", "2147483654"}, {"86400 * 365", "31536000"},
		// Comparison, three values.
		{"n = 7", "true"}, {"n = 7.0", "true"}, {"n <> 7", "false"}, {"n != 7", "false"}, {"n > 6.5", "true"}, {"t < 'abd'", "true"}, {"t = 'ABC'", "false"},
		{"null = null", "null"}, {"n > null", "null"}, {"n is null", "false"}, {"n is not null", "true"}, {"null is null", "true"},
		{"null is distinct from 1", "true"}, {"null is not distinct from null", "true"}, {"not n = 7", "false"}, {"not null", "null"},
		{"true and null", "null"}, {"false and null", "false"}, {"true or null", "true"}, {"n = 7 and d > 2 or t = 'x'", "true"}, {"n = 1 or n = 2 and t = 'abc'", "false"},
		{"n between 7 and 8", "true"}, {"n not between 7 and 8", "false"}, {"n in (1, 7)", "true"}, {"n in (1, null)", "null"}, {"n not in (1, 2.0)", "true"}, {"t in ('abc')", "true"},
		{"t like 'a%'", "true"}, {"t like 'A%'", "false"}, {"t like '_b_'", "true"}, {"t not like '%x%'", "true"}, {"'50%' like '50#%' escape '#'", "true"}, {"'505' like '50#%' escape '#'", "false"}, {"t like ''", "false"},
		// Conditionals.
		{"case when n > 5 then 'big' else 'small' end", "big"}, {"case n when 7 then 1 when 8 then 2.5 end", "1.0"}, {"case n when 8 then 'x' end", "null"},
		{"if(n > 5, 'a', 'b')", "a"}, {"if(n > 9, 'a')", "null"}, {"coalesce(null, n, 1)", "7"}, {"coalesce(null, n, 1.5)", "7.0"}, {"nullif(n, 7)", "null"}, {"nullif(n, 8)", "7"},
		{"greatest(n, 9, 8)", "9"}, {"least('b', 'a')", "a"}, {"greatest(1, null)", "null"}, {"least(n)", "7"}, {"greatest(1, 2.5)", "2.5"},
		// Casts.
		{"cast('12' as bigint)", "12"}, {"cast('1.5' as double)", "1.5"}, {"cast(2.5 as bigint)", "3"}, {"cast(-2.5 as bigint)", "-3"}, {"cast(n as varchar)", "7"}, {"cast(d as varchar)", "2.5"},
		{"cast(true as varchar)", "true"}, {"cast('true' as boolean)", "true"}, {"cast(n as double)", "7.0"}, {"cast(1 as boolean)", "true"}, {"cast(true as bigint)", "1"}, {"try_cast('x' as bigint)", "null"}, {"cast(null as varchar)", "null"},
		{"cast(from_unixtime(0) as varchar)", "1970-01-01 08:00:00.000"}, {"cast(3000000000 as double)", "3.0E9"}, {"cast('5' as integer)", "5"}, {"try_cast('3000000000' as int)", "null"},
		// Text.
		{"'a' || t || 'z'", "aabcz"}, {"t || null", "null"}, {"concat('a', t, 'b')", "aabcb"}, {"lower('ÄB')", "äb"}, {"upper(t)", "ABC"}, {"length('äö')", "2"}, {"reverse('äb')", "bä"},
		{"trim(' a ')", "a"}, {"ltrim(' a ')", "a "}, {"rtrim(' a ')", " a"}, {"replace('aXbX', 'X')", "ab"}, {"replace('aXbX', 'X', '-')", "a-b-"}, {"strpos('äbc', 'c')", "3"}, {"strpos('abc', 'z')", "0"},
		{"substr('abcdef', 2)", "bcdef"}, {"substr('abcdef', 2, 3)", "bcd"}, {"substring('abcdef', -2)", "ef"}, {"substr('abc', 0)", ""}, {"substr('abc', 9)", ""}, {"substr('abc', 2, 99)", "bc"},
		{"split_part('a-b-c', '-', 2)", "b"}, {"split_part('a-b', '-', 5)", "null"}, {"split('a,b', ',')", `["a","b"]`}, {"lpad('a', 3, 'xy')", "xya"}, {"rpad('abc', 2, 'x')", "ab"}, {"chr(65)", "A"}, {"lower(null)", "null"},
		// Patterns.
		{`regexp_like(t, 'b')`, "true"}, {`regexp_like(t, '^b')`, "false"}, {`regexp_extract('a12b', '\d+')`, "12"}, {`regexp_extract('a12b', '([a-z])(\d+)', 2)`, "12"}, {`regexp_extract('a', '(x)?a', 1)`, "null"}, {`regexp_extract('a', 'z')`, "null"},
		{`regexp_replace('a1b2', '\d')`, "ab"}, {`regexp_replace('a1b2', '([a-z])(\d)', '$2$1')`, "1a2b"}, {`regexp_replace('a', 'a', '\$')`, "$"}, {`regexp_replace('ab', '(a)(b)', '$1x$20')`, "axb0"}, {`regexp_extract_all('1a2', '\d')`, `["1","2"]`},
		// URLs.
		{"url_extract_path('/api/v1/x?a=1')", "/api/v1/x"}, {"url_extract_path('https://h.com:81/p/q?a=1#f')", "/p/q"}, {"url_extract_host('https://h.com:81/p')", "h.com"}, {"url_extract_port('https://h.com:81/p')", "81"}, {"url_extract_port('https://h.com/p')", "null"},
		{"url_extract_query('/p?a=1&b=2')", "a=1&b=2"}, {"url_extract_parameter('/p?a=1&b=x%20y', 'b')", "x y"}, {"url_extract_parameter('/p?a=1', 'z')", "null"}, {"url_extract_protocol('https://h')", "https"}, {"url_extract_fragment('/p#f')", "f"}, {"url_extract_path('a b')", "null"},
		{"url_encode('a b/ü*~')", "a+b%2F%C3%BC*%7E"}, {"url_decode('a+b%2F')", "a b/"},
		// JSON.
		{"json_extract(js, '$.a.b')", `[1,"two",null,true,{"c":"d"}]`}, {"json_extract(js, '$.s')", `"x"`}, {"json_extract(js, '$.zz')", "null"}, {`json_extract_scalar(js, '$["k k"]')`, "v"}, {"json_extract_scalar(js, '$.a.b[1]')", "two"},
		{"json_extract_scalar(js, '$.n')", "12"}, {"json_extract_scalar(js, '$.f')", "false"}, {"json_extract_scalar(js, '$.a')", "null"}, {"json_extract_scalar('none', '$.a')", "null"}, {"json_extract_scalar(js, '$.a.b[9]')", "null"}, {"json_extract_scalar(js, '$.a.b[2]')", "null"},
		{"json_array_length('[1,2]')", "2"}, {"json_array_length(js)", "null"}, {"json_array_length('none')", "null"}, {`json_array_get('["a"]', 0)`, "a"}, {`json_format(json_array_get('["a",1]', -1))`, "1"}, {`json_array_get('[{"x": 1}]', 0)`, `{"x":1}`}, {"json_array_get('[1]', 4)", "null"}, {"json_array_get('[null]', 0)", "null"},
		{"json_array_contains('[1,2]', 2)", "true"}, {`json_array_contains('["a"]', 'b')`, "false"}, {"json_array_contains('[1.5]', 1.5)", "true"}, {"json_array_contains('[true]', true)", "true"}, {"json_size(js, '$.a.b')", "5"}, {"json_size(js, '$')", "5"}, {"json_size(js, '$.s')", "0"},
		{"json_format(json_parse('[1, 2]'))", "[1,2]"}, {`json_extract_scalar(json_parse('{"a":"<b>"}'), '$.a')`, "<b>"},
		// Addresses.
		{"ip_to_domain('8.8.8.8')", "internet"}, {"ip_to_domain('10.1.2.3')", "intranet"}, {"ip_to_domain('172.16.0.1')", "intranet"}, {"ip_to_domain('172.32.0.1')", "internet"}, {"ip_to_domain('192.168.1.1')", "intranet"}, {"ip_to_domain('100.64.0.1')", "intranet"},
		{"ip_to_domain('100.128.0.1')", "internet"}, {"ip_to_domain('127.0.0.1')", "intranet"}, {"ip_to_domain('169.254.1.1')", "intranet"}, {"ip_to_domain('::1')", "intranet"}, {"ip_to_domain('fd00::1')", "intranet"}, {"ip_to_domain('2001:4860::1')", "internet"}, {"ip_to_domain('::ffff:100.64.0.1')", "intranet"}, {"ip_to_domain(null)", "null"},
		// Numbers.
		{"abs(-3)", "3"}, {"abs(-2.5)", "2.5"}, {"round(2.5)", "3.0"}, {"round(-2.5)", "-3.0"}, {"round(2.345, 2)", "2.35"}, {"round(n)", "7"}, {"round(n, 1)", "7"}, {"ceil(2.1)", "3.0"}, {"ceiling(n)", "7"}, {"floor(-2.1)", "-3.0"}, {"truncate(2.9)", "2.0"}, {"sqrt(9.0)", "3.0"}, {"power(2, 10)", "1024.0"}, {"pow(2.0, 3)", "8.0"},
		// Times, in UTC+8.
		{"from_unixtime(__time__)", "2020-06-17 14:07:47.000"}, {"from_unixtime(1.5)", "1970-01-01 08:00:01.500"}, {"to_unixtime(from_unixtime(7))", "7.0"}, {"date_format(from_unixtime(__time__), '%Y-%m-%d %H:%i:%s')", "2020-06-17 14:07:47"}, {"date_format(__time__, '%c/%e %k|%l %p %j %a %b %M %W %y %T %r %h %I %% %v')", "6/17 14|2 PM 169 Wed Jun June Wednesday 20 14:07:47 02:07:47 PM 02 02 % 25"},
		{"date_trunc('second', __time__)", "2020-06-17 14:07:47.000"}, {"date_trunc('minute', __time__)", "2020-06-17 14:07:00.000"}, {"date_trunc('hour', __time__)", "2020-06-17 14:00:00.000"}, {"date_trunc('day', from_unixtime(__time__))", "2020-06-17 00:00:00.000"}, {"date_trunc('week', __time__)", "2020-06-15 00:00:00.000"},
		{"date_trunc('month', __time__)", "2020-06-01 00:00:00.000"}, {"date_trunc('quarter', __time__)", "2020-04-01 00:00:00.000"}, {"date_trunc('year', __time__)", "2020-01-01 00:00:00.000"}, {"date_parse('2017-05-17 09:45:00', '%Y-%m-%d %H:%i:%S')", "2017-05-17 09:45:00.000"}, {"date_parse('17/5/2017', '%d/%c/%Y')", "2017-05-17 00:00:00.000"},
		{"date_add('day', -7, date_parse('2018-08-09', '%Y-%m-%d'))", "2018-08-02 00:00:00.000"}, {"date_add('month', 1, date_parse('2020-01-31', '%Y-%m-%d'))", "2020-02-29 00:00:00.000"}, {"date_diff('day', date_parse('2018-08-02', '%Y-%m-%d'), date_parse('2018-08-09', '%Y-%m-%d'))", "7"}, {"date_diff('month', date_parse('2018-01-31', '%Y-%m-%d'), date_parse('2018-02-28', '%Y-%m-%d'))", "1"},
		{"date_diff('year', from_unixtime(__time__), from_unixtime(0))", "-50"}, {"year(from_unixtime(__time__))", "2020"}, {"hour(from_unixtime(__time__))", "14"}, {"day_of_week(from_unixtime(__time__))", "3"}, {"month(from_unixtime(__time__)) * 100 + day(from_unixtime(__time__))", "617"}, {"minute(from_unixtime(__time__)) + second(from_unixtime(__time__)) + day_of_year(from_unixtime(0))", "55"},
		{"from_unixtime(1) < from_unixtime(2)", "true"},
		// Arrays.
		{"cardinality(split('a,b', ','))", "2"}, {"contains(split('a,b', ','), 'b')", "true"}, {"contains(split('a,b', ','), 'z')", "false"}, {"array_join(split('b,a', ','), '-')", "b-a"}, {"array_sort(split('b,a', ','))", `["a","b"]`}, {"array_distinct(split('b,a,b', ','))", `["b","a"]`}, {"element_at(split('a,b', ','), 2)", "b"}, {"element_at(split('a,b', ','), -1)", "b"}, {"element_at(split('a,b', ','), 9)", "null"},
		// Subqueries.
		{"(select count(*) from log)", "1"}, {"n in (select n from log)", "true"}, {"n not in (select n + 1 from log)", "true"}, {"exists (select 1 from log where n > 100)", "false"}, {"(select n from log limit 1) + 1", "8"},
	} {
		r, err := run("* | select "+c.expr+"\nas x", kinds[:1], kindsIndex(), Options{})
		if err != nil {
			t.Errorf("%s: %s", c.expr, err)
			continue
		}
		if got := table(r); got != c.want {
			t.Errorf("%s: got %s, want %s", c.expr, got, c.want)
		}
	}
}

func TestSQL_statements(t *testing.T) {
	for _, c := range []struct{ sql, keys, want string }{
		// Names of columns.
		{"select t, n + 1, 'x', n as N2, d dd limit 1", "t _col1 _col2 N2 dd", "abc|8|x|7|2.5"},
		{"SELECT N, T FROM log LIMIT 1", "N T", "7|abc"},
		{`select "t" from log l where l.n = 7`, "t", "abc"},
		{"select t from store where n = 7", "t", "abc"},
		// What is no number is null, and a field that is missing too.
		{"select n, d, t order by __time__", "n d t", "7|2.5|abc\n-3|1.0E7|Äbc%_x\nnull|null|null"},
		// Order: null last whichever way.
		{"select n order by n", "n", "-3\n7\nnull"},
		{"select n order by n desc", "n", "7\n-3\nnull"},
		{"select n order by n nulls first", "n", "null\n-3\n7"},
		{"select n x, t order by 1 desc limit 1", "x t", "7|abc"},
		{"select -n as n order by n", "n", "-7\n3\nnull"}, // the alias, not the column
		{"select t order by n * -1", "t", "abc\nÄbc%_x\nnull"},
		{"select t order by t", "t", "abc\nÄbc%_x\nnull"},
		// LIMIT.
		{"select n order by n limit 1", "n", "-3"},
		{"select n order by n limit 1, 2", "n", "7\nnull"},
		{"select n limit 0", "n", ""},
		// Aggregates.
		{"select count(*), count(1), count(n), sum(n), avg(n), min(n), max(n), min(t), sum(d)", "_col0 _col1 _col2 _col3 _col4 _col5 _col6 _col7 _col8", "3|3|2|4|2.0|-3|7|abc|1.00000025E7"},
		{"select count_if(n > 0), count_if(n is null), approx_distinct(n), count(distinct n), count() where true", "_col0 _col1 _col2 _col3 _col4", "1|1|2|2|3"},
		{"select count(*), sum(n), max(t), array_agg(t) where false", "_col0 _col1 _col2 _col3", "0|null|null|null"},
		{"select bool_and(n > 0), bool_or(n > 0), every(n > -9), arbitrary(__topic__), max_by(t, n), min_by(t, n)", "_col0 _col1 _col2 _col3 _col4 _col5", "false|true|true||abc|Äbc%_x"},
		{"select array_join(array_sort(array_agg(distinct coalesce(t, 'none'))), ',', 'x'), cardinality(array_agg(n)), array_join(array_agg(n), '-', '?')", "_col0 _col1 _col2", "abc,none,Äbc%_x|3|7--3-?"},
		{"select count(*) filter (where n > 0), sum(n) filter (where n < 0)", "_col0 _col1", "1|-3"},
		{"select sum(1), avg(1), sum(1.5)", "_col0 _col1 _col2", "3|1.0|4.5"},
		{"select avg(case when n > 0 then 1 else 0 end) a", "a", "0.3333333333333333"},
		// GROUP BY: column, alias, number, expression; HAVING by alias too.
		{"select n > 0 as positive, count(*) as c group by positive order by c, positive", "positive c", "false|1\ntrue|1\nnull|1"},
		{"select n, count(*) group by 1 order by n", "n _col1", "-3|1\n7|1\nnull|1"},
		{"select n % 2, count(*) c group by n % 2 order by c, 1", "_col0 c", "-1|1\n1|1\nnull|1"},
		{"select upper(t) u, length(t) + 1 where t is not null group by t order by u", "u _col1", "ABC|4\nÄBC%_X|7"},
		{"select t, count(*) as c group by t having c > 1", "t c", ""},
		{"select t, count(*) as c group by t having count(*) = 1 and t = 'abc'", "t c", "abc|1"},
		{"select sum(n) s having sum(n) > 3", "s", "4"},
		{"select 1 as one, count(*) c group by one", "one c", "1|3"},
		{"select count(*) c, 1 as one group by one", "c one", "3|1"}, // no ordinal
		{"select t, 1 as one where n is not null order by one, n", "t one", "Äbc%_x|1\nabc|1"},
		{"select 'x' as k, count(*) c group by k", "k c", "x|3"},
		{"select t group by t, n order by max(n) desc limit 1", "t", "abc"},
		{"select t as n, count(*) c group by n order by c, n limit 1", "n c", "abc|1"}, // only the alias makes sense
		{"select abs(n) as n, count(*) c group by abs(n) having n > 5", "n c", "7|1"},
		{"select n as n, count(*) group by n order by n limit 1", "n _col1", "-3|1"},
		// DISTINCT.
		{"select distinct n is null as x order by x", "x", "false\ntrue"},
		// Subqueries and joins.
		{"select a + 1 as b from (select n as a from log where n > 0) where a > 1", "b", "8"},
		{"select s.a from (select n as a from log) s where s.a < 0", "a", "-3"},
		{"select s.x from (select n from log where n > 0) as s (x)", "x", "7"},
		{"with w as (select t, n from log where n is not null), v (k) as (select n from w) select k from v order by k", "k", "-3\n7"},
		{"with w as (select n from log) select (select max(n) from w) m, count(*) c from w", "m c", "7|3"},
		{"select a.t, b.n from log a join log b on a.n = b.n order by b.n", "t n", "Äbc%_x|-3\nabc|7"},
		{"select a.n, b.n as m from log a left join (select n from log where n > 0) b on a.n = b.n order by a.n", "n m", "-3|null\n7|7\nnull|null"},
		{"select count(*) from log a, log b cross join log c", "_col0", "27"},
		{"select count(*) from (log a join log b on a.n = b.n) join log c on c.n = a.n", "_col0", "2"},
		{"select x.* from (select n, t from log where n > 0) x", "n t", "7|abc"},
		// UNION.
		{"select n as a from log where n > 0 union all select n from log where n > 0", "a", "7\n7"},
		{"select n as a from log where n > 0 union select n from log where n > 0", "a", "7"},
		{"select 1 as a from log union select 2.5 from log order by a desc", "a", "2.5\n1.0"},
		{"(select n as a from log order by n limit 1) union all (select 5 from log limit 1) order by 1", "a", "-3\n5"},
		{"select count(*) c from (select n from log union all select n from log)", "c", "6"},
		{"select t where n > 0;", "t", "abc"},
	} {
		r, err := run("* | "+c.sql, kinds, kindsIndex(), Options{Logstore: "store"})
		if err != nil {
			t.Errorf("%s: %s", c.sql, err)
			continue
		}
		if got := strings.Join(r.Keys, " "); got != c.keys {
			t.Errorf("%s: columns %s, want %s", c.sql, got, c.keys)
		}
		if got := table(r); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.sql, got, c.want)
		}
	}
}

func TestSQL_star(t *testing.T) {
	index := kindsIndex()
	delete(index.Keys, "User-Agent")
	r := mustRun(t, "* | select * limit 1", kinds, index, Options{})
	if got, want := strings.Join(r.Keys, " "), "d js n t __source__ __topic__ __time__"; got != want {
		t.Errorf("columns %s, want %s", got, want)
	}
}

func TestSQL_result(t *testing.T) {
	rows := make([]Row, 150)
	for i := range rows {
		rows[i] = Row{Time: int64(i), Fields: map[string]string{"t": strconv.Itoa(i), "n": strconv.Itoa(i)}}
	}
	r := mustRun(t, " t:* | select t ", rows, kindsIndex(), Options{Line: 3, Offset: 5})
	if len(r.Rows) != 100 || r.Limited != 100 || !r.HasSQL || r.WhereQuery != "t:*" || r.AggQuery != "select t" || r.ProcessedRows != 150 {
		t.Errorf("%d rows, %+v", len(r.Rows), *r)
	}
	r = mustRun(t, "n < 120 | select t limit 10000", rows, kindsIndex(), Options{})
	if len(r.Rows) != 120 || r.Limited != 0 || r.ProcessedRows != 120 {
		t.Errorf("%d rows, %+v", len(r.Rows), *r)
	}
}

// A value longer than max_text_len is cut, never within a character.
func TestSQL_textLen(t *testing.T) {
	rows := []Row{{Fields: map[string]string{"t": strings.Repeat("a", 2047) + "äöü", "js": `{"a":"` + strings.Repeat("x", 3000) + `"}`}}}
	if got := table(mustRun(t, "* | select length(t), substr(t, -1)", rows, kindsIndex(), Options{})); got != "2047|a" {
		t.Errorf("got %s", got)
	}
	index := kindsIndex()
	index.MaxTextLen = 64
	if got := table(mustRun(t, "* | select length(t)", rows, index, Options{})); got != "64" {
		t.Errorf("got %s", got)
	}
	_, err := run("* | select json_extract_scalar(js, '$.a')", rows, kindsIndex(), Options{})
	if err == nil || !strings.HasPrefix(err.Error(), codeInvalid+": Cannot convert value to JSON") {
		t.Errorf("got %v", err)
	}
}

func TestSQL_errors(t *testing.T) {
	for _, c := range []struct{ sql, message string }{
		{"select x", "line 1:8: Column 'x' cannot be resolved;please add the column in the index attribute"},
		{"select hidden", "line 1:8: Column 'hidden' cannot be resolved;please add the column in the index attribute"},
		{`select "x"`, `line 1:8: Column 'x' cannot be resolved; it seems x is wrapper by ";if x is a string ,not a key field, please use 'x'`},
		{"select t,\n  user.name", "line 2:3: Column 'user.name' cannot be resolved;please add the column in the index attribute"},
		{"select n as a where a > 1", "line 1:21: Column 'a' cannot be resolved;please add the column in the index attribute"},
		{"select n as a, a + 1", "line 1:16: Column 'a' cannot be resolved;please add the column in the index attribute"},
		{"select z.t from log a", "line 1:8: Column 'z.t' cannot be resolved;please add the column in the index attribute"},
		{"select t from log a, log b", "line 1:8: Column 't' is ambiguous"},
		{"select t, count(*)", "line 1:8: Column 't' not in GROUP BY clause;please add the column in the index attribute"},
		{"select t, n, count(*) group by t", "line 1:11: Column 'n' not in GROUP BY clause;please add the column in the index attribute"},
		{"select t group by t order by n", "line 1:30: Column 'n' not in GROUP BY clause;please add the column in the index attribute"},
		{"select count(*) c group by t having n > 1", "line 1:37: Column 'n' not in GROUP BY clause;please add the column in the index attribute"},
		{"select t where count(*) > 1", "line 1:16: WHERE clause cannot contain aggregations or window functions: [count]"},
		{"select t, count(*) as c group by c", "line 1:34: GROUP BY clause cannot contain aggregations or window functions"},
		{"select sum(count(*))", "line 1:12: Cannot nest aggregations inside aggregation 'count'"},
		{"select t group by 2", "line 1:19: GROUP BY position 2 is not in select list"},
		{"select t order by 0", "line 1:19: ORDER BY position 0 is not in select list"},
		{"select distinct t order by n", "line 1:28: For SELECT DISTINCT, ORDER BY expressions must appear in select list"},
		{"select n = t", "line 1:10: '=' cannot be applied to bigint, varchar"},
		{"select n + t", "line 1:10: '+' cannot be applied to bigint, varchar"},
		{"select n || t", "line 1:10: '||' cannot be applied to bigint, varchar"},
		{"select -t", "line 1:8: '-' cannot be applied to varchar"},
		{"select n between 1 and 'x'", "line 1:10: 'BETWEEN' cannot be applied to bigint, varchar"},
		{"select n in (1, 'x')", "line 1:17: IN value and list items must be the same type: bigint"},
		{"select n like 'x'", "line 1:8: Left side of LIKE expression must evaluate to a varchar (actual: bigint)"},
		{"select t and true", "line 1:8: Left side of logical expression must evaluate to a boolean (actual: varchar)"},
		{"select true and n", "line 1:17: Right side of logical expression must evaluate to a boolean (actual: bigint)"},
		{"select not n", "line 1:12: Value of logical NOT expression must evaluate to a boolean (actual: bigint)"},
		{"select t where n", "line 1:16: WHERE clause must evaluate to a boolean: actual type bigint"},
		{"select coalesce(n, 'x')", "line 1:8: All COALESCE operands must be the same type: bigint"},
		{"select case when true then 1 else 'x' end", "line 1:8: All CASE results must be the same type: integer"},
		{"select url_decode(n)", "line 1:8: Unexpected parameters (bigint) for function url_decode. Expected: url_decode(varchar)"},
		{"select json_format(js)", "line 1:8: Unexpected parameters (varchar) for function json_format. Expected: json_format(json)"},
		{"select sum(t)", "line 1:8: Unexpected parameters (varchar) for function sum. Expected: sum(double), sum(bigint)"},
		{"select nosuch(n)", "line 1:8: Function nosuch not registered"},
		{"select lower(*)", "line 1:8: Function lower not registered"},
		{"select n / 0", "Division by zero"},
		{"select n / (n - 7) where n = 7", "Division by zero"},
		{"select 9223372036854775807 + n where n = 7", "bigint addition overflow: 9223372036854775807 + 7"},
		{"select 2147483647 + 1", "integer addition overflow: 2147483647, 1"},
		{"select 3000000000 * 3000000000 * 3000000000", "bigint multiplication overflow: 9000000000000000000 * 3000000000"},
		{"select sum(9223372036854775807)", "bigint addition overflow"},
		{"select cast(t as bigint)", "Can not cast 'abc' to BIGINT"},
		{"select cast('x' as int)", "Can not cast 'x' to INT"},
		{"select cast('x' as double)", "Can not cast 'x' to DOUBLE"},
		{"select split_part(t, 'b', 0)", "Index must be greater than zero"},
		{"select element_at(split(t, 'b'), 0)", "SQL array indices start at 1"},
		{`select regexp_extract(t, 'a', 1)`, "Pattern has 0 groups. Cannot access group 1"},
		{"select json_extract_scalar(js, 'a')", "Invalid JSON path: 'a'"},
		{"select json_extract_scalar(js, '$.X-Power-Id')", "Invalid JSON path: '$.X-Power-Id'"},
		{"select date_trunc('x', __time__)", "'x' is not a valid TIMESTAMP field"},
		{"select date_parse(t, '%Y')", `Invalid format: "abc" is malformed for %Y`},
		{"select n from (select n)", "you are using nested sql, please specify FROM LOGSTORE in the innermost sql"},
		{"select n union select n", "you are using nested sql, please specify FROM LOGSTORE in the innermost sql"},
		{"select n from log union select n, t from log", "line 1:25: UNION query has different number of fields: 1, 2"},
		{"select n from log union select t from log", "line 1:25: column 1 in UNION query has incompatible types: bigint, varchar"},
		{"select n in (select n, t from log)", "line 1:10: Multiple columns returned by subquery are not yet supported. Found 2"},
		{"select count(*) from (select n from log limit 1, 2)", "line 1:23: LIMIT y, x cannot be used in a subquery"},
		{"select n limit 1000001", "line 1:10: reading data with pagination only allow reading max 1000000"},
		{"select n limit 0, 10001", "line 1:10: reading data with pagination only allow reading max 10000"},
		{"select 1a", "line 1:8: identifiers must not start with a digit; surround the identifier with double quotes"},
		{"select __tag__:x", "line 1:8: identifiers must not contain ':'"},
		{"select", "line 1:7: mismatched input '<EOF>'"},
		{"", "line 1:1: mismatched input '<EOF>'"},
		{"select t from", "line 1:14: mismatched input '<EOF>'"},
		{"select t u v", "line 1:12: mismatched input 'v'"},
		{"select (t", "line 1:10: mismatched input '<EOF>' expecting ')'"},
		{"select t where", "line 1:15: mismatched input '<EOF>'"},
		{"select “t”", "line 1:8: extraneous input '“'"},
		{"select 'open", "line 1:8: mismatched input '''"},
		{`select "open`, "unclosed string quote"},
		{"select count(distinct n), count(distinct n), count(distinct n), count(distinct n), count(distinct n), count(distinct n), count(distinct n), count(distinct n), count(distinct n), count(distinct n), count(distinct n)", "max distinct num is:10, please use approx_distinct"},
	} {
		_, err := run("* | "+c.sql, kinds, kindsIndex(), Options{})
		if err == nil {
			t.Errorf("%s: no error", c.sql)
			continue
		}
		t.Run(fmt.Sprintf("%.40s", c.sql), func(t *testing.T) { wantError(t, err, codeInvalid, c.message) })
	}
	conflict := kindsIndex()
	conflict.Keys["User-Agent"] = Key{Type: "text", DocValue: true, Alias: "T"}
	_, err := run("* | select n", kinds, conflict, Options{})
	wantError(t, err, codeInvalid, "duplicate column conflicts: T")
	_, err = run("* | select 1", kinds, &Index{Line: &Line{}}, Options{Logstore: "store"})
	wantError(t, err, codeInvalid, "logstore (store) is not found")
	_, err = run("* | select 1", kinds, nil, Options{})
	wantError(t, err, codeNoIndex, "logstore without index config")
}

// What the service takes and we do not is an error that says so.
func TestSQL_notSimulated(t *testing.T) {
	for _, sql := range []string{
		"select ip_to_country(t)", "select security_check_ip(t)", "select time_series(__time__, '1h', '%H', '0')", "select compare(n, 3600)", "select approx_percentile(n, 0.5)",
		"select stddev(n)", "select now()", "select current_date", "select current_timestamp", "select try(n)", "select typeof(n)", "select from_iso8601_timestamp(t)",
		"select max(n, 3)", "select count(distinct n, t)", "select row_number() over (order by n)", "select sum(n) over ()", "select array_agg(n order by n)",
		"select n from log except select n from log", "select n offset 3", "select n fetch first 3 rows only", "select n limit all", "select n group by grouping sets (n)", "select n group by cube (n)", "select n group by rollup (n)",
		"select n from other", "select n from a.b", "select x from unnest(split('a', ','))", "select n from log a join log b using (n)", "select n from log tablesample bernoulli (10)",
		"select split(t, ',')[1]", "select array[1, 2]", "select row(1)", "select (1, 2)", "select extract(hour from from_unixtime(1))", "select from_unixtime(1) at time zone 'UTC'", "select interval '1' day", "select date '2020-01-01'", "select from_unixtime(1) + 1",
		"select transform(split(t, ','), x -> x)", "select n = all (select n from log)", "select cast(n as decimal(10, 2))", "select cast(n as date)", "select cast(json_parse(js) as varchar)",
		"insert into x select 1", "update log set n = 1", "delete from log", "drop table log", "set session x = 1", "explain select 1", "extend a = 1", "where n > 1", "pragma table_info(log)", "attach 'x' as y",
		"select 1 | where n > 1", "select *", `select "User-Agent"`, "select t, n as t", "select (select n from log)", "select exists (select 1 from log b where b.n = a.n) from log a", "select json_parse(js) = json_parse(js)", "select distinct json_parse('1')", "select json_parse('1') j, count(*) group by j",
		"select d / 0.0", "select d / (d - 2.5)", "select regexp_like(t, '(?=x)')", "select date_format(__time__, '%D')", "select ip_to_domain(t)", "select json_parse('none')", "select json_extract('none', '$')", "select json_extract_scalar('[1, x]', '$')", "select 1 from (values 1)",
		"select upper(t) as t, count(*) group by t", // alias or column?
		"select abs(n) as n, count(*) as c group by n having n > 0",
		"with recursive w as (select 1 from log) select * from w", "select 1 from log having 1 = 1",
		"select " + strings.Repeat("(", 120) + "1" + strings.Repeat(")", 120), "select 1" + strings.Repeat(" + 1", 120), "select " + strings.Repeat("not ", 120) + "true",
	} {
		rows := kinds[:1]
		_, err := run("* | "+sql, rows, kindsIndex(), Options{})
		if err == nil || !strings.HasPrefix(err.Error(), codeNotSimulated) {
			t.Errorf("%.100s: %v", sql, err)
		}
	}
}

func TestSQL_zeroByte(t *testing.T) {
	_, err := run("* | select t", []Row{{Fields: map[string]string{"t": "a\x00b"}}}, kindsIndex(), Options{})
	wantError(t, err, codeNotSimulated, "a zero byte in the field t")
}

// Every function is in one list only, so that none is called missing that is there.
func TestSQL_functionLists(t *testing.T) {
	seen := map[string]int{}
	for _, list := range [][]string{
		slices.Collect(maps.Keys(functions)), slices.Collect(maps.Keys(aggregates)), slices.Collect(maps.Keys(specials)), otherFunctions, otherAggregates,
	} {
		for _, name := range list {
			if seen[name]++; seen[name] > 1 {
				t.Errorf("%s is listed twice", name)
			}
		}
	}
}

func TestRun_concurrent(t *testing.T) {
	q, err := Parse(`NOT user.username: serviceaccount | select "user.username" as user, count(*) as c group by user order by user`)
	if err != nil {
		t.Fatal(err)
	}
	rows, index := auditRows(), auditIndex()
	want := ""
	if r, err := q.Run(rows, index, Options{}); err == nil {
		want = table(r)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				r, err := q.Run(rows, index, Options{})
				if err != nil {
					t.Error(err)
					return
				}
				if got := table(r); got != want || got == "" {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
	wg.Wait()
}
