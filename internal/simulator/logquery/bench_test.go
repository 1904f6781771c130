package logquery

import "testing"

func manyRows() []Row {
	rows := make([]Row, 10_000)
	for i := range rows {
		e := auditEvents[i%len(auditEvents)]
		e.time = int64(i)
		rows[i] = e.row(i)
	}
	return rows
}

func benchmark(b *testing.B, query string) {
	b.Helper()
	rows, index := manyRows(), auditIndex()
	q, err := Parse(query)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := q.Run(rows, index, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSearch_text(b *testing.B) { benchmark(b, "verb: delete") }

func BenchmarkSearch_json(b *testing.B) {
	benchmark(b, "(verb: update or verb: patch) NOT user.username: node NOT user.username: serviceaccount")
}

func BenchmarkSearch_fullText(b *testing.B) { benchmark(b, "eviction") }

func BenchmarkSQL_groupBy(b *testing.B) {
	benchmark(b, "* | select verb, count(*) as c group by verb order by c desc")
}

func BenchmarkSQL_groupByLeaf(b *testing.B) {
	benchmark(b, `* | select "user.username" as user, "objectRef.resource" as resource, count_if("responseStatus.code" >= 400) as failed group by user, resource`)
}

func BenchmarkSQL_histogram(b *testing.B) {
	benchmark(b, "* | select date_format(__time__ - __time__ % 3600, '%m-%d %H:%i') as t, count(*) as c group by t order by t")
}

func BenchmarkSQL_publicAccess(b *testing.B) {
	benchmark(b, `* | select count(DISTINCT ip) as ip_count from (select json_format(json_array_get(sourceIPs,0)) as ip, count(1) as total from log WHERE ip_to_domain(json_format(json_array_get(sourceIPs,0)))='internet' group by ip limit 10000)`)
}

// BenchmarkSQL_few is what an answer costs that has hardly any rows: opening the database.
func BenchmarkSQL_few(b *testing.B) {
	rows, index := auditRows(), auditIndex()
	q, err := Parse("* | select verb, count(*) as c group by verb")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := q.Run(rows, index, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
