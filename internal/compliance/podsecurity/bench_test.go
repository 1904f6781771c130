package podsecurity

import "testing"

func BenchmarkEvaluate(b *testing.B) {
	p, err := New(Restricted, Latest)
	if err != nil {
		b.Fatal(err)
	}
	o := podWith(nil, hardened(nil, nil), hardened(nil, nil))
	b.ReportAllocs()
	for b.Loop() {
		p.Evaluate(o, nil)
	}
}
