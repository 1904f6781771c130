package manifest

import (
	"bytes"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload/generate"
)

// BenchmarkRead reads a thousand Deployments; the figure is of one.
func BenchmarkRead(b *testing.B) {
	for _, format := range []string{"yaml", "json"} {
		b.Run(format, func(b *testing.B) {
			objects, err := generate.Objects(1, 1000)
			if err != nil {
				b.Fatal(err)
			}
			var data bytes.Buffer
			if err := generate.Write(&data, format, objects); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for n := 0; n < b.N; {
				for d := range Read("", data.Bytes(), Limits{}) {
					if d.Err != nil || len(d.Warnings) > 0 {
						b.Fatal(d.Err, d.Warnings)
					}
					if n++; n >= b.N {
						break
					}
				}
			}
		})
	}
}
