package manifest

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync"
)

const (
	parallelBytes = 64 << 10 // an input from which on goroutines save more time than they cost
	batchBytes    = 32 << 10
	batchChunks   = 64
	// largeBytes is a document that is decoded alone: the library takes a hundred times a document's size.
	largeBytes = 256 << 10
)

// decoded is what became of a chunk; no documents if it is empty.
type decoded struct {
	line      int
	documents []Document
	whole     bool // the chunk's whole text made sense as YAML
	follows   bool // as the chunk's
}

// decodeAll decodes the chunks of data in parallel and yields them in order.
func decodeAll(data []byte, limits Limits) iter.Seq[decoded] {
	workers := runtime.GOMAXPROCS(0)
	return func(yield func(decoded) bool) {
		if len(data) < parallelBytes || workers == 1 {
			for c := range chunks(data) {
				if !yield(decodeChunk(c, limits, nil)) {
					return
				}
			}
			return
		}
		p := &pipeline{limits: limits, work: make(chan batch), ordered: make(chan batch, 2*workers), stop: make(chan struct{})}
		defer p.wait.Wait()
		defer close(p.stop)
		p.wait.Go(func() { p.split(data) })
		for range workers {
			p.wait.Go(p.decode)
		}
		for b := range p.ordered {
			for _, d := range <-b.done {
				if !yield(d) {
					return
				}
			}
		}
	}
}

// pipeline has its memory bounded by the number of batches that ordered can hold.
type pipeline struct {
	limits  Limits
	work    chan batch
	ordered chan batch
	stop    chan struct{}
	wait    sync.WaitGroup
	large   sync.Mutex
}

type batch struct {
	chunks []chunk
	done   chan []decoded // of one, so that a worker never waits for the caller
}

func (p *pipeline) split(data []byte) {
	defer close(p.work)
	defer close(p.ordered)
	var next batch
	size := 0
	send := func() bool {
		next.done = make(chan []decoded, 1)
		for _, to := range []chan batch{p.ordered, p.work} {
			select {
			case to <- next:
			case <-p.stop:
				return false
			}
		}
		next, size = batch{}, 0
		return true
	}
	for c := range chunks(data) {
		next.chunks, size = append(next.chunks, c), size+len(c.bytes)
		if (size >= batchBytes || len(next.chunks) >= batchChunks) && !send() {
			return
		}
	}
	if len(next.chunks) > 0 {
		send()
	}
}

func (p *pipeline) decode() {
	for b := range p.work {
		all := make([]decoded, len(b.chunks))
		for i, c := range b.chunks {
			all[i] = decodeChunk(c, p.limits, &p.large)
		}
		b.done <- all
	}
}

// decodeChunk waits for its turn where the chunk is large and turns is not nil.
func decodeChunk(c chunk, limits Limits, turns *sync.Mutex) decoded {
	if turns != nil && len(c.bytes) > largeBytes {
		turns.Lock()
		defer turns.Unlock()
	}
	d := decoded{line: c.contentLine(), follows: c.follows}
	value, err := c.decode(limits, &d)
	switch {
	case err != nil:
		d.documents = []Document{{Err: err}}
	case value != nil:
		x := expansion{text: c}
		x.document(value)
		if d.documents = x.documents; len(d.documents) > 0 && !c.json && goesOn(c.bytes) {
			d.documents[0].Warnings = append(d.documents[0].Warnings,
				"more text follows the document's end without a line --- before it; kubectl passes over it")
		}
	}
	return d
}

// decode may turn the chunk into one of YAML. Its error is a *DocumentError or nil.
func (c *chunk) decode(limits Limits, d *decoded) (any, error) {
	if len(c.beside) > 0 {
		if strings.Contains(string(c.beside), "{{") {
			return nil, &DocumentError{Line: c.line, Text: unrendered}
		}
		return nil, &DocumentError{Line: c.line, Text: "text stands beside the --- that begins the document, which kubectl refuses: " +
			"put it on the next line"}
	}
	if len(c.bytes) > limits.DocumentBytes {
		return nil, &DocumentError{Line: d.line, Text: fmt.Sprintf(
			"%d bytes are more than the %d that are read of one document: split it", len(c.bytes), limits.DocumentBytes)}
	}
	if !c.json {
		return c.decodeYAML(limits)
	}
	value, err := decodeJSON(c.bytes, limits.Depth)
	var repeated duplicateError
	switch {
	case err == nil:
		return value, nil
	case errors.As(err, &repeated):
		return nil, c.repeated()
	case errors.Is(err, errDepth):
		return nil, c.explain(err, limits)
	}
	asYAML := *c
	asYAML.json = false
	if value, err := asYAML.decodeYAML(limits); err == nil {
		*c = asYAML
		return value, nil
	}
	if asYAML.bytes = c.whole; len(c.whole) > len(c.bytes) && len(c.whole) <= limits.DocumentBytes {
		asYAML.line = d.line - strings.Count(string(c.whole[:len(c.whole)-len(strings.TrimLeft(string(c.whole), " \t\r\n"))]), "\n")
		if value, err := asYAML.decodeYAML(limits); err == nil {
			*c, d.whole = asYAML, true
			return value, nil
		}
	}
	if line := templateLine(c.bytes); line > 0 {
		return nil, &DocumentError{Line: c.line + line - 1, Text: unrendered}
	}
	return nil, c.syntaxError(err)
}

func (c *chunk) decodeYAML(limits Limits) (any, error) {
	text := c.bytes
	if n := len(text); n > 0 && text[n-1] != '\n' {
		// kubectl reads by lines and ends the last one too, which a block scalar shows.
		text = append(text[:n:n], '\n')
	}
	value, err := decodeYAML(text, limits.Depth)
	if err != nil {
		return nil, c.explain(err, limits)
	}
	return value, nil
}

func (c *chunk) repeated() *DocumentError {
	problem := &DocumentError{Line: c.line, Text: (&duplicate{}).text()}
	if name, offset, first, found := duplicateJSON(c.bytes); found {
		problem.Line, problem.Column = c.position(offset)
		firstLine, _ := c.position(first)
		problem.Text = (&duplicate{name: name, line: problem.Line, first: firstLine}).text()
	}
	return problem
}
