package generate

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"sigs.k8s.io/yaml"
)

// Write writes the objects as a stream: YAML documents with --- between them, or for the format json one JSON object a
// line. Another format is an error.
func Write(w io.Writer, format string, objects iter.Seq[map[string]any]) error {
	var marshal func(any) ([]byte, error)
	separator := ""
	switch format {
	case "yaml":
		marshal, separator = yaml.Marshal, "---\n"
	case "json":
		marshal = func(object any) ([]byte, error) {
			line, err := json.Marshal(object)
			return append(line, '\n'), err
		}
	default:
		return fmt.Errorf("format %q is neither yaml nor json", format)
	}
	first := true
	for object := range objects {
		text, err := marshal(object)
		if err != nil {
			return err
		}
		if !first {
			text = append([]byte(separator), text...)
		}
		first = false
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	return nil
}
