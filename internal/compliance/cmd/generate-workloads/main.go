// Command generate-workloads writes the workloads that the figures are measured on, so that other programs can be
// measured on the same input:
//
//	generate-workloads -n 10000 -seed 1 [-format yaml|json] [-kinds Deployment,CronJob]
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload/generate"
)

func main() {
	n := flag.Int("n", 10000, "how many `objects`")
	seed := flag.Uint64("seed", 1, "the same `seed` gives the same objects")
	format := flag.String("format", "yaml", "yaml: documents with --- between them; json: one object a line")
	kinds := flag.String("kinds", "Deployment", "`kinds` in turn, with commas between them: "+strings.Join(generate.Kinds(), ","))
	flag.Parse()

	if err := write(*n, *seed, *format, strings.Split(*kinds, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "generate-workloads:", err)
		os.Exit(1)
	}
}

func write(n int, seed uint64, format string, kinds []string) error {
	objects, err := generate.Objects(seed, n, kinds...)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	if err := generate.Write(out, format, objects); err != nil {
		return err
	}
	return out.Flush()
}
