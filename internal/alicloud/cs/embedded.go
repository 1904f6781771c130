package cs

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Embedded is a JSON object that an answer holds as a JSON string. It is
// decoded with the answer, so that the text, tens of kilobytes for meta_data,
// need not be kept.
type Embedded[T any] struct {
	value  T
	err    error
	stands bool // there is a text that is not empty
}

// Embed decodes a text as if an answer had held it.
func Embed[T any](text string) Embedded[T] {
	e := Embedded[T]{stands: text != ""}
	if e.stands {
		e.err = decodeObject(text, &e.value)
	}
	return e
}

// UnmarshalJSON implements json.Unmarshaler. A text that is no JSON object is
// no error of the answer, but of Get: it costs one fact, not the cluster.
func (e *Embedded[T]) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*e = Embedded[T]{}
	if text != nil {
		*e = Embed[T](*text)
	}
	return nil
}

// Get returns the object, or why there is none.
func (e Embedded[T]) Get() (T, error) {
	var none T
	switch {
	case !e.stands:
		return none, errors.New("empty")
	case e.err != nil:
		return none, e.err
	}
	return e.value, nil
}

// decodeObject refuses everything but a JSON object: null would decode into
// an empty struct without an error and pass for facts.
func decodeObject(text string, out any) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return fmt.Errorf("not a JSON object: %w", err)
	}
	if object == nil {
		return fmt.Errorf("not a JSON object: %s", text)
	}
	return json.Unmarshal([]byte(text), out)
}
