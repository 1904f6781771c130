package manifest

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"os"
)

// ReadFile reads a file that Read judges with the default limits; of one that is larger than they allow the error is a
// *DocumentError. It reads what is no regular file too, a pipe or a device, for as long as they allow.
func ReadFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		return ReadAll(file)
	case info.Size() > MaxBytes:
		// Not read at all, so that what a pattern matches by mistake costs no memory.
		return nil, &DocumentError{Text: fmt.Sprintf("%d bytes are more than the %d that are read of one file: split it", info.Size(), MaxBytes)}
	}
	return os.ReadFile(name)
}

// ReadAll is ReadFile of what is open already.
func ReadAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if len(data) > MaxBytes {
		return nil, &DocumentError{Text: fmt.Sprintf("it has more than the %d bytes that are read of one input: split it", MaxBytes)}
	}
	return data, err
}

// Read yields the objects of an input in order: the documents of a YAML or JSON stream, each List's items in its place.
// Empty documents are passed over. An object without apiVersion or kind is an error, as it is to kubectl. Larger inputs
// are decoded by as many goroutines as may run at once, a bounded part of the input ahead of the caller; they have ended
// when the iteration ends. The documents refer to data, which must not change.
func Read(source string, data []byte, limits Limits) iter.Seq[Document] {
	limits = limits.withDefaults()
	return func(yield func(Document) bool) {
		if text := refused(data, limits); text != "" {
			yield(Document{Source: source, Err: &DocumentError{Text: text}})
			return
		}
		count, index, whole := 0, 0, false
		for d := range decodeAll(bytes.TrimPrefix(data, byteOrderMark), limits) {
			// Where the whole text was one YAML document, its pieces are none.
			if whole = d.whole || whole && d.follows; whole && d.follows || len(d.documents) == 0 {
				continue
			}
			for _, document := range d.documents {
				document.Source, document.Index, document.Line = source, index, d.line
				if count++; count > limits.Documents {
					document.Object, document.Warnings = nil, nil
					document.Err = &DocumentError{Line: d.line, Text: fmt.Sprintf("more than %d objects: the rest is not read", limits.Documents)}
				}
				if !yield(document) || count > limits.Documents {
					return
				}
			}
			index++
		}
	}
}

// refused says why an input is not read at all; empty if it is.
func refused(data []byte, limits Limits) string {
	switch {
	case len(data) > limits.Bytes:
		return fmt.Sprintf("%d bytes are more than the %d that are read of one input: split it", len(data), limits.Bytes)
	case bytes.HasPrefix(data, []byte("\xFF\xFE")), bytes.HasPrefix(data, []byte("\xFE\xFF")):
		return "the text is UTF-16, which kubectl cannot read: save it as UTF-8"
	default:
		return ""
	}
}
