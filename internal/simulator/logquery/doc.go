// Package logquery answers the queries of Log Service over rows in memory: its search language, and the SQL after the
// pipe. It has no HTTP and no state; a Query may be run by many at once.
//
// A query is parsed here, names and types are resolved as Presto does it, and what comes out runs in SQLite, in a
// database of its own that holds the columns which the query names. What the service answers in another way than
// SQLite is translated; what cannot be, or is documented nowhere, is an Error with the code Simulator.NotSimulated.
//
// # Where the rules come from
//
// Sources: "syntax" is the help page on search syntax (help.aliyun.com/zh/sls/query-syntax, 2026-01), "types" the page
// on data types, "index" CreateIndex and the page on indexes, "reserved" that on reserved fields, "phrase" that on phrase
// search, "limits" that on the limits of queries, "errors" the pages on common errors and the SQL error centre
// (sls.aliyun.com/doc/sqlerror), "functions" the pages on SQL functions and clauses, "Presto" the behaviour of the
// engine that the service is built on, where its pages are silent. INFERRED is a guess.
//
// Search:
//
//	rule                                                              origin
//	a blank query and * find everything                               syntax
//	blanks around : and operators                                     syntax, types (their examples)
//	and, not and adjacency bind alike, or is looser; not binds to     syntax (2026); an older page has and before not
//	  what follows it
//	operators in any case, in only in lower case                      syntax
//	sort asc desc avg sum min max limit "group by" need quotes        syntax; the error's text INFERRED
//	several words of a value, in quotes or split by a delimiter, are  syntax
//	  all wanted, in any order; quotes make * and words plain
//	\" and \\ are escapes                                             syntax for \", INFERRED for \\
//	key:"" finds empty values, key:* fields that are there            syntax
//	* and ? in the middle or at the end of a word of up to 64         syntax; errors; the text for 64 INFERRED
//	  characters; never delimiters unless quoted                      INFERRED
//	a word with wildcards stands for up to 100 words                  syntax: a sample, so more than 100 are refused
//	> >= < <= = in for long and double; = and : alike                 syntax
//	a value that is no number of the type is not found                types
//	a comparison on text: key (x) is not config as numberic column    errors; syntax says full text instead
//	a key without index: key (x) is not config as key value config    errors, ParameterInvalid seen by public clients
//	key:(a or b), __time__ in a query are syntax errors               seen by public clients
//	#"a b": all its words first, then the text as it is, in case      phrase; case INFERRED
//	  as the index has it; not with not, *, or SQL                    phrase; texts of the errors INFERRED
//	no more than 30 conditions                                        limits, errors
//	__topic__ and __source__ (also source) are indexed whole, tags    reserved, syntax; case does not count INFERRED
//	  too unless the index has them
//	keys are found in another case                                    syntax (Source for a field named source)
//	full text without a line index: text fields and text leaves       syntax
//	full text with one: fields with an index of their own by that,    syntax; names of fields are words: index
//	  all others by the line's delimiters
//	words of one full-text condition may be in several fields         INFERRED
//	include_keys and exclude_keys limit the line                      index
//	json: leaves by path, names may have dots, no arrays or objects,  types; null is missing INFERRED
//	  broken JSON up to where it breaks
//	Chinese words need a dictionary                                   index: refused
//	answers by time, upwards unless reverse; 100 rows                 GetLogs
//	no index: IndexConfigNotExist                                     errors; 404 as the reference has it
//
// SQL:
//
//	rule                                                              origin
//	columns: fields and leaves with doc_value, __time__ (bigint),     reserved, types, index
//	  __topic__, __source__; long bigint, double double, else varchar
//	an alias replaces the field's name                                functions (column aliases); the name is refused
//	values are cut to max_text_len, 2048 bytes by default             index; limits
//	no column at all: logstore (x) is not found                       errors; the code INFERRED
//	FROM may be left out, but not in a nested query                   errors
//	FROM log, or the name of the Logstore                             errors
//	100 rows without LIMIT; LIMIT y, x; the limits of both            functions (LIMIT)
//	"x" is a name always, 'x' a text                                  functions
//	Column 'x' cannot be resolved, with line and column of the SQL    errors
//	Column 'x' not in GROUP BY clause, and the other texts of errors  errors, Presto
//	names in any case, shown as written; _col0 for the rest           functions; Presto
//	GROUP BY column, alias, number; HAVING by alias                   functions; a name that may be both is refused
//	                                                                  where both readings are valid
//	ORDER BY: aliases first, null last whichever way                  Presto
//	types are checked, numbers widened, nothing else converted        errors, Presto
//	whole numbers divide to whole ones, overflow and division by      Presto
//	  zero are errors; of doubles, NaN and Infinity are refused
//	a number with a point is a double                                 INFERRED
//	null is shown as null, booleans as true and false                 functions; doubles as Java writes them INFERRED
//	arrays are shown as JSON                                          INFERRED
//	LIKE minds case                                                   Presto
//	times are in UTC+8, shown as 2020-06-17 14:07:47.000              functions (their examples)
//	date_trunc and date_format take Unix times too                    functions; public queries
//	json_array_get gives texts without quotes                         Presto, functions; ACK's own queries rest on it
//	JSON functions: null for what is no JSON, an error for what is    functions; json_parse and json_extract of what is
//	  broken off                                                      no JSON: pages disagree, refused
//	ip_to_domain: RFC 1918, 100.64/10, loopback, link-local           functions have the two answers; ranges INFERRED
//	approx_distinct is exact                                          within its documented error
//	regular expressions are Go's                                      look-around and back references are refused
//
// # What is refused
//
// Everything after the pipe but SELECT; other tables; window functions, EXCEPT and INTERSECT, UNNEST, grouping sets,
// OFFSET, correlated subqueries, subqueries as values that may have several rows, intervals, time zones, the current
// time, lambda functions, rows, maps and subscripts; functions that need data or settings of the service
// (ip_to_country, security_check_ip, time_series, compare and more); two columns of one name; * where the index has
// aliases; comparing or grouping JSON and arrays.
package logquery
