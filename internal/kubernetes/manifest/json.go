package manifest

import (
	"errors"
	"fmt"

	kjson "sigs.k8s.io/json"
)

// decodeJSON gives what k8s.io/apimachinery makes of one JSON value, the API server's decoder, without entries that are
// null. Duplicate keys are an error.
func decodeJSON(text []byte, depth int) (value any, err error) {
	defer recovered(&err)
	var object map[string]any
	duplicates, err := kjson.UnmarshalStrict(text, &object, kjson.DisallowDuplicateFields)
	if err != nil {
		return nil, err
	}
	if len(duplicates) > 0 {
		return nil, duplicateError{errors.Join(duplicates...)}
	}
	if err := dropNulls(object, depth); err != nil {
		return nil, err
	}
	return object, nil
}

// duplicateError is about JSON that is well-formed, so that reading it as YAML would be no help.
type duplicateError struct{ error }

func dropNulls(v any, depth int) error {
	switch v := v.(type) {
	case map[string]any:
		if depth <= 0 {
			return errDepth
		}
		for key, value := range v {
			if value == nil {
				delete(v, key)
				continue
			}
			if err := dropNulls(value, depth-1); err != nil {
				return err
			}
		}
	case []any:
		if depth <= 0 {
			return errDepth
		}
		for _, value := range v {
			if err := dropNulls(value, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}

// position is where an offset of a chunk is in the input.
func (c *chunk) position(offset int) (line, column int) {
	line, column = c.line, 1
	for _, b := range c.bytes[:min(max(offset, 0), len(c.bytes))] {
		if column++; b == '\n' {
			line, column = line+1, 1
		}
	}
	return line, column
}

func (c *chunk) syntaxError(err error) *DocumentError {
	problem := &DocumentError{Line: c.line, Text: fmt.Sprintf("not valid JSON: %s", err)}
	if isSyntax, offset := kjson.SyntaxErrorOffset(err); isSyntax {
		problem.Line, problem.Column = c.position(int(offset) - 1) // the offset counts the byte that it is about
	}
	return problem
}
